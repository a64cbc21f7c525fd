package io.jobrelay.ledger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.groups.Tuple.tuple;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
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

    @Parameter
    Engine engine;

    @TempDir
    private Path directory;

    private Ledger ledger;
    private int incarnations;

    /** What a heartbeat, and the look at the others after it, brought about. */
    private record Beat(int nodes, boolean begunAnew, List<String> gone) {}

    /** A node's view of the ledger. */
    private final class Member {
        private final Nodes nodes;

        private Member(String name) {
            this(name, true);
        }

        private Member(String name, boolean shared) {
            nodes = new Nodes(
                    ledger.database,
                    ledger.time,
                    ledger.clock::nanoTime,
                    new Nodes.Self(name, "test"),
                    () -> name + "/" + ++incarnations,
                    shared);
        }

        private Beat beat() {
            boolean held = nodes.beat();
            Nodes.Look look = nodes.look();
            return new Beat(look.nodes(), !held, look.gone());
        }

        private String incarnation() {
            return nodes.lease().incarnation().orElseThrow();
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

    private static List<String> gone(List<Beat> beats) {
        return beats.stream().flatMap(beat -> beat.gone().stream()).toList();
    }

    @Test
    void a_node_that_died_is_struck_out_within_ten_seconds_and_once() {
        Member one = new Member("one");
        Member two = new Member("two");
        Member three = new Member("three");
        live(Duration.ofSeconds(3), one, two, three);

        assertThat(gone(live(Duration.ofSeconds(5), two, three)))
                .as("a node that may still live")
                .isEmpty();
        List<Beat> beats = live(Duration.ofSeconds(3), two, three);
        assertThat(gone(beats)).containsExactly("one");
        assertThat(beats.get(beats.size() - 1).nodes()).isEqualTo(2);
    }

    @Test
    void nobody_strikes_out_the_living() {
        List<Beat> beats = live(Duration.ofMinutes(1), new Member("one"), new Member("two"));

        assertThat(gone(beats)).isEmpty();
        assertThat(beats).noneMatch(Beat::begunAnew).allMatch(beat -> beat.nodes() == 2);
    }

    @Test
    void a_node_relies_on_its_lease_for_less_long_than_the_others_wait() {
        Member one = new Member("one");
        Member two = new Member("two");
        live(Duration.ofSeconds(1), one, two);
        String before = one.incarnation();

        ledger.clock.advance(TERM.minus(MOMENT));
        assertThat(one.nodes.lease().holds(before)).isTrue();
        assertThat(one.nodes.lease().left()).isEqualTo(MOMENT);
        assertThat(two.beat().gone()).isEmpty();
        ledger.clock.advance(MOMENT);
        assertThat(one.nodes.lease().holds(before)).isFalse();
        assertThat(one.nodes.lease().left()).isZero();
    }

    @Test
    void a_node_that_wakes_after_another_struck_it_out_begins_anew() {
        Member one = new Member("one");
        Member two = new Member("two");
        live(Duration.ofSeconds(1), one, two);
        String before = one.incarnation();
        live(TERM.plusSeconds(1), two);

        assertThat(one.nodes.lease().holds(before)).isFalse();
        Beat beat = one.beat();
        assertThat(beat.begunAnew()).isTrue();
        assertThat(beat.nodes()).isEqualTo(2);
        assertThat(one.nodes.lease().holds(before)).as("the incarnation before").isFalse();
        assertThat(one.beat().begunAnew()).isFalse();
    }

    @Test
    void of_many_that_notice_at_once_one_strikes_out() throws Exception {
        List<Member> members =
                IntStream.range(0, 6).mapToObj(n -> new Member("node " + n)).toList();
        new Member("dead");
        live(Duration.ofSeconds(1), members.toArray(Member[]::new));
        ExecutorService threads = Executors.newFixedThreadPool(members.size());
        try {
            List<String> gone = new ArrayList<>();
            for (int second = 0; second < 8; second++) {
                ledger.clock.advance(Duration.ofSeconds(1));
                List<Future<Beat>> beats = members.stream()
                        .map(member -> threads.submit(member::beat))
                        .toList();
                for (Future<Beat> beat : beats) {
                    gone.addAll(beat.get().gone());
                }
            }
            assertThat(gone).containsExactly("dead");
        } finally {
            threads.shutdown();
        }
    }

    @Test
    void a_node_that_leaves_is_not_waited_for() {
        Member one = new Member("one");
        Member two = new Member("two");
        one.nodes.close();

        assertThat(two.nodes.list()).extracting(Nodes.Entry::name).containsExactly("two");
        assertThat(one.nodes.lease().incarnation()).isEmpty();
    }

    @Test
    void staleness_is_put_off_only_where_nobody_ran() {
        Member one = new Member("one");
        live(Duration.ofMinutes(14), one);
        new Member("two");
        ledger.clock.advance(Duration.ofMinutes(1));
        assertThat(ledger.query("select count(*) from watch where stale_at <= " + ledger.time.millis()))
                .as("somebody could have asked")
                .containsExactly("1");

        ledger.clock.advance(Duration.ofHours(1));
        new Member("three");
        assertThat(ledger.query("select count(*) from watch where stale_at <= " + ledger.time.millis()))
                .containsExactly("0");
    }

    @Test
    void all_are_listed() {
        Member one = new Member("one");
        Member two = new Member("two");
        ledger.clock.advance(Duration.ofSeconds(2));
        one.nodes.beat();

        assertThat(two.nodes.list())
                .extracting(Nodes.Entry::name, Nodes.Entry::self, Nodes.Entry::startTime, Nodes.Entry::seenTime)
                .containsExactly(
                        tuple("one", false, Ledger.START, Ledger.START.plusSeconds(2)),
                        tuple("two", true, Ledger.START, Ledger.START));
    }

    /** A ledger in a file that hangs, on a full disk for one, loses nothing to itself. */
    @Test
    void a_node_on_a_file_keeps_its_lease_however_long_the_ledger_hangs() {
        Member one = new Member("one", false);
        String before = one.incarnation();
        ledger.clock.advance(Duration.ofHours(1));

        assertThat(one.nodes.lease().holds(before)).isTrue();
        assertThat(one.nodes.lease().left()).isEqualTo(TERM);
        assertThat(one.nodes.beat()).isTrue();
        assertThat(one.nodes.look()).isEqualTo(new Nodes.Look(1, List.of()));
        assertThat(one.nodes.list())
                .singleElement()
                .extracting(Nodes.Entry::seenTime)
                .isEqualTo(ledger.time.instant());
    }

    @Test
    void a_start_on_a_file_is_its_only_node() {
        new Member("one", false);

        assertThat(new Member("two", false).nodes.list())
                .extracting(Nodes.Entry::name)
                .containsExactly("two");
    }
}
