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
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.LongStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class LedgerBackupTest {
    @TempDir
    private Path directory;

    private Path file;

    @BeforeEach
    void name_the_ledger() {
        file = directory.resolve("data/ledger.db");
    }

    /** A copy that holds a change holds all before it, and the job is as after the last one in its row, record and count. */
    @Test
    void a_copy_under_load_is_the_ledger_of_one_moment_and_goes_on() throws Exception {
        AtomicBoolean stop = new AtomicBoolean();
        Path copy = file;
        try (Ledger ledger = Ledger.open(file)) {
            ledger.takeIn(JobRecords.of("a", JobState.RUNNING));
            CompletableFuture<Void> writer = CompletableFuture.runAsync(() -> {
                for (int i = 0; !stop.get(); i++) {
                    ledger.takeIn(JobRecords.of("a", i % 2 == 0 ? JobState.QUEUED : JobState.RUNNING));
                }
            });
            long before = 0;
            for (int i = 0; i < 5 || before < 10; i++) {
                copy = directory.resolve("copy-" + i + ".db");
                LedgerBackup backup = LedgerBackup.take(new LedgerSettings("jdbc:sqlite:" + file), copy);

                assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(copy)))
                        .isEqualTo("rw-------");
                assertThat(backup.bytes()).isEqualTo(Files.size(copy));
                assertThat(backup.jobs()).isOne();
                assertThat(backup.changes()).isGreaterThanOrEqualTo(before);
                before = backup.changes();
            }
            stop.set(true);
            writer.get();
        }
        try (Ledger restored = Ledger.open(copy)) {
            List<String> sequences = restored.query("select sequence from change order by position");
            assertThat(sequences)
                    .isEqualTo(LongStream.rangeClosed(1, sequences.size())
                            .mapToObj(Long::toString)
                            .toList());
            assertThat(restored.query("select sequence from job")).containsExactly("" + sequences.size());
            String state = restored.query("select state from job").get(0);
            assertThat(restored.query("select record from job_record"))
                    .singleElement()
                    .satisfies(record -> assertThat(record)
                            .contains("\"state\":\"" + state + "\"", "\"sequence\":" + sequences.size()));
            assertThat(restored.query("select state || jobs from job_count where jobs <> 0"))
                    .containsExactly(state + 1);
            restored.takeIn(JobRecords.of("a", JobState.SUCCEEDED));
            assertThat(restored.query("select state || sequence from job"))
                    .containsExactly("SUCCEEDED" + (sequences.size() + 1));
        }
        try (var files = Files.list(directory)) {
            assertThat(files.map(path -> path.getFileName().toString()))
                    .noneMatch(name -> name.contains("unfinished") || name.contains("journal"));
        }
    }

    @Test
    void nothing_is_overwritten() throws IOException {
        Ledger.open(file).close();
        Path copy = directory.resolve("copy.db");
        Files.writeString(copy, "mine");

        assertThatThrownBy(() -> LedgerBackup.take(new LedgerSettings("jdbc:sqlite:" + file), copy))
                .isInstanceOf(LedgerException.class)
                .hasMessage("%s: is there already and is not overwritten; name another file", copy);
        assertThat(copy).hasContent("mine");
    }

    @Test
    void a_damaged_ledger_gives_no_copy() throws IOException {
        try (Ledger ledger = Ledger.open(file)) {
            ledger.takeIn(JobRecords.of("a", JobState.RUNNING));
        }
        byte[] bytes = Files.readAllBytes(file);
        Arrays.fill(bytes, 8192, bytes.length, (byte) 0x5a);
        Files.write(file, bytes);
        Path copy = directory.resolve("copy.db");

        assertThatThrownBy(() -> LedgerBackup.take(new LedgerSettings("jdbc:sqlite:" + file), copy))
                .isInstanceOf(LedgerException.class)
                .hasMessageContaining("is damaged, or is no ledger at all");
        assertThat(copy).doesNotExist();
        assertThat(directory.resolve("copy.db.unfinished")).doesNotExist();
    }

    @Test
    void where_there_is_no_ledger_none_is_made() {
        assertThatThrownBy(() ->
                        LedgerBackup.take(new LedgerSettings("jdbc:sqlite:" + file), directory.resolve("copy.db")))
                .isInstanceOf(LedgerException.class)
                .hasMessageStartingWith("jobrelay.ledger.url: there is no " + file);
        assertThatThrownBy(() -> {
                    Ledger.open(file).close();
                    LedgerBackup.take(new LedgerSettings("jdbc:sqlite:" + file), directory.resolve("nowhere/copy.db"));
                })
                .isInstanceOf(LedgerException.class)
                .hasMessageStartingWith(directory.resolve("nowhere/copy.db") + ": the copy of " + file);
    }

    @Test
    void the_ledger_of_another_version_is_copied_as_it_is() {
        Ledger.open(file).close();
        LedgerUpgradeTest.next(new LedgerSettings("jdbc:sqlite:" + file)).close();
        Path copy = directory.resolve("copy.db");

        LedgerBackup.take(new LedgerSettings("jdbc:sqlite:" + file), copy);

        LedgerUpgradeTest.next(new LedgerSettings("jdbc:sqlite:" + copy)).close();
    }
}
