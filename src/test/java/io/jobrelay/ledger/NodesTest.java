package io.jobrelay.ledger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.groups.Tuple.tuple;

import io.jobrelay.delivery.CircuitBreaker;
import io.jobrelay.delivery.DeliveryFailedException.Consequence;
import io.jobrelay.delivery.DeliveryFailure;
import io.jobrelay.job.JobRecord;
import io.jobrelay.job.JobRecords;
import io.jobrelay.job.JobState;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;

/** Nodes that live, die, stand still and wake, on one ledger; a clock for all of them goes when it is told to. */
@Timeout(120)
@OnBothEngines
class NodesTest {
    private static final Duration TERM = NodeLease.TERM;
    private static final Duration MOMENT = Duration.ofMillis(1);
    private static final CircuitBreaker CIRCUIT = new CircuitBreaker(10, Duration.ofMinutes(1), Duration.ofDays(5));
    private static final String HOOK = "webhook";
    private static final Nodes.Work IDLE = new Nodes.Work(0, 0);

    @Parameter
    Engine engine;

    @TempDir
    private Path directory;

    private Ledger ledger;
    private int incarnations;

    /** What a heartbeat, and the look at the others after it, brought about. */
    private record Beat(int nodes, boolean begunAnew, List<String> takenOver) {}

    /** A node's view of the ledger. */
    private final class Member {
        private final String name;
        private final Nodes nodes;
        private final Watches watches;
        private final Outbox outbox;

        private Member(String name) {
            this(name, true);
        }

        private Member(String name, boolean shared) {
            this.name = name;
            nodes = new Nodes(
                    ledger.database,
                    ledger.time,
                    ledger.clock::nanoTime,
                    new Nodes.Self(name, "test"),
                    () -> name + "/" + ++incarnations,
                    shared);
            watches = new Watches(ledger.database, ledger.time, nodes.lease());
            outbox = new Outbox(ledger.database, ledger.time, CIRCUIT, nodes.lease());
        }

        private Beat beat() {
            boolean held = nodes.beat(IDLE);
            Nodes.Look look = nodes.look();
            return new Beat(look.nodes(), !held, look.takenOver());
        }

        private List<DueWatch> claim() {
            return watches.claim(due -> due);
        }

        private DueWatch claimOnly() {
            List<DueWatch> claimed = claim();
            assertThat(claimed).as(name).hasSize(1);
            return claimed.get(0);
        }

        private boolean maySend(Delivery delivery) {
            return outbox.maySend(delivery);
        }
    }

    @BeforeEach
    void opens() {
        ledger = Ledger.open(engine.ledger(directory));
        ledger.nodes.close();
        ledger.watches.replace("watches.yaml", List.of(Ledger.watch("1")));
    }

    @AfterEach
    void closes() {
        ledger.close();
    }

    /** Time passes, and these say now and then that they live. */
    private List<Beat> live(Duration time, Member... members) {
        List<Beat> beats = new ArrayList<>();
        for (Duration passed = Duration.ZERO; passed.compareTo(time) < 0; passed = passed.plusSeconds(1)) {
            ledger.clock.advance(Duration.ofSeconds(1));
            Stream.of(members).map(Member::beat).forEach(beats::add);
        }
        return beats;
    }

    private static List<String> takenOver(List<Beat> beats) {
        return beats.stream().flatMap(beat -> beat.takenOver().stream()).toList();
    }

    @Test
    void work_of_a_node_that_died_moves_within_ten_seconds_and_once() {
        Member one = new Member("one");
        Member two = new Member("two");
        Member three = new Member("three");
        live(Duration.ofSeconds(3), one, two, three);
        DueWatch due = one.claimOnly();
        assertThat(two.claim()).isEmpty();

        List<Beat> beats = live(Duration.ofSeconds(5), two, three);
        assertThat(takenOver(beats)).as("a node that may still live").isEmpty();
        assertThat(two.claim()).isEmpty();

        beats = live(Duration.ofSeconds(3), two, three);
        assertThat(takenOver(beats)).containsExactly("one");
        assertThat(beats.get(beats.size() - 1).nodes()).isEqualTo(2);
        DueWatch moved = two.claimOnly();
        assertThat(moved.watch()).isEqualTo(due.watch());
        assertThat(three.claim()).isEmpty();
    }

