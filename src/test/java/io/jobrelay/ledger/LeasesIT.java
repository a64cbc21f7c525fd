package io.jobrelay.ledger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.jobrelay.ledger.GroupCommit.Batch;
import io.jobrelay.ledger.Shard.Kind;
import io.jobrelay.settings.Settings.LedgerSettings;
import io.jobrelay.testbed.MovableClock;
import io.jobrelay.testbed.PostgresqlServer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Nodes, each with connections of its own, that share what there is to do on one PostgreSQL. */
@Timeout(120)
class LeasesIT {
    private static final Shard ACCOUNT = Shard.account("a0");

    private final MovableClock clock = new MovableClock(Ledger.START);
    private final List<Member> members = new ArrayList<>();

    @TempDir
    private Path directory;

    private LedgerSettings settings;
    private int incarnations;

    /** A node's view of the ledger. */
    private final class Member {
        private final LedgerDatabase database = LedgerDatabase.open(settings);
        private final Nodes nodes;
        private final Leases leases;
        private final Set<Shard> underWay = new HashSet<>();

        private Member(String name) {
            LedgerClock time = new LedgerClock(database, clock, clock::nanoTime);
            nodes = new Nodes(
                    database, time, clock::nanoTime, new Nodes.Self(name, "test"), () -> name + "/" + ++incarnations);
            leases = new Leases(database, nodes.lease());
            leases.addOwner(shard -> !underWay.contains(shard));
            leases.look();
            members.add(this);
        }

        private void beat() {
            nodes.beat();
            nodes.look();
            leases.look();
        }

        private List<Shard> shards(Kind kind) {
            return leases.of(kind).stream().map(Lease::shard).toList();
        }

        private void write(Lease lease) {
            database.write(lease, handle -> true);
        }
    }

    @BeforeEach
    void makes() {
        settings = PostgresqlServer.shared().ledger(directory.getFileName().toString());
    }

    @AfterEach
    void closes() {
        members.forEach(member -> member.database.close());
    }

    private void accounts(int count) {
        Set<Shard> shards = new HashSet<>();
        IntStream.range(0, count).forEach(number -> shards.add(Shard.account("a" + number)));
        members.get(0).database.edit(shards, handle -> null);
    }

    private void live(Duration time, Member... alive) {
        for (Duration passed = Duration.ZERO; passed.compareTo(time) < 0; passed = passed.plusSeconds(1)) {
            clock.advance(Duration.ofSeconds(1));
            Stream.of(alive).forEach(Member::beat);
        }
    }

    @Test
    void a_node_alone_has_all_and_those_that_come_get_their_share() {
        Member one = new Member("one");
        accounts(20);
        live(Duration.ofSeconds(1), one);
        assertThat(one.shards(Kind.ACCOUNT)).hasSize(20);

        Member two = new Member("two");
        Member three = new Member("three");
        live(Duration.ofSeconds(20), one, two, three);

        assertThat(members)
                .allSatisfy(member -> assertThat(member.shards(Kind.ACCOUNT)).hasSizeBetween(6, 7));
        assertThat(members.stream().flatMap(member -> member.shards(Kind.ACCOUNT).stream()))
                .hasSize(20)
                .doesNotHaveDuplicates();
        List<Shard> settled = one.shards(Kind.ACCOUNT);
        live(Duration.ofSeconds(10), one, two, three);
        assertThat(one.shards(Kind.ACCOUNT)).as("spread evenly, they stay").isEqualTo(settled);
    }

    @Test
    void what_a_node_that_died_had_is_anothers_within_ten_seconds_and_its_late_writes_are_dropped() {
        Member one = new Member("one");
        accounts(4);
        Member two = new Member("two");
        live(Duration.ofSeconds(10), one, two);
        assertThat(two.shards(Kind.ACCOUNT)).hasSize(2);
        Lease stale = one.leases.of(Kind.ACCOUNT).get(0);
        one.write(stale);

        live(Duration.ofSeconds(10), two);

        assertThat(two.shards(Kind.ACCOUNT)).hasSize(4).contains(stale.shard());
        assertThat(one.leases.holds(stale)).isFalse();
        assertThat(catchThrowableOfType(LeaseLostException.class, () -> one.write(stale)))
                .hasMessage(stale.shard() + " has been taken by another node");
        Lease taken = two.leases.of(stale.shard()).orElseThrow();
        assertThat(taken.token()).isGreaterThan(stale.token());
        two.write(taken);
        one.beat();
        assertThat(one.leases.holds(stale)).as("in its new incarnation").isFalse();
        assertThat(catchThrowableOfType(LeaseLostException.class, () -> one.write(stale)))
                .isNotNull();
    }

