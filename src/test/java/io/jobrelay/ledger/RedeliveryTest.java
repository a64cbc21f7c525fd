package io.jobrelay.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import io.jobrelay.delivery.AttemptResult;
import io.jobrelay.delivery.Circuit;
import io.jobrelay.delivery.Circuit.State;
import io.jobrelay.job.JobRecords;
import io.jobrelay.job.JobState;
import io.jobrelay.ledger.Deliveries.Progress;
import io.jobrelay.ledger.Redelivery.Selection;
import io.jobrelay.testbed.LongForm;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;

@Timeout(60)
@OnBothEngines
class RedeliveryTest {
    private static final int MANY = LongForm.count(5_000, 1_000);
    private static final String HOOK = "hook";
    private static final String OTHER = "other";

    @Parameter
    Engine engine;

    @TempDir
    private Path directory;

    private Ledger ledger;
    private Redelivery redelivery;

    @BeforeEach
    void opens() {
        ledger = Ledger.open(engine.ledger(directory));
        redelivery = new Redelivery(ledger.database);
    }

    @AfterEach
    void closes() {
        ledger.close();
    }

    @Test
    void dead_ones_are_listed_with_all_that_is_known_of_them() {
        change("a", 1);
        ledger.clock.advance(Duration.ofSeconds(5));
        die(HOOK);

        Deliveries.Entry dead = list(Progress.DEAD, Selection.ALL).get(0);
        assertThat(dead)
                .isEqualTo(new Deliveries.Entry(
                        dead.place(),
                        "hook.a-1",
                        HOOK,
                        "a-1",
                        "t",
                        "a",
                        1,
                        Progress.DEAD,
                        1,
                        Ledger.START,
                        null,
                        Ledger.START.plusSeconds(5),
                        "HTTP\\nstatus 400"));
        assertThat(ids(Progress.PENDING)).containsExactly("other.a-1");
        assertThat(ids(Progress.DELIVERED)).isEmpty();
    }

    @Test
    void one_is_sent_again_by_its_id_as_if_it_had_never_been_tried() {
        change("a", 1);
        Delivery dead = die(HOOK);
        assertThat(redelivery.redeliver("hook.a-1")).isTrue();

        assertThat(ledger.pending(HOOK, 10)).singleElement().satisfies(again -> {
            assertThat(again.eventId()).isEqualTo(dead.eventId());
            assertThat(again.event()).isEqualTo(dead.event());
            assertThat(again.attempts()).isZero();
        });
        assertThat(ids(Progress.DEAD)).isEmpty();
        assertThat(redelivery.redeliver("hook.a-1")).as("is dead no more").isFalse();
    }

    @Test
    void what_is_no_dead_delivery_is_not_sent_again() {
        change("a", 1);

        assertThat(redelivery.redeliver("hook.a-1")).isFalse();
        assertThat(redelivery.redeliver("hook.b-1")).isFalse();
        assertThat(redelivery.redeliver("a-1")).isFalse();
        assertThat(redelivery.redeliver(".a-1")).isFalse();
        assertThat(redeliver(Selection.ALL)).isZero();
    }

    @Test
    void all_of_one_destination_are_sent_again_and_no_other() {
        changeAndDie("a", "b");
        die(OTHER);

        assertThat(redeliver(new Selection(HOOK, null, null))).isEqualTo(2);
        assertThat(ids(Progress.DEAD)).containsExactly("other.a-1");
        assertThat(ledger.pending(HOOK, 10)).hasSize(2);
    }

    @Test
    void those_of_a_range_of_time_are_sent_again_by_the_time_of_their_changes() {
        for (String job : List.of("a", "b", "c", "d")) {
            changeAndDie(job);
            ledger.clock.advance(Duration.ofHours(1));
        }
        Instant eleven = Ledger.START.plus(Duration.ofHours(1));
        Instant one = Ledger.START.plus(Duration.ofHours(3));

        assertThat(list(Progress.DEAD, new Selection(null, eleven, one)))
                .extracting(Deliveries.Entry::subject)
                .containsExactly("c", "b");
        assertThat(redeliver(new Selection(null, eleven, one))).isEqualTo(2);
        assertThat(ids(Progress.DEAD)).containsExactly("hook.d-1", "hook.a-1");
    }

