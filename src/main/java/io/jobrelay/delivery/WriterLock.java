package io.jobrelay.delivery;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Keeps other writers off the files of one path for as long as it is open. */
record WriterLock(Path path, FileChannel channel, @Nullable Object key) implements AutoCloseable {
    /**
     * Takes the lock.
     *
     * @throws FileInUseException if another writer has it, in this process or another
     */
    static WriterLock take(DatedPath files) throws IOException {
        Path path = files.lock();
        FileChannel channel = OwnerOnly.lock(path).orElseThrow(() -> new FileInUseException(files));
        try {
            return new WriterLock(path, channel, EventLines.key(path));
        } catch (IOException | RuntimeException failure) {
            channel.close();
            throw failure;
        }
    }

    /** False once its directory was moved or removed: it then does not protect the files that are created next. */
    boolean isStillThere() throws IOException {
        try {
            return Objects.equals(key, EventLines.key(path));
        } catch (NoSuchFileException removed) {
            return false;
        }
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