    @Test
    void nobody_takes_over_from_the_living() {
        Member one = new Member("one");
        Member two = new Member("two");
        one.claimOnly();

        List<Beat> beats = live(Duration.ofMinutes(1), one, two);

        assertThat(takenOver(beats)).isEmpty();
        assertThat(beats).noneMatch(Beat::begunAnew).allMatch(beat -> beat.nodes() == 2);
        assertThat(two.claim()).isEmpty();
    }

    @Test
    void a_node_relies_on_its_lease_for_less_long_than_the_others_wait() {
        Member one = new Member("one");
        Member two = new Member("two");
        live(Duration.ofSeconds(1), one, two);
        String before = one.nodes.lease().incarnation().orElseThrow();

        ledger.clock.advance(TERM.minus(MOMENT));
        assertThat(one.nodes.lease().holds(before)).isTrue();
        assertThat(one.nodes.lease().left()).isEqualTo(MOMENT);
        assertThat(two.beat().takenOver()).isEmpty();
        ledger.clock.advance(MOMENT);
        assertThat(one.nodes.lease().holds(before)).isFalse();
        assertThat(one.nodes.lease().left()).isZero();
        assertThat(one.claim()).as("without a lease").isEmpty();
    }

    @Test
    void a_node_that_wakes_after_another_took_over_changes_nothing_and_begins_anew() {
        Member one = new Member("one");
        Member two = new Member("two");
        live(Duration.ofSeconds(1), one, two);
        DueWatch stale = one.claimOnly();
        live(TERM.plusSeconds(1), two);
        DueWatch moved = two.claimOnly();

        assertThat(one.nodes.lease().holds(stale.claimedBy())).isFalse();
        assertThat(ledger.intake.answered(stale, List.of(RUNNING)).join().changes())
                .as("a poll of before")
                .isEmpty();
        Beat beat = one.beat();
        assertThat(beat.begunAnew()).isTrue();
        assertThat(beat.nodes()).isEqualTo(2);
        assertThat(one.nodes.lease().holds(stale.claimedBy()))
                .as("what the incarnation before claimed")
                .isFalse();
        assertThat(ledger.intake.answered(moved, List.of(RUNNING)).join().changes())
                .hasSize(1);
        assertThat(one.beat().begunAnew()).isFalse();
    }

    /** It would say what was so then as if it were so now. */
    @Test
    void a_poll_of_a_node_that_was_taken_over_comes_too_late_even_before_another_polls() {
        Member one = new Member("one");
        Member two = new Member("two");
        live(Duration.ofSeconds(1), one, two);
        DueWatch stale = one.claimOnly();
        live(TERM.plusSeconds(1), two);

        assertThat(ledger.intake.answered(stale, List.of(RUNNING)).join().changes())
                .isEmpty();
        assertThat(two.claim()).hasSize(1);
    }

    @Test
    void a_node_that_wakes_sends_nothing_that_it_had_claimed() {
        Member one = new Member("one");
        Member two = new Member("two");
        live(Duration.ofSeconds(1), one, two);
        Delivery stale = change(one);
        assertThat(one.maySend(stale)).isTrue();

        live(TERM.plusSeconds(1), two);
        assertThat(one.maySend(stale)).isFalse();
        one.beat();
        assertThat(one.maySend(stale)).as("in its new incarnation").isFalse();
        List<Delivery> moved = two.outbox.claim(Outbox.CHANGES, 10);
        assertThat(moved).extracting(Delivery::eventId).containsExactly(stale.eventId());
        assertThat(two.maySend(moved.get(0))).isTrue();
    }

    @Test
    void a_node_alone_that_was_cut_off_gives_back_its_own_claims() {
        Member one = new Member("one");
        DueWatch stale = one.claimOnly();
        ledger.clock.advance(Duration.ofMinutes(1));

        assertThat(one.claim()).isEmpty();
        assertThat(one.beat().begunAnew()).isTrue();
        assertThat(one.claimOnly().claim()).isGreaterThan(stale.claim() + 1);
    }

