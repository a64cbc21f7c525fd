package io.jobrelay.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import io.jobrelay.job.JobRecord;
import io.jobrelay.job.JobRecords;
import io.jobrelay.job.JobState;
import io.jobrelay.provider.PollFailure;
import io.jobrelay.provider.ProviderReply;
import io.jobrelay.watch.Watch;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;

/** What is over is deleted in time, with what hangs on it; what would come back, or go on, is not. */
@Timeout(60)
@OnBothEngines
class PurgeTest {
    private static final Duration KEPT = Duration.ofDays(30);
    private static final String FILE = "w.yaml";
    private static final Watch WATCH = Ledger.watch("1");

    @Parameter
    Engine engine;

    @TempDir
    private Path directory;

    private Ledger ledger;

    @BeforeEach
    void opens() {
        ledger = Ledger.open(engine.ledger(directory));
    }

    @AfterEach
    void closes() {
        ledger.close();
    }

    @Test
    void a_watch_of_the_api_goes_when_it_has_ended_for_long_with_its_job_and_its_kept_reply() {
        ledger.watches.add(WATCH);
        ledger.intake.failed(
                ledger.due().get(0),
                PollFailure.malformed("no JSON", new ProviderReply(200, "text/html", new byte[1])));
        poll(JobState.SUCCEEDED);

        passes(KEPT.minusDays(1));
        assertThat(left()).isEqualTo("1 watch, 1 job, 1 reply");

        passes(Duration.ofDays(2));
        assertThat(left()).isEqualTo("0 watch, 0 job, 0 reply");
        assertThat(new JobIndex(ledger.database).counts())
                .isNotEmpty()
                .allSatisfy(count -> assertThat(count.jobs()).isZero());
        assertThat(ledger.query("select id from job_record")).isEmpty();
    }

    @Test
    void a_watch_that_was_removed_goes_even_if_its_job_goes_on() {
        ledger.watches.replace(FILE, List.of(WATCH));
        poll(JobState.RUNNING);
        passes(KEPT.multipliedBy(2));
        assertThat(left()).isEqualTo("1 watch, 1 job, 0 reply");

        ledger.watches.replace(FILE, List.of());
        passes(KEPT.minusDays(1));
        assertThat(left()).isEqualTo("1 watch, 1 job, 0 reply");

        passes(Duration.ofDays(2));
        assertThat(left()).isEqualTo("0 watch, 0 job, 0 reply");
    }

    @Test
    void a_watch_that_has_ended_stays_as_long_as_its_file_names_it_and_is_not_polled_anew() {
        ledger.watches.replace(FILE, List.of(WATCH));
        poll(JobState.FAILED);

        passes(KEPT.plusDays(1));
        assertThat(left()).isEqualTo("1 watch, 0 job, 0 reply");
        ledger.watches.replace(FILE, List.of(WATCH));
        assertThat(ledger.due()).isEmpty();

        ledger.watches.replace(FILE, List.of());
        passes(KEPT.plusDays(1));
        assertThat(left()).isEqualTo("0 watch, 0 job, 0 reply");
    }

    @Test
    void zero_keeps_watches_and_jobs_for_ever() {
        ledger.watches.replace(FILE, List.of(WATCH));
        poll(JobState.RUNNING);
        ledger.watches.replace(FILE, List.of());
        settle();
        ledger.clock.advance(Duration.ofDays(3_650));

        ledger.purge.expired(Duration.ofHours(1), Duration.ZERO);

        assertThat(left()).isEqualTo("1 watch, 1 job, 0 reply");
    }

    /** Its sequence would begin anew, and what has the change would take the next one for it. */
    @Test
    void a_job_stays_as_long_as_a_change_of_it_is_kept() {
        ledger.watches.add(WATCH);
        poll(JobState.SUCCEEDED);
        Delivery change = ledger.pending(Outbox.CHANGES, 1).get(0);
        ledger.outbox.add("hook", change.eventId());
        ledger.delivered(change);

        passes(KEPT.plusDays(1));
        assertThat(left()).isEqualTo("1 watch, 1 job, 0 reply");

        ledger.delivered(ledger.pending("hook", 1).get(0));
        passes(KEPT.plusDays(1));
        assertThat(left()).isEqualTo("0 watch, 0 job, 0 reply");
    }

    /** The next list would bring them as new ones. */
    @Test
    void the_jobs_of_a_list_stay_while_it_goes_on() {
        ledger.takeIn(JobRecords.of("a", JobState.SUCCEEDED), JobRecords.of("b", JobState.FAILED));

        passes(KEPT.plusDays(1));

        assertThat(left()).isEqualTo("1 watch, 2 job, 0 reply");
    }

    @Test
    void many_go_bit_by_bit() {
        ledger.takeIn(IntStream.range(0, 2_500)
                .mapToObj(job -> JobRecords.of("job " + job, JobState.RUNNING))
                .toArray(JobRecord[]::new));
        ledger.watches.replace("all.yaml", List.of());
        ledger.watches.replace(
                FILE,
                IntStream.range(0, 2_500)
                        .mapToObj(job -> Ledger.watch("w" + job))
                        .toList());
        ledger.watches.replace(FILE, List.of());
        settle();
        ledger.clock.advance(KEPT.plusDays(1));

        purge();
        AtomicInteger looks = new AtomicInteger();
        new Purge(ledger.database, ledger.time, ledger.leases, () -> looks.getAndIncrement() >= 1)
                .watches(ledger.time.instant().minus(KEPT));
        assertThat(left()).isEqualTo("2501 watch, 1500 job, 0 reply");

        ledger.purge.watches(ledger.time.instant().minus(KEPT));
        assertThat(left()).isEqualTo("0 watch, 0 job, 0 reply");
    }

    private void poll(JobState state) {
        ledger.clock.advance(Duration.ofHours(1));
        ledger.answered(ledger.due().get(0), List.of(JobRecords.of("acme-job/acme/1", state)))
                .join();
    }

    /** Time passes, after all changes have been routed, and what is over is deleted. */
    private void passes(Duration time) {
        settle();
        ledger.clock.advance(time);
        ledger.purge.expired(Duration.ofHours(1), KEPT);
    }

    private void settle() {
        for (List<Delivery> some = ledger.pending(Outbox.CHANGES, 1_000);
                !some.isEmpty();
                some = ledger.pending(Outbox.CHANGES, 1_000)) {
            some.forEach(ledger::delivered);
        }
    }

    private void purge() {
        ledger.purge.deliveries(ledger.time.instant().minus(Duration.ofHours(1)));
    }

    private String left() {
        return ledger.query(
                        "select (select count(*) from watch) || ' watch, ' || (select count(*) from job) || ' job, '"
                                + " || (select count(*) from unreadable_reply) || ' reply'")
                .get(0);
    }
}
