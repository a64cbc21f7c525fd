package io.jobrelay.delivery;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.BufferedReader;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.RandomAccessFile;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One open file of events, whole lines only. It is a {@link RandomAccessFile}, because a {@link FileChannel} is closed
 * under everybody's hands when one thread is interrupted, as threads are when a route stops.
 */
record EventLines(
        Path path, RandomAccessFile file, @Nullable Object key) implements AutoCloseable {
    private static final JsonFactory JSON = new JsonFactory();
    private static final int BLOCK = 64 * 1024;

    /** Opens the file, makes it where there is none, and removes a torn last line. What remains is on the disk. */
    static EventLines open(Path path) throws IOException {
        OwnerOnly.file(path);
        RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw");
        try {
            EventLines lines = new EventLines(path, file, key(path));
            if (file.length() > 0) {
                file.setLength(lines.startOfLast(0));
                file.getFD().sync();
            }
            return lines;
        } catch (IOException | RuntimeException failure) {
            file.close();
            throw failure;
        }
    }

    /**
     * Appends whole lines and forces them to the disk, or fails and leaves the file as long as it was. Lines that could
     * be neither forced nor taken back may stay, and must not be relied on: a later force does not repeat a failed one.
     */
    void append(byte[] lines) throws IOException {
        long before = file.length();
        try {
            file.seek(before);
            file.write(lines);
            file.getFD().sync();
        } catch (IOException failure) {
            try {
                file.setLength(before);
            } catch (IOException e) {
                failure.addSuppressed(e);
            }
            throw failure;
        }
    }

    /** False once the file was moved or removed: what is written to it then is lost. */
    boolean isStillAt(Path expected) throws IOException {
        try {
            return path.equals(expected) && Objects.equals(key, key(path));
        } catch (NoSuchFileException removed) {
            return false;
        }
    }

    /** The ids of the last lines, oldest first. */
    List<String> lastIds(int most) throws IOException {
        long start = startOfLast(most);
        List<String> ids = new ArrayList<>();
        try (FileInputStream in = new FileInputStream(path.toFile());
                BufferedReader reader = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8))) {
            in.skipNBytes(start);
            for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                id(line.getBytes(StandardCharsets.UTF_8)).ifPresent(ids::add);
            }
        }
        return ids;
    }

    @Override
    public void close() throws IOException {
        file.close();
    }

    /** The {@code id} of a JSON object; empty when it has none, or is none. */
    static Optional<String> id(byte[] event) {
        try (JsonParser json = JSON.createParser(event)) {
            boolean object = json.nextToken() == JsonToken.START_OBJECT;
            while (object && json.nextToken() == JsonToken.FIELD_NAME) {
                String name = json.currentName();
                if (json.nextToken() == JsonToken.VALUE_STRING && name.equals("id")) {
                    return Optional.of(json.getText());
                }
                json.skipChildren();
            }
        } catch (IOException notJson) {
            return Optional.empty();
        }
        return Optional.empty();
    }

    /** Where the last so many lines begin, reading backwards; for none, where the last whole line ends. */
    private long startOfLast(int lines) throws IOException {
        byte[] block = new byte[BLOCK];
        int ends = 0;
        long end = file.length();
        while (end > 0) {
            int size = (int) Math.min(BLOCK, end);
            end -= size;
            file.seek(end);
            file.readFully(block, 0, size);
            for (int i = size - 1; i >= 0; i--) {
                if (block[i] == '\n' && ends++ == lines) {
                    return end + i + 1;
                }
            }
        }
        return 0;
    }

    /** Another one once the file at the path is another. */
    static @Nullable Object key(Path path) throws IOException {
        return Files.readAttributes(path, BasicFileAttributes.class).fileKey();
    }
}