    /** The ledger took its time to commit a claim, and was asked for it by a node that is no more. */
    @Test
    void a_claim_that_is_committed_after_the_end_of_its_node_is_given_back() {
        Member one = new Member("one");
        Member two = new Member("two");
        live(Duration.ofSeconds(1), one, two);
        one.claimOnly();
        ledger.database.write(handle -> handle.execute("delete from node where name = 'one'"));

        two.beat();
        assertThat(two.claim()).hasSize(1);
    }

    @Test
    void of_many_that_notice_at_once_one_takes_over() throws Exception {
        List<Member> members =
                IntStream.range(0, 6).mapToObj(n -> new Member("node " + n)).toList();
        Member dead = new Member("dead");
        live(Duration.ofSeconds(1), members.toArray(Member[]::new));
        dead.claimOnly();
        ExecutorService threads = Executors.newFixedThreadPool(members.size());
        try {
            List<String> takenOver = new ArrayList<>();
            for (int second = 0; second < 8; second++) {
                ledger.clock.advance(Duration.ofSeconds(1));
                List<Future<Beat>> beats = members.stream()
                        .map(member -> threads.submit(member::beat))
                        .toList();
                for (Future<Beat> beat : beats) {
                    takenOver.addAll(beat.get().takenOver());
                }
            }
            assertThat(takenOver).containsExactly("dead");
        } finally {
            threads.shutdown();
        }
        assertThat(members.stream().mapToInt(member -> member.claim().size()).sum())
                .isEqualTo(1);
    }

    @Test
    void a_node_that_leaves_leaves_nothing_to_wait_for() {
        Member one = new Member("one");
        Member two = new Member("two");
        one.claimOnly();
        one.nodes.close();

        assertThat(two.claim()).hasSize(1);
        assertThat(two.nodes.list()).extracting(NodeIndex.Entry::name).containsExactly("two");
        assertThat(one.claim()).isEmpty();
    }

    @Test
    void a_probe_of_a_node_that_died_is_made_by_another() {
        Member one = new Member("one");
        Member two = new Member("two");
        live(Duration.ofSeconds(1), one, two);
        Delivery change = change(one);
        one.outbox.add(HOOK, change.subject(), change.eventId());
        one.outbox.delivered(change, Set.of()).join();
        Delivery first = one.outbox.claim(HOOK, 1).get(0);
        one.outbox.failed(
                first,
                new DeliveryFailure(Consequence.WAIT, "not now", Duration.ofMillis(500)),
                Optional.of(Duration.ZERO));
        Duration probe = CIRCUIT.probeEvery();
        live(probe.plusSeconds(1), one, two);
        assertThat(one.outbox.claim(HOOK, 1)).extracting(Delivery::probe).containsExactly(true);
        assertThat(two.outbox.claim(HOOK, 1)).isEmpty();

        live(TERM.plusSeconds(1), two);
        assertThat(two.outbox.claim(HOOK, 1)).extracting(Delivery::probe).containsExactly(true);
    }

    @Test
    void a_delivery_that_was_claimed_before_an_earlier_one_was_redelivered_waits_for_that() {
        Member one = new Member("one");
        Member two = new Member("two");
        live(Duration.ofSeconds(1), one, two);
        Delivery first = change(one);
        one.outbox.add(HOOK, first.subject(), first.eventId());
        one.outbox.delivered(first, Set.of()).join();
        one.outbox.failed(
                one.outbox.claim(HOOK, 1).get(0),
                new DeliveryFailure(Consequence.REFUSED, "no", Duration.ZERO),
                Optional.empty());
        ledger.clock.advance(Duration.ofSeconds(60));
        one.beat();
        two.beat();
        ledger.intake
                .answered(one.claimOnly(), List.of(JobRecords.of("acme-job/acme/1", JobState.FAILED)))
                .join();
        Delivery second = one.outbox.claim(Outbox.CHANGES, 1).get(0);
        one.outbox.add(HOOK, second.subject(), second.eventId());
        assertThat(one.outbox.claim(HOOK, 1)).hasSize(1);
        assertThat(new Deliveries(ledger.database).redeliver(HOOK + "." + first.eventId()))
                .isTrue();

        live(TERM.plusSeconds(1), two);
        assertThat(two.outbox.claim(HOOK, 10)).extracting(Delivery::eventId).containsExactly(first.eventId());
    }

