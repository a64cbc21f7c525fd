package io.jobrelay.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import io.jobrelay.delivery.AttemptResult;
import io.jobrelay.job.JobRecord;
import io.jobrelay.job.JobRecords;
import io.jobrelay.job.JobState;
import io.jobrelay.ledger.Deliveries.Progress;
import io.jobrelay.ledger.Redelivery.Selection;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;

@Timeout(60)
@OnBothEngines
class RemovalTest {
    private static final String HOOK = "hook";
    private static final String FILE = "file";

    @Parameter
    Engine engine;

    @TempDir
    private Path directory;

    private Ledger ledger;
    private Removal removal;

    /** Three events: one delivered to the hook, one dead, one pending; the file has the pending one already. */
    @BeforeEach
    void opens() {
        ledger = Ledger.open(engine.ledger(directory));
        removal = new Removal(ledger.database);
        ledger.takeIn(job("a"), job("b"), job("c"));
        ledger.pending(Outbox.CHANGES, 10)
                .forEach(change -> ledger.outbox
                        .delivered(change, change.subject().endsWith("c") ? Set.of(HOOK, FILE) : Set.of(HOOK), null)
                        .join());
        List<Delivery> hook = ledger.pending(HOOK, 10);
        ledger.delivered(hook.get(0));
        ledger.failed(hook.get(1), AttemptResult.DEAD, "no", Duration.ZERO);
        ledger.delivered(ledger.pending(FILE, 10).get(0));
    }

    @AfterEach
    void closes() {
        ledger.close();
    }

    @Test
    void what_is_not_delivered_is_moved_and_pending_there_unless_it_is_there() {
        assertThat(removal.count(of(HOOK))).isEqualTo(2);

        assertThat(removal.remove(of(HOOK), FILE)).isEqualTo(new Removal.Removed(2, false));

        assertThat(removal.count(of(HOOK))).isZero();
        assertThat(ledger.pending(HOOK, 10)).isEmpty();
        assertThat(ledger.pending(FILE, 10)).extracting(Delivery::subject).containsExactly("b");
        assertThat(removal.remove(of(HOOK), FILE)).isEqualTo(new Removal.Removed(0, false));
    }

    @Test
    void what_is_discarded_is_gone_and_what_was_delivered_stays() {
        String dead = ledger.query("select 'hook.' || event_id from change where subject = 'b'")
                .get(0);
        String delivered = ledger.query("select 'hook.' || event_id from change where subject = 'a'")
                .get(0);

        assertThat(removal.remove(dead, null)).isTrue();
        assertThat(removal.remove(dead, null)).isFalse();
        assertThat(removal.remove(delivered, null)).isFalse();
        assertThat(removal.remove(of(HOOK), null).deliveries()).isEqualTo(1);

        assertThat(ledger.query("select status from delivery where destination = 'hook'"))
                .containsExactly("DELIVERED");
    }

    @Test
    void an_event_that_is_not_routed_is_moved_to_a_destination_that_was_never_used() {
        ledger.takeIn(job("d"), job("e"));
        List<Delivery> changes = ledger.pending(Outbox.CHANGES, 10);
        ledger.failed(changes.get(0), AttemptResult.GIVEN_BACK, "why", Duration.ZERO);
        assertThat(new Destinations(ledger.database, ledger.time).unrouted()).isEqualTo(1);

        String id = "changes." + changes.get(0).eventId();
        assertThat(listed(Progress.UNROUTED, Set.of())).containsExactly(id);

        assertThat(removal.remove(id, "new")).isTrue();
        assertThat(removal.remove(of(Outbox.CHANGES), null)).isEqualTo(new Removal.Removed(1, false));

        assertThat(ledger.pending(Outbox.CHANGES, 10)).isEmpty();
        assertThat(ledger.pending("new", 10))
                .extracting(Delivery::subject)
                .containsExactly(changes.get(0).subject());
        assertThat(new Destinations(ledger.database, ledger.time).unrouted()).isZero();
    }

    @Test
    void what_waits_for_a_destination_that_nothing_is_sent_to_is_unread_and_not_pending() {
        String pending = ledger.query("select 'hook.' || event_id from change where subject = 'c'")
                .get(0);

        assertThat(listed(Progress.PENDING, Set.of())).containsExactly(pending);
        assertThat(listed(Progress.UNREAD, Set.of())).isEmpty();
        assertThat(listed(Progress.PENDING, Set.of(HOOK))).isEmpty();
        assertThat(listed(Progress.UNREAD, Set.of(HOOK))).containsExactly(pending);
        assertThat(listed(Progress.DEAD, Set.of(HOOK))).hasSize(1);
    }

    private List<String> listed(Progress status, Set<String> unread) {
        Deliveries.Filter filter = new Deliveries.Filter(Set.of(status), Set.of(), null, null, null);
        return new Deliveries(ledger.database, () -> unread)
                .page(filter, Deliveries.NEWEST, 10).items().stream()
                        .filter(entry -> entry.status() == status)
                        .map(Deliveries.Entry::id)
                        .toList();
    }

    private static JobRecord job(String id) {
        return JobRecords.of(id, JobState.RUNNING);
    }

    private static Selection of(String destination) {
        return new Selection(destination, null, null);
    }
}
