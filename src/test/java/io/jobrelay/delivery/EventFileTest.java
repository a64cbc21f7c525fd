package io.jobrelay.delivery;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.nio.file.StandardOpenOption.APPEND;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jobrelay.testbed.MovableClock;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class EventFileTest {
    private final MovableClock clock = new MovableClock(Instant.parse("2026-11-22T23:59:59Z"));

    @TempDir
    private Path directory;

    @Test
    void writes_one_event_a_line() throws Exception {
        try (EventFile file = open()) {
            append(file, "a", "b");

            assertThat(dated("2026-11-22")).hasContent(event("a") + "\n" + event("b") + "\n");
        }
    }

    @Test
    void goes_to_a_new_file_with_the_day_of_utc() throws Exception {
        try (EventFile file = open()) {
            append(file, "a");
            clock.advance(Duration.ofSeconds(1));
            append(file, "b");
        }

        assertThat(ids("2026-11-22")).containsExactly("a");
        assertThat(ids("2026-11-23")).containsExactly("b");
    }

    @Test
    void a_path_without_a_date_is_one_file() throws Exception {
        Path path = directory.resolve("deep/er/changes.ndjson");
        try (EventFile file = EventFile.open(path, clock)) {
            append(file, "a");
            clock.advance(Duration.ofDays(1));
            append(file, "b");
        }
        try (EventFile file = EventFile.open(path, clock)) {
            append(file, "a", "c");
        }

        assertThat(path).hasContent(event("a") + "\n" + event("b") + "\n" + event("c") + "\n");
    }

    @Test
    @DisabledOnOs(OS.WINDOWS)
    void only_the_owner_can_use_what_it_makes() throws Exception {
        try (EventFile file = EventFile.open(directory.resolve("deep/er/changes.ndjson"), clock)) {
            append(file, "a");
        }

        try (Stream<Path> made = Files.walk(directory.resolve("deep"))) {
            assertThat(made.map(EventFileTest::permissions))
                    .containsExactlyInAnyOrder(
                            "deep rwx------",
                            "er rwx------",
                            ".changes.ndjson.lock rw-------",
                            "changes.ndjson rw-------");
        }
    }

    @Test
    void writes_an_event_once() throws Exception {
        try (EventFile file = open()) {
            append(file, "a", "b", "a");
        }

        assertThat(ids("2026-11-22")).containsExactly("a", "b");
    }

    @Test
    void writes_an_event_once_across_a_restart_and_midnight() throws Exception {
        try (EventFile file = open()) {
            append(file, "a", "b");
        }
        clock.advance(Duration.ofSeconds(1));
        try (EventFile file = open()) {
            append(file, "b", "c", "a");
        }
        try (EventFile file = open()) {
            append(file, "a", "b", "c", "d");
        }

        assertThat(ids("2026-11-22")).containsExactly("a", "b");
        assertThat(ids("2026-11-23")).containsExactly("c", "d");
    }

    @Test
    void knows_the_newest_events_of_a_long_file_and_forgets_the_oldest() throws Exception {
        int more = RecentEvents.MOST + 100;
        Files.write(
                dated("2026-11-22"),
                IntStream.range(0, more).mapToObj(i -> event("e" + i)).toList());
        try (EventFile file = open()) {
            append(file, "e" + (more - 1), "e100", "e99");
        }

        assertThat(ids("2026-11-22")).hasSize(more + 1).endsWith("e" + (more - 1), "e99");
    }

    @Test
    void removes_a_torn_last_line_and_writes_its_event_whole() throws Exception {
        Files.writeString(dated("2026-11-22"), event("a") + "\n" + event("b").substring(0, 20));

        try (EventFile file = open()) {
            append(file, "b");
        }

        assertThat(dated("2026-11-22")).hasContent(event("a") + "\n" + event("b") + "\n");
    }

    @Test
    void removes_a_torn_line_of_yesterday_that_is_longer_than_it_reads_at_once() throws Exception {
        Files.writeString(dated("2026-11-21"), event("a") + "\n" + "x".repeat(200_000));
        Files.writeString(dated("2026-11-20"), "never a line");

        try (EventFile file = open()) {
            append(file, "b");
        }

        assertThat(dated("2026-11-21")).hasContent(event("a") + "\n");
        assertThat(dated("2026-11-20")).isEmptyFile();
    }

    @Test
    void reads_past_lines_of_somebody_else() throws Exception {
        Files.writeString(dated("2026-11-22"), "\nhello\n{\"data\":{\"id\":\"b\"},\"id\":\"a\"}\n[\"id\"]\n");

        try (EventFile file = open()) {
            append(file, "a", "b");
        }

        assertThat(Files.readAllLines(dated("2026-11-22"))).hasSize(5).endsWith(event("b"));
    }

    @Test
    void goes_on_in_the_file_of_the_name_when_somebody_moved_or_removed_the_old_one() throws Exception {
        try (EventFile file = open()) {
            append(file, "a");
            Files.move(dated("2026-11-22"), directory.resolve("moved"));
            Files.writeString(dated("2026-11-22"), event("new") + "\n");
            append(file, "b", "a");
            assertThat(ids("2026-11-22")).containsExactly("new", "b");

            Files.delete(dated("2026-11-22"));
            append(file, "c");
            assertThat(ids("2026-11-22")).containsExactly("c");
        }

        assertThat(directory.resolve("moved")).hasContent(event("a") + "\n");
    }

    @Test
    void goes_on_at_the_start_when_somebody_emptied_the_file() throws Exception {
        try (EventFile file = open()) {
            append(file, "a");
            Files.write(dated("2026-11-22"), new byte[0], StandardOpenOption.TRUNCATE_EXISTING);
            append(file, "b");
        }

        assertThat(dated("2026-11-22")).hasContent(event("b") + "\n");
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void says_that_an_event_was_not_written_and_writes_it_when_there_is_room_again() throws Exception {
        Files.createSymbolicLink(dated("2026-11-22"), Path.of("/dev/full"));
        try (EventFile file = open()) {
            assertThatThrownBy(() -> append(file, "a"))
                    .isInstanceOf(IOException.class)
                    .hasMessage(
                            directory.resolve("changes-{date}.ndjson") + " cannot be written: No space left on device")
                    .hasRootCauseMessage("No space left on device");

            Files.delete(dated("2026-11-22"));
            append(file, "a");
        }

        assertThat(ids("2026-11-22")).containsExactly("a");
    }

    /** A device that takes every byte and forces none: neither the line nor its length can be relied on. */
    @Test
    @EnabledOnOs(OS.LINUX)
    void writes_an_event_anew_that_was_written_but_not_forced() throws Exception {
        Files.createSymbolicLink(dated("2026-11-22"), Path.of("/dev/null"));
        try (EventFile file = open()) {
            assertThatThrownBy(() -> append(file, "a"))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("cannot be written: sync failed");

            Files.delete(dated("2026-11-22"));
            append(file, "a");
        }

        assertThat(ids("2026-11-22")).containsExactly("a");
    }

    /** What an append left that could be neither forced nor taken back: it stands in the file, and perhaps not on disk. */
    @Test
    void does_not_take_the_lines_of_a_failed_append_for_written() throws Exception {
        try (EventFile file = open()) {
            append(file, "a");
            Path moved = Files.move(dated("2026-11-22"), directory.resolve("moved"));
            Files.createDirectory(dated("2026-11-22"));
            assertThatThrownBy(() -> append(file, "b")).hasMessageContaining("cannot be written");
            Files.delete(dated("2026-11-22"));
            Files.move(moved, dated("2026-11-22"));
            Files.writeString(
                    dated("2026-11-22"), event("b") + "\n" + event("c").substring(9), APPEND);
            append(file, "b");
        }

        assertThat(ids("2026-11-22")).containsExactly("a", "b", "b");
    }

    @Test
    void makes_its_directory_again_when_somebody_moved_or_removed_it() throws Exception {
        Path out = directory.resolve("out");
        Path path = out.resolve("changes.ndjson");
        try (EventFile file = EventFile.open(path, clock)) {
            append(file, "a");
            Files.move(out, directory.resolve("moved"));
            append(file, "a", "b");
            assertThat(path).hasContent(event("b") + "\n");
            assertThatThrownBy(() -> EventFile.open(path, clock)).hasMessageContaining("one writer at a time");

            Files.delete(path);
            Files.delete(out.resolve(".changes.ndjson.lock"));
            Files.delete(out);
            append(file, "c");
            assertThat(path).hasContent(event("c") + "\n");
        }

        assertThat(directory.resolve("moved/changes.ndjson")).hasContent(event("a") + "\n");
    }

    @Test
    void goes_back_to_the_file_of_the_day_before_with_the_clock() throws Exception {
        clock.advance(Duration.ofSeconds(1));
        Files.write(
                dated("2026-11-23"),
                IntStream.range(0, RecentEvents.MOST)
                        .mapToObj(i -> event("e" + i))
                        .toList());
        try (EventFile file = open()) {
            append(file, "a");
            clock.advance(Duration.ofDays(-1));
            append(file, "b", "a");
        }
        try (EventFile file = open()) {
            append(file, "b", "c");
            clock.advance(Duration.ofDays(1));
            append(file, "d");
        }

        assertThat(ids("2026-11-22")).containsExactly("b", "c");
        assertThat(ids("2026-11-23")).hasSize(RecentEvents.MOST + 2).endsWith("a", "d");
    }

    @Test
    void two_paths_in_one_directory_have_nothing_to_do_with_each_other() throws Exception {
        try (EventFile one = open();
                EventFile other = EventFile.open(directory.resolve("archive-{date}.ndjson"), clock)) {
            append(one, "a");
            append(other, "a", "b");
            clock.advance(Duration.ofSeconds(1));
            append(one, "b");
            append(other, "a");
        }

        assertThat(ids("2026-11-22")).containsExactly("a");
        assertThat(ids("2026-11-23")).containsExactly("b");
        assertThat(directory.resolve("archive-2026-11-22.ndjson")).hasContent(event("a") + "\n" + event("b") + "\n");
    }

    @Test
    void many_threads_write_every_event_whole_and_once() throws Exception {
        int threads = 8;
        ExecutorService senders = Executors.newFixedThreadPool(threads);
        try (EventFile file = open()) {
            List<Callable<Void>> work = new ArrayList<>();
            for (int thread = 0; thread < threads; thread++) {
                int first = thread / 2 * 500;
                work.add(() -> {
                    for (int i = first; i < first + 500; i++) {
                        append(file, "e" + i);
                    }
                    return null;
                });
            }
            for (Future<Void> done : senders.invokeAll(work)) {
                done.get();
            }
        } finally {
            senders.shutdownNow();
        }

        assertThat(ids("2026-11-22"))
                .containsExactlyInAnyOrderElementsOf(
                        IntStream.range(0, 2000).mapToObj(i -> "e" + i).toList());
    }

    @Test
    void an_interrupted_thread_does_not_close_the_file_for_the_others() throws Exception {
        try (EventFile file = open()) {
            Thread.currentThread().interrupt();
            append(file, "a");
            assertThat(Thread.interrupted()).isTrue();
            append(file, "b");
        }

        assertThat(ids("2026-11-22")).containsExactly("a", "b");
    }

    @Test
    void is_open_once_at_a_time() throws Exception {
        try (EventFile file = open()) {
            append(file, "a");
            assertThatThrownBy(this::open)
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("changes-{date}.ndjson: one writer at a time, was open in another");
        }
        open().close();
    }

    @Test
    void appends_nothing_after_it_was_closed() throws Exception {
        EventFile file = open();
        file.close();

        assertThatThrownBy(() -> append(file, "a"))
                .isInstanceOf(IOException.class)
                .hasMessage(directory.resolve("changes-{date}.ndjson") + " cannot be written: it is closed");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"{\"id\":\n\"a\"}", "{\"id\":\r\"a\"}", "{\"id\":\"b\"}", "{}", "", "[]", "{\"id\":1}", "{"})
    void refuses_an_event_that_is_not_one_line_with_its_id(String event) throws Exception {
        try (EventFile file = open()) {
            assertThatThrownBy(() -> file.append("a", event.getBytes(UTF_8)))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageStartingWith("event a must be ");
        }

        assertThat(dated("2026-11-22")).isEmptyFile();
    }

    @Test
    void refuses_a_date_in_the_directory() {
        assertThatThrownBy(() -> EventFile.open(directory.resolve("{date}/changes.ndjson"), clock))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("{date} in its name at most");
    }

    private static String permissions(Path path) {
        try {
            return path.getFileName() + " " + PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private EventFile open() throws IOException {
        return EventFile.open(directory.resolve("changes-{date}.ndjson"), clock);
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
                .collect(Collectors.toList());
    }

    private Path dated(String date) {
        return directory.resolve("changes-" + date + ".ndjson");
    }
}