    @Test
    void blindness_is_put_off_only_where_nobody_ran() {
        Member one = new Member("one");
        live(Duration.ofMinutes(14), one);
        new Member("two");
        ledger.clock.advance(Duration.ofMinutes(1));
        assertThat(ledger.blindness.notice()).as("somebody could have asked").hasSize(1);

        ledger.watches.replace("more.yaml", List.of(Ledger.watch("2")));
        ledger.clock.advance(Duration.ofHours(1));
        new Member("three");
        assertThat(ledger.blindness.notice()).isEmpty();
    }

    @Test
    void all_are_listed_with_what_they_are_at() {
        Member one = new Member("one");
        Member two = new Member("two");
        ledger.clock.advance(Duration.ofSeconds(2));
        one.nodes.beat(new Nodes.Work(7, 3));
        two.claimOnly();

        assertThat(two.nodes.list())
                .extracting(
                        NodeIndex.Entry::name,
                        NodeIndex.Entry::self,
                        NodeIndex.Entry::watches,
                        NodeIndex.Entry::deliveries,
                        NodeIndex.Entry::startTime,
                        NodeIndex.Entry::seenTime)
                .containsExactly(
                        tuple("one", false, 7, 3, Ledger.START, Ledger.START.plusSeconds(2)),
                        tuple("two", true, 0, 0, Ledger.START, Ledger.START));
        WatchIndex index = new WatchIndex(ledger.database);
        assertThat(index.find(Ledger.watch("1").id()).orElseThrow().node()).isEqualTo("two");
        Delivery change = change(two);
        assertThat(new Deliveries(ledger.database)
                        .find(change.id())
                        .orElseThrow()
                        .node())
                .isEqualTo("two");
        two.outbox.delivered(change, Set.of()).join();
        assertThat(new Deliveries(ledger.database)
                        .find(change.id())
                        .orElseThrow()
                        .node())
                .isNull();
    }

    /** A ledger in a file that hangs, on a full disk for one, loses nothing to itself. */
    @Test
    void a_node_on_a_file_keeps_its_lease_however_long_the_ledger_hangs() {
        Member one = new Member("one", false);
        DueWatch due = one.claimOnly();
        ledger.clock.advance(Duration.ofHours(1));

        assertThat(one.nodes.lease().holds(due.claimedBy())).isTrue();
        assertThat(one.nodes.lease().left()).isEqualTo(TERM);
        assertThat(one.nodes.beat(new Nodes.Work(1, 0))).isTrue();
        assertThat(one.nodes.look()).isEqualTo(new Nodes.Look(1, List.of()));
        assertThat(one.nodes.list())
                .singleElement()
                .satisfies(entry -> assertThat(entry.watches()).isEqualTo(1))
                .extracting(NodeIndex.Entry::seenTime)
                .isEqualTo(ledger.time.instant());
    }

    @Test
    void a_start_on_a_file_takes_everything_over_at_once() {
        new Member("one", false).claimOnly();
        Member two = new Member("two", false);

        assertThat(two.claim()).hasSize(1);
        assertThat(two.nodes.list()).extracting(NodeIndex.Entry::name).containsExactly("two");
    }

    private static final JobRecord RUNNING = JobRecords.of("acme-job/acme/1", JobState.RUNNING);

    /** The first delivery of a change, claimed by that node. */
    private Delivery change(Member member) {
        DueWatch due = member.claim().stream().findFirst().orElseGet(this::again);
        ledger.intake.answered(due, List.of(RUNNING)).join();
        List<Delivery> claimed = member.outbox.claim(Outbox.CHANGES, 10);
        assertThat(claimed).hasSize(1);
        return claimed.get(0);
    }

    /** The claim that there is. */
    private DueWatch again() {
        return ledger.database.read(handle -> handle.createQuery("select claim, claimed_by from watch where claimed")
                .map((row, context) -> new DueWatch(
                        Ledger.watch("1").id(),
                        Ledger.watch("1"),
                        row.getLong(1),
                        row.getString(2),
                        Instant.EPOCH,
                        ledger.time.instant(),
                        0))
                .one());
    }
}
