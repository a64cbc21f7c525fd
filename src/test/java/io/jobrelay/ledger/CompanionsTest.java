package io.jobrelay.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import io.jobrelay.job.JobRecords;
import io.jobrelay.job.JobState;
import io.jobrelay.provider.FailureKind;
import io.jobrelay.provider.PollFailure;
import io.jobrelay.watch.Watch;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;

/** Each of these watches waits for ten seconds after an answer, and so may be asked a second early. */
@Timeout(60)
@OnBothEngines
class CompanionsTest {
    private static final String GROUP = "the-group";

    @Parameter
    Engine engine;

    @TempDir
    private Path directory;

    private Ledger ledger;
    private Companions companions;

    @BeforeEach
    void opens() {
        ledger = Ledger.open(engine.ledger(directory));
        companions = new Companions(
                ledger.database,
                ledger.time,
                ledger.nodes.lease(),
                watch -> String.valueOf(watch.parameters().get("id")).startsWith("other") ? "" : GROUP);
    }

    @AfterEach
    void closes() {
        ledger.close();
    }

    @Test
    void takes_those_that_are_due_each_once() {
        ledger.watches.replace("file", watches("a", "b", "other"));

        List<DueWatch> joined = join(10);

        assertThat(joined).extracting(DueWatch::id).containsExactlyInAnyOrderElementsOf(ids("a", "b"));
        assertThat(joined).extracting(DueWatch::planned).containsOnly(Ledger.START);
        assertThat(join(10)).isEmpty();
        assertThat(ledger.claim()).extracting(DueWatch::id).containsExactlyElementsOf(ids("other"));
    }

    @Test
    void takes_no_more_than_it_is_asked_for() {
        ledger.watches.replace("file", watches("a", "b", "c"));

        assertThat(join(2)).hasSize(2);
        assertThat(join(2)).hasSize(1);
    }

    @Test
    void takes_what_is_due_within_a_tenth_of_its_wait_and_no_earlier() {
        answered("early");
        ledger.clock.advance(Duration.ofMillis(500));
        answered("later");
        ledger.clock.advance(Duration.ofMillis(8_499));
        assertThat(join(10)).isEmpty();

        ledger.clock.advance(Duration.ofMillis(1));
        List<DueWatch> joined = join(10);

        assertThat(joined).extracting(DueWatch::id).containsExactlyElementsOf(ids("early"));
        assertThat(joined).extracting(DueWatch::planned).containsExactly(ledger.clock.instant());
    }

    @Test
    void leaves_a_watch_whose_poll_failed_the_whole_wait() {
        answered("a");
        ledger.clock.advance(Duration.ofSeconds(10));
        ledger.intake.failed(ledger.claim().get(0), PollFailure.without(FailureKind.THROTTLED, "slow down"));
        ledger.clock.advance(Duration.ofMillis(9_500));

        assertThat(join(10)).isEmpty();
    }

    @Test
    void lets_no_other_take_what_it_has_taken() {
        DueWatch due = ledger.claimOnly(Ledger.watch("a"));

        assertThat(join(10)).isEmpty();

        ledger.watches.giveBack(List.of(due));
        List<DueWatch> joined = join(10);
        assertThat(joined).extracting(DueWatch::claim).containsExactly(due.claim() + 1);
        assertThat(ledger.intake.answered(due, List.of()).join().changes()).isEmpty();
        assertThat(ledger.query("select count(*) from watch where claimed")).containsExactly("1");
    }

    private List<DueWatch> join(int most) {
        String node = ledger.nodes.lease().incarnation().orElseThrow();
        return companions.join("acme-job", "acme", List.of(GROUP), node, most);
    }

    private void answered(String id) {
        List<Watch> all = new ArrayList<>(watches(id));
        ledger.watches.replace(id, all);
        DueWatch due = ledger.claim().get(0);
        ledger.intake
                .answered(due, List.of(JobRecords.of(id, JobState.RUNNING)))
                .join();
    }

    private static List<Watch> watches(String... ids) {
        return Stream.of(ids).map(Ledger::watch).toList();
    }

    private static List<String> ids(String... ids) {
        return watches(ids).stream().map(Watch::id).toList();
    }
}
