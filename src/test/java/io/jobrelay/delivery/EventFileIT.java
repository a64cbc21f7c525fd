package io.jobrelay.delivery;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** An event file whose writer is a process that is limited, or killed. */
@Timeout(60)
class EventFileIT {
    private static final Clock NOON = Clock.fixed(Instant.parse("2026-11-22T12:00:00Z"), ZoneOffset.UTC);

    @TempDir
    private Path directory;

    /** The limit on the size of a file makes the kernel write the first part of a line and refuse the rest. */
    @Test
    @EnabledOnOs(OS.LINUX)
    void takes_back_a_line_that_fits_only_in_part() throws Exception {
        List<String> printed = inAnotherJvm("ulimit -f 20; exec \"$@\"", 10_000);

        assertThat(printed).endsWith("refused").hasSizeGreaterThan(10);
        List<String> written = printed.subList(0, printed.size() - 1);
        assertThat(Files.readString(dated("2026-11-22"))).endsWith("}\n");
        assertThat(ids("2026-11-22")).containsExactlyElementsOf(written);
    }

    @Test
    void has_every_acknowledged_event_once_after_a_kill() throws Exception {
        List<String> acknowledged = inAnotherJvm("exec \"$@\"", 200);

        try (EventFile file = open()) {
            assertThat(ids("2026-11-22"))
                    .startsWith(acknowledged.toArray(String[]::new))
                    .doesNotHaveDuplicates();
            for (int i = 0; i < 2 * acknowledged.size(); i++) {
                append(file, "e" + i);
            }
        }

        assertThat(ids("2026-11-22"))
                .doesNotHaveDuplicates()
                .containsAll(IntStream.range(0, 400).mapToObj(i -> "e" + i).toList());
    }

    /** Appends e0, e1, ... and prints each id once it is written; "refused" and no more when one is not. */
    static final class Writer {
        public static void main(String[] arguments) throws IOException {
            try (EventFile file = EventFile.open(Path.of(arguments[0]), NOON)) {
                for (int i = 0; ; i++) {
                    append(file, "e" + i);
                    System.out.println("e" + i);
                }
            } catch (IOException refused) {
                System.out.println("refused");
            }
        }
    }

    /** What a {@link Writer} printed until it ended, or had printed so much that it was killed. */
    private List<String> inAnotherJvm(String shell, int lines) throws Exception {
        Process writer = new ProcessBuilder(
                        "sh",
                        "-c",
                        shell,
                        "sh",
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:-UsePerfData",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Writer.class.getName(),
                        directory.resolve("changes-{date}.ndjson").toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try (BufferedReader out = writer.inputReader(UTF_8)) {
            return out.lines().limit(lines).toList();
        } finally {
            writer.destroyForcibly().waitFor();
        }
    }

    private EventFile open() throws IOException {
        return EventFile.open(directory.resolve("changes-{date}.ndjson"), NOON);
    }

    private static void append(EventFile file, String... ids) throws IOException {
        for (String id : ids) {
            file.append(id, event(id).getBytes(UTF_8));
        }
    }

    private static String event(String id) {
        return "{\"specversion\":\"1.0\",\"id\":\"" + id + "\",\"data\":{\"id\":\"job ü\"}}";
    }

    private List<String> ids(String date) throws IOException {
        return Files.readAllLines(dated(date)).stream()
                .map(line -> EventLines.id(line.getBytes(UTF_8)).orElse("not an event: " + line))
                .toList();
    }

    private Path dated(String date) {
        return directory.resolve("changes-" + date + ".ndjson");
    }
}