    @Test
    void of_what_is_written_together_only_that_of_lost_leases_is_dropped() {
        Member one = new Member("one");
        accounts(1);
        Lease mine = one.leases.of(ACCOUNT).orElseThrow();
        Lease lost = new Lease(ACCOUNT, mine.token() - 1);
        CountDownLatch open = new CountDownLatch(1);
        CompletableFuture<?> first = one.database.begin(Batch.alone(handle -> awaitOpen(open)), mine, true);

        CompletableFuture<?> dropped = one.database.begin(Batch.alone(handle -> true), lost, true);
        CompletableFuture<?> written = one.database.begin(Batch.alone(handle -> true), mine, true);
        open.countDown();

        first.join();
        written.join();
        assertThat(catchThrowableOfType(CompletionException.class, dropped::join))
                .hasCauseInstanceOf(LeaseLostException.class);
    }

    private static boolean awaitOpen(CountDownLatch open) {
        try {
            return open.await(10, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void a_shard_is_handed_over_once_nothing_of_it_is_under_way() {
        Member one = new Member("one");
        accounts(2);
        one.underWay.addAll(one.shards(Kind.ACCOUNT));
        Member two = new Member("two");

        live(Duration.ofSeconds(5), one, two);
        Shard asked = Stream.of("a0", "a1")
                .map(Shard::account)
                .filter(shard -> one.leases.of(shard).isEmpty())
                .findFirst()
                .orElseThrow();
        assertThat(two.shards(Kind.ACCOUNT)).isEmpty();
        assertThat(one.shards(Kind.ACCOUNT)).as("nothing more begins of one").hasSize(1);

        one.underWay.clear();
        live(Duration.ofSeconds(2), one, two);
        assertThat(two.shards(Kind.ACCOUNT)).containsExactly(asked);
    }

    @Test
    void what_is_under_way_of_a_shard_that_is_to_be_handed_over_is_still_written() {
        Member one = new Member("one");
        accounts(2);
        List<Lease> mine = one.leases.of(Kind.ACCOUNT);
        one.underWay.addAll(one.shards(Kind.ACCOUNT));
        live(Duration.ofSeconds(5), one, new Member("two"));

        assertThat(one.leases.of(Kind.ACCOUNT)).hasSize(1);
        assertThat(mine).allSatisfy(lease -> {
            assertThat(one.leases.holds(lease)).isTrue();
            one.write(lease);
        });
    }

    @Test
    void a_stop_leaves_nothing_to_wait_for() {
        Member one = new Member("one");
        accounts(3);
        Member two = new Member("two");
        Lease before = one.leases.of(Kind.ACCOUNT).get(0);
        one.leases.close();
        one.nodes.close();

        live(Duration.ofSeconds(1), two);
        assertThat(two.shards(Kind.ACCOUNT)).hasSize(3);
        assertThat(one.leases.of(Kind.ACCOUNT)).isEmpty();
        assertThat(catchThrowableOfType(LeaseLostException.class, () -> one.write(before)))
                .isNotNull();
    }

    @Test
    void a_destination_is_leased_by_those_that_read_it() {
        Member one = new Member("one");
        Member two = new Member("two");
        two.leases.want(Shard.destination("file"));

        live(Duration.ofSeconds(3), one, two);
        assertThat(one.shards(Kind.DESTINATION)).isEmpty();
        assertThat(two.shards(Kind.DESTINATION)).containsExactly(Shard.destination("file"));

        one.leases.want(Shard.destination("file"));
        two.leases.leave(Shard.destination("file"));
        live(Duration.ofSeconds(3), one, two);
        assertThat(one.shards(Kind.DESTINATION)).containsExactly(Shard.destination("file"));
    }

    @Test
    void an_edit_of_anybodys_is_seen_by_the_owner_and_comes_between_its_transactions() throws Exception {
        Member one = new Member("one");
        accounts(1);
        Member two = new Member("two");
        Lease mine = one.leases.of(ACCOUNT).orElseThrow();
        long before = one.leases.edits(ACCOUNT);
        CountDownLatch open = new CountDownLatch(1);
        CountDownLatch inside = new CountDownLatch(1);
        CompletableFuture<?> edit = CompletableFuture.runAsync(() -> two.database.edit(Set.of(ACCOUNT), handle -> {
            inside.countDown();
            return awaitOpen(open);
        }));
        inside.await();

        CompletableFuture<?> write = one.database.begin(Batch.alone(handle -> true), mine, true);
        assertThat(write).isNotDone();
        open.countDown();
        edit.get(10, TimeUnit.SECONDS);
        write.get(10, TimeUnit.SECONDS);
        one.beat();

        assertThat(one.leases.edits(ACCOUNT)).isEqualTo(before + 1);
    }
}
