package io.jobrelay.ledger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.jobrelay.job.JobRecords;
import io.jobrelay.job.JobState;
import io.jobrelay.testbed.MountedDisk;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Everything that can happen to the ledger's file: refused with what to do, or waited out; never made anew. */
@Timeout(120)
class LedgerTroubleIT {
    private static final int PAGE = 4096;

    @TempDir
    private Path directory;

    private Path file;

    @BeforeEach
    void is_named() {
        file = directory.resolve("data/ledger.db");
    }

    @ParameterizedTest
    @ValueSource(strings = {"header", "a page in the middle", "half of it", "all of it", "all of it, and its log"})
    void refuses_a_damaged_file_and_leaves_it_as_it_is(String lost) throws IOException {
        fill(file);
        switch (lost) {
            case "header" -> overwrite(file, 0, 100);
            case "a page in the middle" -> overwrite(file, pageInTheMiddle(), PAGE);
            case "half of it" -> truncate(file, Files.size(file) / 2);
            case "all of it" -> truncate(file, 0);
            default -> Files.delete(file);
        }
        if (lost.endsWith("log")) {
            Files.writeString(beside("-wal"), "what was left of it");
        }
        Map<String, String> before = contents();

        for (int attempt = 0; attempt < 2; attempt++) {
            assertRefused("is damaged, or is no ledger at all", "restore a backup, or move it and its -wal and -shm");
            assertThat(contents()).isEqualTo(before);
        }
    }

    /** What is in the log has not been taken into the file yet; it is not taken into a damaged one. */
    @Test
    void leaves_the_log_of_a_damaged_file_as_it_is() throws IOException {
        killed();
        assertThat(Files.size(beside("-wal"))).isPositive();
        overwrite(file, pageInTheMiddle(), 20 * PAGE);
        Map<String, String> before = contents();

        assertRefused("is damaged", "move it and its -wal and -shm");

        assertThat(contents()).isEqualTo(before);
    }

    /** SQLite ends the log at the first frame whose checksum is wrong, as after a power cut: what was before it counts. */
    @Test
    void reads_a_damaged_log_up_to_the_damage() throws IOException {
        killed();
        long size = Files.size(beside("-wal"));
        overwrite(beside("-wal"), size - PAGE, PAGE);

        try (Ledger ledger = Ledger.open(file)) {
            assertThat(ledger.query("select id from job")).contains("killed-0").doesNotContain("killed-9");
            assertThat(ledger.query("pragma integrity_check")).containsExactly("ok");
        }
    }

    @Test
    void opens_what_a_killed_one_has_left() throws IOException {
        killed();

        try (Ledger ledger = Ledger.open(file)) {
            assertThat(ledger.query("select id from job")).hasSize(310);
        }
    }

    /** Killed at its very first start, between the making of the file and of its tables. */
    @Test
    void begins_anew_where_there_never_was_a_ledger() throws IOException {
        Files.createDirectories(file.getParent());
        Files.createFile(file);
        Files.createFile(beside(".lock"));

        Ledger.open(file).close();
    }

    @Test
    void begins_anew_once_the_damaged_one_is_moved_aside() throws IOException {
        fill(file);
        Files.move(file, directory.resolve("aside.db"));

        try (Ledger ledger = Ledger.open(file)) {
            assertThat(ledger.query("select id from job")).isEmpty();
        }
    }

    @Test
    void refuses_a_directory_in_its_place() throws IOException {
        Files.createDirectories(file);

        assertRefused("is a directory", "name a file");
    }

    @Test
    void refuses_a_read_only_disk() throws IOException {
        try (MountedDisk disk = MountedDisk.mount(directory.resolve("small"), 8)) {
            file = disk.directory().resolve("ledger.db");
            fill(file);
            disk.makeReadOnly();

            assertRefused("cannot be written", "not mounted read-only");
        }
    }

    @Test
    void refuses_a_full_disk() throws IOException {
        try (MountedDisk disk = MountedDisk.mount(directory.resolve("small"), 1)) {
            file = disk.directory().resolve("ledger.db");
            disk.fill();

            assertRefused("is on a disk that is full", "free some space");

            disk.free();
            Ledger.open(file).close();
        }
    }

    @Test
    void refuses_a_disk_without_room_for_the_tables() throws IOException {
        try (MountedDisk disk = MountedDisk.mount(directory.resolve("small"), 1)) {
            file = disk.directory().resolve("ledger.db");
            Files.write(disk.directory().resolve("other"), new byte[(1 << 20) - 10 * PAGE]);

            assertRefused("is on a disk that is full", "free some space");

            Files.delete(disk.directory().resolve("other"));
            Ledger.open(file).close();
        }
    }

