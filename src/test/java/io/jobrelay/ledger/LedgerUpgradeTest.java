package io.jobrelay.ledger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jobrelay.job.JobRecords;
import io.jobrelay.job.JobState;
import io.jobrelay.settings.Settings.LedgerSettings;
import java.nio.file.Path;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;

/** The next version, which has one migration more, upgrades the ledger of this one; this one then refuses it. */
@OnBothEngines
class LedgerUpgradeTest {
    @TempDir
    private Path directory;

    @Parameter
    private Engine engine;

    private LedgerSettings settings;

    @BeforeEach
    void write_a_ledger_with_this_version() {
        settings = engine.ledger(directory);
        try (Ledger ledger = Ledger.open(settings)) {
            ledger.takeIn(JobRecords.of("a", JobState.RUNNING), JobRecords.of("b", JobState.SUCCEEDED));
        }
    }

    /** Opens it as the next version does. */
    static LedgerDatabase next(LedgerSettings settings) {
        LedgerDialect ledger = LedgerDialect.of(settings);
        String tables = ledger.file().isPresent() ? "sqlite" : "postgresql";
        return LedgerDatabase.open(
                ledger,
                connections ->
                        ledger.migrations(connections).locations("classpath:db/ledger/" + tables, "classpath:db/next"));
    }

    @Test
    void the_next_version_keeps_all_that_is_in_it() {
        try (LedgerDatabase next = next(settings)) {
            assertThat(next.<String>read(handle -> handle.createQuery(
                                    "select id || ' ' || state || ' ' || sequence || ': ' || note from job order by id")
                            .mapTo(String.class)
                            .list()
                            .toString()))
                    .isEqualTo("[a RUNNING 1: a note on a, b SUCCEEDED 1: a note on b]");
            assertThat(next.<Integer>read(handle ->
                            handle.createQuery("""
                                    select count(*) from change c""").mapTo(Integer.class).one()))
                    .isEqualTo(2);
        }
    }

    @Test
    void this_version_refuses_what_the_next_one_has_written() {
        next(settings).close();

        assertRefused(() -> Ledger.open(settings));
        assertRefused(() -> LedgerDatabase.openBeside(settings));
    }

    private void assertRefused(ThrowingCallable opening) {
        assertThatThrownBy(opening)
                .isInstanceOf(LedgerException.class)
                .hasMessage(
                        "jobrelay.ledger.url: %s was written by a newer Jobrelay (its tables are of version 2): start that"
                                + " one, or restore a backup from before it",
                        LedgerDialect.of(settings).name());
    }
}