    /** Whatever the clocks say, and however long the event took to the ledger. */
    @Test
    void a_delivery_has_the_time_of_its_event_and_is_found_by_it() {
        DueWatch due = ledger.dueOnly(Ledger.watch("1"));
        ledger.clock.jump(Duration.ofMillis(130).plusNanos(7));
        ledger.answered(due, List.of(JobRecords.of("acme-job/acme/1", JobState.RUNNING)))
                .join();
        ledger.query("select event_id from change").forEach(event -> ledger.outbox.add(HOOK, event));
        die(HOOK);
        Instant time = Instant.parse(ledger.told("true", "/time").get(0).replaceFirst("1 ", ""));

        assertThat(list(Progress.DEAD, new Selection(HOOK, time, null)))
                .extracting(Deliveries.Entry::time)
                .containsExactly(time);
        assertThat(list(Progress.DEAD, new Selection(HOOK, null, time))).isEmpty();
        assertThat(redeliver(new Selection(HOOK, null, time))).isZero();
        assertThat(redeliver(new Selection(HOOK, time, time.plusMillis(1)))).isEqualTo(1);
    }

    @Test
    void many_are_sent_again_in_order() {
        ledger.database.write(handle -> {
            handle.execute("""
                    with recursive n(i) as (select 1 union all select i + 1 from n where i < %d)
                    insert into change (account, event_id, subject, sequence, type, event, created_at, event_time)
                    select 'acme', 'e' || i, 'job ' || (i %% 50), i, 't', 'x', i, i from n""".formatted(MANY));
            return handle.execute("""
                    insert into delivery (destination, change, subject, sequence, status, attempts, updated_at)
                    select 'hook', position, subject, sequence, 'DEAD', 10, 0 from change order by position""");
        });
        ledger.database.write(handle -> handle.execute("insert into destination (name) values ('hook')"));
        assertThat(redeliver(Selection.ALL)).isEqualTo(MANY);

        List<Delivery> first = ledger.pending(HOOK, MANY);
        assertThat(first)
                .hasSize(50)
                .allSatisfy(delivery -> assertThat(delivery.sequence()).isLessThanOrEqualTo(50));
    }

    /** All of one job, so that it is seen whether each looks through those before it. */
    @Test
    void so_many_dead_are_looked_at_at_once_wherever_those_are_that_are_sent_again() {
        int dead = 100_000;
        ledger.database.write(handle -> {
            handle.execute("""
                    with recursive n(i) as (select 1 union all select i + 1 from n where i < %d)
                    insert into change (account, event_id, subject, sequence, type, event, created_at, event_time)
                    select 'acme', 'e' || i, 'job', i, 't', 'x', i, i from n""".formatted(dead));
            return handle.execute("""
                    insert into delivery (destination, change, subject, sequence, status, attempts, updated_at)
                    select 'hook', position, subject, sequence, 'DEAD', 10, 0 from change order by position""");
        });
        ledger.database.write(handle -> handle.execute("insert into destination (name) values ('hook')"));
        Selection last = new Selection(null, Instant.ofEpochMilli(dead), null);
        List<Integer> sent = new ArrayList<>();
        Redelivery.Redelivered some = redelivery.redeliver(last, null);
        sent.add(some.deliveries());
        while (some.next().isPresent()) {
            some = redelivery.redeliver(last, some.next().get());
            sent.add(some.deliveries());
        }

        assertThat(sent).hasSize(1 + dead / Redelivery.LOOKED_THROUGH).endsWith(1, 0);
        assertThat(sent.stream().mapToInt(Integer::intValue).sum()).isEqualTo(1);
        assertThat(redelivery.redeliver(Selection.ALL, null).deliveries()).isEqualTo(Redelivery.LOOKED_THROUGH);
        assertThat(ledger.pending(HOOK, 10)).extracting(Delivery::eventId).containsExactly("e1");
    }

    private int redeliver(Selection selection) {
        Redelivery.Redelivered all = redelivery.redeliver(selection, null);
        assertThat(all.next()).isEmpty();
        return all.deliveries();
    }

    @Test
    void an_earlier_change_goes_before_later_ones_that_wait() {
        change("a", 1);
        change("a", 2);
        change("a", 3);
        die(HOOK);
        Delivery second = ledger.pending(HOOK, 10).get(0);
        ledger.failed(second, AttemptResult.RETRIED, "HTTP status 500", Duration.ofHours(1));
        redeliver(Selection.ALL);

        assertThat(deliverAll()).containsExactly("a-1");
        ledger.clock.advance(Duration.ofHours(1));
        assertThat(deliverAll()).containsExactly("a-2", "a-3");
    }

