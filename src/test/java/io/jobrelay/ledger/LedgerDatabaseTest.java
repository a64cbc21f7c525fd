package io.jobrelay.ledger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jobrelay.job.JobRecords;
import io.jobrelay.job.JobState;
import io.jobrelay.settings.Settings.LedgerSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class LedgerDatabaseTest {
    @TempDir
    private Path directory;

    private Path file;

    @BeforeEach
    void in_a_directory_that_is_not_there_yet() {
        file = directory.resolve("data/ledger.db");
    }

    @Test
    void its_files_are_its_owners_alone() throws IOException {
        try (Ledger ledger = Ledger.open(file)) {
            ledger.takeIn(JobRecords.of("a", JobState.RUNNING));

            try (Stream<Path> files = Files.list(file.getParent())) {
                List<Path> all = files.toList();
                assertThat(all)
                        .extracting(path -> path.getFileName().toString())
                        .containsExactlyInAnyOrder("ledger.db", "ledger.db-wal", "ledger.db-shm", "ledger.db.lock");
                assertThat(all)
                        .allSatisfy(
                                path -> assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(path)))
                                        .isEqualTo("rw-------"));
            }
        }
    }

    @Test
    void keeps_what_was_taken_in() {
        try (Ledger ledger = Ledger.open(file)) {
            ledger.takeIn(JobRecords.of("a", JobState.RUNNING));
        }
        try (Ledger ledger = Ledger.open(file)) {
            assertThat(ledger.query("select id || state || sequence from job")).containsExactly("aRUNNING1");
        }
    }

    @Test
    void its_log_shrinks_once_a_long_read_has_ended() throws Exception {
        Path log = file.resolveSibling("ledger.db-wal");
        String large = "x".repeat(100_000);
        try (Ledger ledger = Ledger.open(file)) {
            ledger.database.read(reader -> {
                reader.execute("begin");
                reader.select("select count(*) from job").mapTo(Long.class).one();
                IntStream.range(0, 100)
                        .forEach(write -> ledger.database.write(handle -> handle.execute(
                                "insert into unreadable_reply (watch_id, received_at, cause, body) values ('w', 0, ?, '')",
                                large)));
                return reader.execute("rollback");
            });
            assertThat(log).satisfies(grown -> assertThat(Files.size(grown)).isGreaterThan(9_000_000));

            IntStream.range(0, 3).forEach(job -> ledger.takeIn(JobRecords.of("job " + job, JobState.RUNNING)));

            assertThat(Files.size(log)).isLessThan(5_000_000);
        }
    }

    @Test
    void refuses_a_second_opener_and_says_what_to_do() {
        try (Ledger ledger = Ledger.open(file)) {
            assertThat(ledger.due()).isEmpty();
            assertThatThrownBy(() -> Ledger.open(file))
                    .isInstanceOf(LedgerException.class)
                    .hasMessage(
                            "jobrelay.ledger.url: %s is in use by another Jobrelay; stop it, or give this one a"
                                    + " directory of its own",
                            file);
        }
        Ledger.open(file).close();
    }

    @Test
    void refuses_a_damaged_file_and_leaves_it_as_it_is() throws IOException {
        Files.createDirectories(file.getParent());
        Files.writeString(file, "This is not a ledger, and somebody will want to know what it was.".repeat(200));
        byte[] before = Files.readAllBytes(file);

        assertThatThrownBy(() -> Ledger.open(file))
                .isInstanceOf(LedgerException.class)
                .hasMessageStartingWith("jobrelay.ledger.url: " + file + " is damaged, or is no ledger at all")
                .hasMessageContaining("NOTADB");

        assertThat(file).hasBinaryContent(before);
        assertThatThrownBy(() -> Ledger.open(file))
                .as("the lock was given back")
                .hasMessageContaining("NOTADB");
    }

    @Test
    void refuses_a_directory_that_cannot_be_made() throws IOException {
        Files.writeString(directory.resolve("data"), "a file");

        assertThatThrownBy(() -> Ledger.open(file))
                .isInstanceOf(LedgerException.class)
                .hasMessageStartingWith("jobrelay.ledger.url: " + file + " ")
                .hasMessageContaining("FileAlreadyExistsException: " + directory.resolve("data"));
    }

    @Test
    void is_opened_beside_a_running_one_and_each_sees_what_the_other_writes() {
        try (Ledger ledger = Ledger.open(file);
                LedgerDatabase beside = LedgerDatabase.openBeside(new LedgerSettings("jdbc:sqlite:" + file))) {
            ledger.database.write(handle -> handle.execute("insert into destination (name) values ('a')"));
            beside.write(handle -> handle.execute("insert into destination (name) values ('b')"));

            assertThat(ledger.query("select name from destination")).containsExactly("a", "b");
            assertThat(beside.<Integer>read(handle -> handle.createQuery("select count(*) from destination")
                            .mapTo(Integer.class)
                            .one()))
                    .isEqualTo(2);
        }
    }

    @Test
    void is_not_made_by_whoever_only_looks_into_it() {
        assertThatThrownBy(() -> LedgerDatabase.openBeside(new LedgerSettings("jdbc:sqlite:" + file)))
                .isInstanceOf(LedgerException.class)
                .hasMessage(
                        "jobrelay.ledger.url: there is no %s; go to the directory that Jobrelay runs in, or run it here"
                                + " first",
                        file);
        assertThat(file.getParent()).doesNotExist();
    }

    @Test
    void is_not_brought_up_to_date_by_whoever_only_looks_into_it() throws IOException {
        Files.createDirectories(file.getParent());
        Files.createFile(file);

        assertThatThrownBy(() -> LedgerDatabase.openBeside(new LedgerSettings("jdbc:sqlite:" + file)))
                .isInstanceOf(LedgerException.class)
                .hasMessage(
                        "jobrelay.ledger.url: %s is no ledger yet, or an older version's; jobrelay run brings it up to"
                                + " date",
                        file);
        Files.writeString(file, "no ledger at all ".repeat(100));
        assertThatThrownBy(() -> LedgerDatabase.openBeside(new LedgerSettings("jdbc:sqlite:" + file)))
                .isInstanceOf(LedgerException.class)
                .hasMessageStartingWith("jobrelay.ledger.url: " + file + " is damaged, or is no ledger at all")
                .hasMessageContaining("NOTADB");
    }
}