    @Test
    void waits_out_a_full_disk_and_loses_nothing() throws IOException {
        try (MountedDisk disk = MountedDisk.mount(directory.resolve("small"), 6)) {
            try (Ledger ledger = Ledger.open(disk.directory().resolve("ledger.db"))) {
                List<Integer> acknowledged = new java.util.ArrayList<>();
                ledger.database.write(handle -> handle.execute("create table line (id integer, content blob)"));
                disk.fill();
                int id = 0;
                Throwable refused = null;
                while (refused == null) {
                    int next = id++;
                    refused = catchThrowable(() -> insert(ledger, next));
                    if (refused == null) {
                        acknowledged.add(next);
                    }
                }
                assertThat(refused)
                        .isInstanceOf(LedgerException.class)
                        .hasMessageStartingWith("jobrelay.ledger.url: ")
                        .hasMessageContaining("ledger.db is on a disk that is full (")
                        .hasMessageEndingWith("): free some space");
                assertThat(ledger.database.trouble())
                        .hasValueSatisfying(trouble -> assertThat(trouble).contains("is on a disk that is full"));
                assertThat(lines(ledger)).as("still readable").isEqualTo(acknowledged);

                disk.free();

                for (int i = 0; i < 10; i++) {
                    insert(ledger, id);
                    acknowledged.add(id++);
                }
                assertThat(ledger.database.trouble()).isEmpty();
                assertThat(lines(ledger)).isEqualTo(acknowledged);
                assertThat(ledger.query("pragma integrity_check")).containsExactly("ok");
            }
        }
    }

    /** Whoever polled has nothing to do with the commit of what it has brought. */
    @Test
    void lets_go_on_who_brings_an_answer_while_it_cannot_be_committed() throws SQLException {
        Path file = directory.resolve("ledger.db");
        try (Ledger ledger = Ledger.open(file)) {
            DueWatch due = ledger.dueOnly(Ledger.watch("1"));
            CompletableFuture<Intake.Answered> taken;
            try (Connection shell = DriverManager.getConnection("jdbc:sqlite:" + file);
                    Statement statement = shell.createStatement()) {
                statement.execute("begin immediate");
                taken = ledger.answered(due, List.of(JobRecords.of("1", JobState.RUNNING)));
                assertThat(taken).isNotDone();
                assertThat(ledger.query("select id from job")).isEmpty();
                statement.execute("rollback");
            }

            assertThat(taken.join().changes()).hasSize(1);
            assertThat(ledger.query("select id from job")).containsExactly("1");
        }
    }

    /** Longer than anybody waits: as a sqlite3 shell does in which somebody has begun to write and gone to lunch. */
    @Test
    void waits_out_somebody_who_holds_it() throws SQLException {
        try (Ledger ledger = Ledger.open(file)) {
            try (Connection shell = DriverManager.getConnection("jdbc:sqlite:" + file);
                    Statement statement = shell.createStatement()) {
                statement.execute("begin immediate");

                assertThatThrownBy(() -> hold(ledger))
                        .isInstanceOf(LedgerException.class)
                        .hasMessageContaining("is locked by another process");
                assertThat(ledger.query("select name from destination")).isEmpty();
                statement.execute("rollback");
            }
            hold(ledger);

            assertThat(ledger.query("select name from destination")).containsExactly("file");
            assertThat(ledger.database.trouble()).isEmpty();
        }
    }

    @Test
    void takes_nothing_more_once_it_is_found_damaged() throws IOException {
        fill(file);
        try (Ledger ledger = Ledger.open(file)) {
            assertThat(ledger.database.trouble()).isEmpty();
            overwrite(file, PAGE, (int) Files.size(file) - PAGE);

            assertThatThrownBy(() -> ledger.query("select sum(length(record)) from job_record"))
                    .isInstanceOf(LedgerException.class)
                    .hasMessageContaining("is damaged")
                    .hasMessageContaining("restore a backup");

            assertThat(ledger.database.trouble())
                    .hasValueSatisfying(trouble -> assertThat(trouble).contains("is damaged"));
            assertThatThrownBy(() -> ledger.database.write(handle -> handle.execute("pragma user_version = 0")))
                    .isInstanceOf(LedgerException.class)
                    .hasMessageContaining("is damaged");
        }
    }