    /** Whoever has it in memory must read it anew. */
    @Test
    void what_is_sent_again_is_an_edit_of_its_destination_and_what_is_not_is_none() {
        changeAndDie("a");
        long before = ledger.leases.edits(Shard.destination(HOOK));
        redeliver(new Selection(OTHER, null, null));
        assertThat(redelivery.redeliver("hook.b-1")).isFalse();
        assertThat(ledger.leases.edits(Shard.destination(HOOK))).isEqualTo(before);
        redeliver(Selection.ALL);

        assertThat(ledger.leases.edits(Shard.destination(HOOK))).isEqualTo(before + 1);
    }

    @Test
    void destinations_are_listed_with_what_they_have_not_got() {
        change("a", 1);
        die(HOOK);
        ledger.clock.advance(Duration.ofHours(1));
        change("b", 1);
        change("c", 1);
        ledger.pending(OTHER, 10).forEach(ledger::delivered);
        Instant later = ledger.time.instant();
        Instant probeAt = later.plus(Duration.ofMinutes(1));
        circuit(new Circuit(null, null, 10, later, later, probeAt, "HTTP\nstatus 500"));
        Destinations destinations = new Destinations(ledger.database, ledger.time);

        assertThat(destinations.list())
                .usingRecursiveFieldByFieldElementComparatorIgnoringFields("node")
                .containsExactly(
                        entry("changes", State.CLOSED, 3, Ledger.START, 0, null, null, null),
                        entry(HOOK, State.OPEN, 2, later, 1, later, probeAt, "HTTP\\nstatus 500"),
                        entry(OTHER, State.CLOSED, 0, null, 0, null, null, null));
        ledger.clock.advance(Duration.ofMinutes(1));
        assertThat(destinations.list().get(1))
                .extracting(Destinations.Entry::circuit)
                .isEqualTo(State.HALF_OPEN);
        assertThat(destinations.list().get(1).nextTryTime()).isNull();
        circuit(new Circuit("gone", null, 10, later, later, probeAt, "gone"));
        assertThat(destinations.list().get(1).circuit()).isEqualTo(State.DISABLED);
        assertThat(destinations.list().get(1).error()).isEqualTo("gone");
    }

    private void circuit(Circuit circuit) {
        ledger.failed(ledger.pending(HOOK, 1).get(0), AttemptResult.GIVEN_BACK, "no", Duration.ZERO, circuit);
    }

    private Destinations.Entry entry(
            String name,
            State circuit,
            long pending,
            @Nullable Instant oldest,
            long dead,
            @Nullable Instant since,
            @Nullable Instant nextTry,
            @Nullable String error) {
        String node = engine == Engine.SQLITE || name.equals(Outbox.CHANGES) ? null : "node";
        return new Destinations.Entry(name, circuit, pending, oldest, dead, since, nextTry, error, null, node);
    }

    private List<String> ids(Progress status) {
        return list(status, Selection.ALL).stream().map(Deliveries.Entry::id).toList();
    }

    private List<Deliveries.Entry> list(Progress status, Selection selection) {
        Deliveries.Filter filter =
                new Deliveries.Filter(Set.of(status), Set.of(), null, selection.since(), selection.until());
        return new Deliveries(ledger.database, Set::of)
                .page(filter, Deliveries.NEWEST, 100)
                .items();
    }

    private List<String> deliverAll() {
        List<String> delivered = new ArrayList<>();
        for (List<Delivery> due = ledger.pending(HOOK, 10); !due.isEmpty(); due = ledger.pending(HOOK, 10)) {
            assertThat(due).hasSize(1);
            delivered.add(due.get(0).eventId());
            ledger.delivered(due.get(0));
        }
        return delivered;
    }

    private void changeAndDie(String... jobs) {
        for (String job : jobs) {
            change(job, 1);
            die(HOOK);
        }
    }

    private Delivery die(String destination) {
        Delivery delivery = ledger.pending(destination, 1).get(0);
        ledger.failed(delivery, AttemptResult.DEAD, "HTTP\nstatus 400", Duration.ZERO);
        return delivery;
    }

    private void change(String job, int sequence) {
        String event = job + "-" + sequence;
        ledger.database.write(handle -> {
            ledger.change(handle, event, job, sequence, HOOK, OTHER);
            return null;
        });
    }
}
