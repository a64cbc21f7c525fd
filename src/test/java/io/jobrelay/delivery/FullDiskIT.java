package io.jobrelay.delivery;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jobrelay.testbed.MovableClock;
import io.jobrelay.testbed.SmallDisk;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** An {@link EventFile} on a disk that is really full. */
@Timeout(120)
class FullDiskIT {
    /** Longer than a page, so that a part of it may fit and not the whole. */
    private static final int LENGTH = 6000;

    @TempDir
    private Path directory;

    @Test
    void an_event_that_does_not_fit_leaves_no_part_and_is_written_once_there_is_room() throws Exception {
        SmallDisk.run(NoRoomForALine.class, directory, directory.toString());
    }

    @Test
    void a_day_whose_file_cannot_be_made_begins_once_there_is_room() throws Exception {
        SmallDisk.run(NoRoomForADay.class, directory, directory.toString());
    }

    @Test
    void starts_on_a_full_disk_and_makes_its_directory_once_there_is_room() throws Exception {
        SmallDisk.run(NoRoomAtTheStart.class, directory, directory.toString());
    }

    static final class NoRoomForALine {
        public static void main(String[] arguments) throws IOException {
            Path disk = Path.of(arguments[0]);
            try (EventFile file = open(disk, new MovableClock(Instant.parse("2026-11-22T12:00:00Z")))) {
                append(file, "a");
                SmallDisk.fill(disk);
                for (int attempt = 0; attempt < 3; attempt++) {
                    assertThatThrownBy(() -> append(file, "b"))
                            .hasMessage(disk + "/changes-{date}.ndjson cannot be written: No space left on device");
                    assertThat(ids(disk, "2026-11-22")).containsExactly("a");
                    assertThat(Files.readString(disk.resolve("changes-2026-11-22.ndjson")))
                            .endsWith("}\n");
                }
                append(file, "a");
                SmallDisk.free(disk);
                append(file, "b");
                append(file, "b");
            }
            assertThat(ids(disk, "2026-11-22")).containsExactly("a", "b");
        }
    }

    static final class NoRoomForADay {
        public static void main(String[] arguments) throws IOException {
            Path disk = Path.of(arguments[0]);
            MovableClock clock = new MovableClock(Instant.parse("2026-11-22T23:59:59Z"));
            try (EventFile file = open(disk, clock)) {
                append(file, "a");
                SmallDisk.fillEntries(disk);
                append(file, "b");
                clock.advance(Duration.ofSeconds(1));
                assertThatThrownBy(() -> append(file, "c")).hasMessageContaining("No space left on device");
                SmallDisk.free(disk);
                append(file, "c");
                append(file, "a");
            }
            assertThat(ids(disk, "2026-11-22")).containsExactly("a", "b");
            assertThat(ids(disk, "2026-11-23")).containsExactly("c");
        }
    }

    static final class NoRoomAtTheStart {
        public static void main(String[] arguments) throws IOException {
            Path disk = Path.of(arguments[0]);
            SmallDisk.fillEntries(disk);
            Path deep = disk.resolve("out/events");
            try (EventFile file = open(deep, new MovableClock(Instant.parse("2026-11-22T12:00:00Z")))) {
                assertThatThrownBy(() -> append(file, "a")).hasMessageContaining("No space left on device");
                SmallDisk.free(disk);
                append(file, "a");
            }
            assertThat(ids(deep, "2026-11-22")).containsExactly("a");
        }
    }

    private static EventFile open(Path directory, MovableClock clock) throws IOException {
        return EventFile.open(directory.resolve("changes-{date}.ndjson"), clock);
    }

    private static void append(EventFile file, String id) throws IOException {
        file.append(
                id,
                "{\"id\":\"%s\",\"data\":\"%s\"}"
                        .formatted(id, "x".repeat(LENGTH))
                        .getBytes(UTF_8));
    }

    private static List<String> ids(Path directory, String date) throws IOException {
        return Files.readAllLines(directory.resolve("changes-" + date + ".ndjson")).stream()
                .map(line -> EventLines.id(line.getBytes(UTF_8)).orElse("not an event: " + line))
                .toList();
    }
}