    @Test
    void a_migration_that_breaks_half_way_changes_nothing() throws SQLException {
        String url = "jdbc:sqlite:" + file;
        file.toFile().getParentFile().mkdirs();
        Flyway.configure()
                .dataSource(url, "", "")
                .locations("classpath:db/half")
                .target("1")
                .load()
                .migrate();

        assertThatThrownBy(() -> LedgerDatabase.open(
                        new SqliteDialect(url),
                        connections ->
                                Flyway.configure().dataSource(connections).locations("classpath:db/half")))
                .isInstanceOf(LedgerException.class)
                .hasMessageStartingWith("jobrelay.ledger.url: " + file + " has tables that cannot be brought")
                .hasMessageContaining("no_such_table")
                .message()
                .doesNotContain("\n");

        try (Connection connection = DriverManager.getConnection(url);
                Statement statement = connection.createStatement()) {
            assertThat(statement.executeQuery("select count(*) from kept").getInt(1))
                    .isEqualTo(1);
            assertThat(statement
                            .executeQuery(
                                    "select count(*) from sqlite_master where name = 'first_half' or sql like '%more text%'")
                            .getInt(1))
                    .isZero();
        }
    }

    private void assertRefused(String rule, String remedy) {
        assertThatThrownBy(() -> Ledger.open(file))
                .isInstanceOf(LedgerException.class)
                .hasMessageStartingWith("jobrelay.ledger.url: " + file + " ")
                .hasMessageContaining(rule)
                .hasMessageContaining(remedy)
                .message()
                .doesNotContain("\n");
    }

    /** Leaves a ledger of many pages, closed. */
    private static void fill(Path file) {
        try (Ledger ledger = Ledger.open(file)) {
            ledger.takeIn(IntStream.range(0, 300)
                    .mapToObj(number -> JobRecords.of("job-" + number, JobState.RUNNING))
                    .toArray(io.jobrelay.job.JobRecord[]::new));
        }
    }

    /** Leaves the files as they are while a ledger is open, which is how a kill leaves them. */
    private void killed() throws IOException {
        fill(file);
        Path copy = directory.resolve("killed");
        try (Ledger ledger = Ledger.open(file)) {
            ledger.clock.advance(java.time.Duration.ofDays(1));
            for (int number = 0; number < 10; number++) {
                ledger.takeIn(JobRecords.of("killed-" + number, JobState.RUNNING));
            }
            Files.createDirectories(copy);
            for (String name : List.of("ledger.db", "ledger.db-wal", "ledger.db-shm", "ledger.db.lock")) {
                Files.copy(file.resolveSibling(name), copy.resolve(name), StandardCopyOption.REPLACE_EXISTING);
            }
        }
        file = copy.resolve("ledger.db");
    }

    private Path beside(String suffix) {
        return file.resolveSibling(file.getFileName() + suffix);
    }

    /** Every file of the ledger, except the shared memory, which holds nothing that counts. */
    private Map<String, String> contents() throws IOException {
        Map<String, String> contents = new HashMap<>();
        for (String suffix : List.of("", "-wal", ".lock")) {
            Path one = beside(suffix);
            if (Files.exists(one) && !(suffix.equals("-wal") && Files.size(one) == 0)) {
                contents.put(suffix, Arrays.hashCode(Files.readAllBytes(one)) + " " + Files.size(one));
            }
        }
        return contents;
    }

    private long pageInTheMiddle() throws IOException {
        return Files.size(file) / PAGE / 2 * PAGE;
    }

    private static void overwrite(Path file, long from, int length) throws IOException {
        try (RandomAccessFile bytes = new RandomAccessFile(file.toFile(), "rw")) {
            bytes.seek(from);
            byte[] noise = new byte[length];
            Arrays.fill(noise, (byte) 0xa5);
            bytes.write(noise);
        }
    }

    private static void truncate(Path file, long size) throws IOException {
        try (RandomAccessFile bytes = new RandomAccessFile(file.toFile(), "rw")) {
            bytes.setLength(size);
        }
    }

    private static int hold(Ledger ledger) {
        return ledger.database.write(handle -> handle.execute("insert into destination (name) values ('file')"));
    }

    private static void insert(Ledger ledger, int id) {
        ledger.database.write(handle -> handle.execute("insert into line values (?, zeroblob(60000))", id));
    }

    private static List<Integer> lines(Ledger ledger) {
        return ledger.query("select id from line order by id").stream()
                .map(Integer::valueOf)
                .toList();
    }
}
