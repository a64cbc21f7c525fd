package io.jobrelay.ledger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jobrelay.job.JobRecords;
import io.jobrelay.job.JobState;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
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
    void refuses_a_second_opener_and_says_what_to_do() {
        try (Ledger ledger = Ledger.open(file)) {
            assertThat(ledger.claim()).isEmpty();
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
    void refuses_a_ledger_that_a_newer_version_has_written() {
        try (Ledger ledger = Ledger.open(file)) {
            ledger.database.write(handle -> handle.execute("""
                    insert into flyway_schema_history (installed_rank, version, description, type, script, checksum,
                        installed_by, execution_time, success)
                    select 99, '99', 'future', type, 'V99__future.sql', 1, installed_by, 1, 1
                    from flyway_schema_history where version = '1'"""));
        }

        assertThatThrownBy(() -> Ledger.open(file))
                .isInstanceOf(LedgerException.class)
                .hasMessageStartingWith("jobrelay.ledger.url: cannot open " + file + ": ")
                .hasMessageContaining("99");
    }

    @Test
    void refuses_a_damaged_file_and_leaves_it_as_it_is() throws IOException {
        Files.createDirectories(file.getParent());
        Files.writeString(file, "This is not a ledger, and somebody will want to know what it was.".repeat(200));
        byte[] before = Files.readAllBytes(file);

        assertThatThrownBy(() -> Ledger.open(file))
                .isInstanceOf(LedgerException.class)
                .hasMessageStartingWith("jobrelay.ledger.url: cannot open " + file + ": ")
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
                .hasMessageStartingWith("jobrelay.ledger.url: cannot ");
    }
}
