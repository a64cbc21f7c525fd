package io.jobrelay.testbed;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;

/**
 * A file system of its own in memory, that can be filled and made read-only. Mounting takes root, or sudo without a
 * password as on the machines of most build services; elsewhere the tests that need it say so and are left out.
 */
public final class MountedDisk implements AutoCloseable {
    private final Path directory;

    private MountedDisk(Path directory) {
        this.directory = directory;
    }

    public static MountedDisk mount(Path directory, int mebibytes) throws IOException {
        Files.createDirectories(directory);
        Assumptions.assumeTrue(
                root("mount", "-t", "tmpfs", "-o", "mode=777,size=" + mebibytes + "m", "tmpfs", directory.toString()),
                "needs root, or sudo without a password, to mount a small disk");
        return new MountedDisk(directory);
    }

    public Path directory() {
        return directory;
    }

    /** Takes all the space that is left. */
    public void fill() {
        byte[] part = new byte[4096];
        try (var out = Files.newOutputStream(filler())) {
            while (true) {
                out.write(part);
            }
        } catch (IOException full) {
            assertThat(full).hasMessageContaining("No space left");
        }
    }

    public void free() throws IOException {
        Files.delete(filler());
    }

    public void makeReadOnly() {
        assertThat(root("mount", "-o", "remount,ro", directory.toString())).isTrue();
    }

    private Path filler() {
        return directory.resolve("filler");
    }

    private static boolean root(String... command) {
        return run(List.of(command))
                || run(Stream.concat(Stream.of("sudo", "-n"), Stream.of(command))
                        .toList());
    }

    private static boolean run(List<String> command) {
        try {
            return new ProcessBuilder(command)
                            .redirectErrorStream(true)
                            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                            .start()
                            .waitFor()
                    == 0;
        } catch (IOException e) {
            return false; // there is no such command here
        } catch (InterruptedException e) {
            throw new UncheckedIOException(new IOException(e));
        }
    }

    @Override
    public void close() {
        assertThat(root("umount", "-l", directory.toString())).isTrue();
    }
}
