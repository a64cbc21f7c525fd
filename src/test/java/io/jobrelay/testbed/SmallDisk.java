package io.jobrelay.testbed;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.condition.OS;

/**
 * A real file system of a megabyte and a few entries, which is soon full. It is mounted for one process alone, so whatever
 * is to happen on it is the main method of a class, in a process of its own: {@link #run} there, {@link #fill} and
 * {@link #free} from within.
 */
public final class SmallDisk {
    private static final String MOUNT = "mount -t tmpfs -o size=1m,nr_inodes=64 tmpfs \"$0\" && exec \"$@\"";
    private static final int PAGE = 4096;
    private static final int ENTRIES = 64;
    private static final long LIMIT_SECONDS = 60;

    private SmallDisk() {}

    /** Runs the main method of a class, with the disk mounted on the directory, to a good end. */
    public static void run(Class<?> scenario, Path directory, String... arguments) throws Exception {
        assumeTrue(OS.LINUX.isCurrentOs() && mounts(directory), "a process may mount a disk for itself");
        List<String> java = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                scenario.getName()));
        java.addAll(List.of(arguments));
        Path log = Files.createTempFile("small-disk", ".log");
        Process process = start(directory, java, log);
        try {
            assertThat(process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS))
                    .as(() -> "it ends: " + text(log))
                    .isTrue();
            assertThat(process.exitValue()).as(() -> text(log)).isZero();
        } finally {
            process.destroyForcibly();
            Files.delete(log);
        }
    }

    /** Leaves no room for a byte, but for what the last pages of the files that are there still hold. */
    public static void fill(Path directory) {
        try {
            while (true) {
                Files.write(
                        directory.resolve("filler"),
                        new byte[PAGE],
                        StandardOpenOption.CREATE,
                        StandardOpenOption.APPEND);
            }
        } catch (IOException full) {
            assertThat(full).hasMessageContaining("No space left on device");
        }
    }

    /** Leaves no room for a file or a directory. */
    public static void fillEntries(Path directory) {
        try {
            for (int i = 0; i <= ENTRIES; i++) {
                Files.createFile(directory.resolve("filler-" + i));
            }
            throw new AssertionError("there is room for more than " + ENTRIES + " files");
        } catch (IOException full) {
            assertThat(full).hasMessageContaining("No space left on device");
        }
    }

    public static void free(Path directory) {
        try {
            Files.deleteIfExists(directory.resolve("filler"));
            for (int i = 0; i <= ENTRIES; i++) {
                Files.deleteIfExists(directory.resolve("filler-" + i));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static boolean mounts(Path directory) throws Exception {
        Path log = Files.createTempFile("small-disk", ".log");
        try {
            return start(directory, List.of("true"), log).waitFor() == 0;
        } finally {
            Files.delete(log);
        }
    }

    private static Process start(Path directory, List<String> program, Path log) throws IOException {
        List<String> command = new ArrayList<>(List.of("unshare", "-rm", "sh", "-c", MOUNT, directory.toString()));
        command.addAll(program);
        return new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
    }

    private static String text(Path log) {
        try {
            return Files.readString(log, UTF_8);
        } catch (IOException e) {
            return e.toString();
        }
    }
}
