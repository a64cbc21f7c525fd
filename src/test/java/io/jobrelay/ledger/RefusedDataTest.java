package io.jobrelay.ledger;

import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.jobrelay.job.JobRecord;
import io.jobrelay.job.JobRecords;
import io.jobrelay.job.JobState;
import io.jobrelay.ledger.GroupCommit.Batch;
import io.jobrelay.ledger.Intake.Answered;
import java.nio.file.Path;
import java.sql.SQLTransientConnectionException;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jdbi.v3.core.ConnectionException;
import org.jdbi.v3.core.Handle;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;

/** What a ledger that is well cannot hold, and what only seems so. */
@Timeout(60)
@OnBothEngines
class RefusedDataTest {
    /** As random as that no index of PostgreSQL's holds it; SQLite would, but for a trigger. */
    private static final String POISON = new Random(7)
            .ints(4_000, 'a', 'z' + 1)
            .mapToObj(Character::toString)
            .collect(joining());

    @Parameter
    Engine engine;

    @TempDir
    private Path directory;

    private Ledger ledger;

    @BeforeEach
    void opens() {
        ledger = Ledger.open(engine.ledger(directory));
        if (engine == Engine.SQLITE) {
            ledger.database.write(handle -> handle.execute("""
                    create trigger poison before insert on job when length(new.id) > 2704
                    begin select raise(abort, 'too long'); end"""));
        }
    }

    @AfterEach
    void closes() {
        ledger.close();
    }

    @Test
    void a_record_is_refused_by_itself_and_the_others_of_its_batch_are_committed() {
        ledger.watches.replace("a.yaml", List.of(Ledger.watch("1"), Ledger.watch("2"), Ledger.watch("3")));
        List<DueWatch> due = ledger.due();
        CountDownLatch open = new CountDownLatch(1);
        CompletableFuture<?> unused = ledger.database.begin(
                Batch.alone(handle -> awaitOpen(open)), due.get(0).lease(), true);

        CompletableFuture<Answered> first = answered(due.get(0), "one");
        CompletableFuture<Answered> bad = answered(due.get(1), POISON);
        CompletableFuture<Answered> last = answered(due.get(2), "three");
        open.countDown();

        assertThat(first.join().changes()).hasSize(1);
        assertThat(last.join().changes()).hasSize(1);
        assertThat(catchThrowableOfType(CompletionException.class, bad::join))
                .cause()
                .isInstanceOfSatisfying(
                        LedgerException.class,
                        refused -> assertThat(refused.refused()).isTrue())
                .message()
                .startsWith("could not be written to the ledger: ")
                .hasSizeLessThan(500);
        assertThat(ledger.query("select id from job order by id")).containsExactly("one", "three");
        assertThat(ledger.query("select count(*) from change")).containsExactly("2");
        assertThat(ledger.database.trouble()).isEmpty();
    }

    @Test
    void a_rule_of_the_tables_refuses() {
        assertThat(failure(handle -> handle.execute("insert into unreadable_reply (watch_id) values (null)"))
                        .refused())
                .isTrue();
    }

    @Test
    void each_state_of_a_job_is_kept_and_no_other_is() {
        ledger.takeIn(Stream.of(JobState.values())
                .map(state -> JobRecords.of(state.name(), state))
                .toArray(JobRecord[]::new));

        assertThat(ledger.query("select distinct state from change"))
                .hasSize(JobState.values().length)
                .hasSameElementsAs(ledger.query("select state from job"));
        for (String table : List.of("watch", "job", "change")) {
            assertThat(failure(handle -> handle.execute("update " + table + " set state = 'DREAMING'"))
                            .refused())
                    .isTrue();
        }
        assertThat(failure(handle -> handle.execute(
                                "insert into delivery (destination, change, subject, sequence, status, updated_at)"
                                        + " values ('hook', 1, 'a', 1, 'LOST', 0)"))
                        .refused())
                .isTrue();
    }

    @Test
    void what_cannot_be_made_a_row_is_refused() {
        assertThat(failure(handle -> {
                            throw new IllegalArgumentException("no row");
                        })
                        .refused())
                .isTrue();
    }

    @Test
    void a_statement_that_is_wrong_refuses_nothing() {
        assertThat(failure(handle -> handle.execute("insert into nowhere values (1)"))
                        .refused())
                .isFalse();
    }

    /** All of the pool's connections are in use for as long as anybody waits: it says so without a state. */
    @Test
    void a_connection_that_is_not_to_be_had_refuses_nothing() {
        assertThat(failure(handle -> {
                            throw new ConnectionException(new SQLTransientConnectionException(
                                    "ledger - Connection is not available, request timed out after 30000ms"));
                        })
                        .refused())
                .isFalse();
    }

    @Test
    void a_lack_of_memory_refuses_nothing() {
        assertThat(failure(handle -> {
                            throw new OutOfMemoryError("as a test has it");
                        })
                        .refused())
                .isFalse();
    }

    private LedgerException failure(Function<Handle, Integer> work) {
        return catchThrowableOfType(LedgerException.class, () -> ledger.database.write(work));
    }

    private CompletableFuture<Answered> answered(DueWatch due, String id) {
        return ledger.answered(due, List.of(JobRecords.of(id, JobState.RUNNING)));
    }

    private static boolean awaitOpen(CountDownLatch open) {
        try {
            open.await();
            return true;
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
