package io.jobrelay.reliability;

import static org.assertj.core.api.Assertions.assertThat;

import io.jobrelay.testbed.LedgerView;
import io.jobrelay.testbed.LongForm;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Three Jobrelays at one PostgreSQL, while jobs live their lives: nodes are killed, frozen for longer than their lease and
 * woken, stopped, cut and shut off from the database, and that crashes. Providers and receiver fail now and then, as in
 * {@link KillIT}.
 *
 * <p>{@code mvn verify -Plong} does it for long: {@code jobrelay.test.rounds} rounds of it.
 */
@Timeout(value = 30, unit = TimeUnit.MINUTES)
class ClusterIT {
    private static final Logger LOG = LoggerFactory.getLogger(ClusterIT.class);
    private static final int RANDOM_ROUNDS = Integer.getInteger("jobrelay.test.rounds", LongForm.count(20, 0));
    private static final List<Map<String, Blow>> ROUNDS = List.of(
            Map.of("a", Blow.KILL, "b", Blow.FREEZE_INSIDE),
            Map.of("c", Blow.SHUT_OFF, "a", Blow.DATABASE_CRASHES),
            Map.of("b", Blow.STOP, "c", Blow.CUT));
    /** Within 10 seconds by design; the machine of the tests may be slow. */
    private static final long MOVES_SECONDS = 30;

    private final Random random = new Random(19);
    private final List<Long> moves = new ArrayList<>();

    @TempDir(cleanup = CleanupMode.ON_SUCCESS)
    private Path directory;

    /** What happens to a node. */
    private enum Blow {
        KILL,
        /** SIGTERM, whose end is awaited. */
        STOP,
        FREEZE,
        /** Frozen where it was ordered to, such as in the middle of a transaction. */
        FREEZE_INSIDE,
        /** Its connections to the database stay, and nothing passes. */
        SHUT_OFF,
        /** Its connections to the database break; it may connect again. */
        CUT,
        /** That happens to all of them. */
        DATABASE_CRASHES;

        /** True if its work goes to others. */
        private boolean moves() {
            return this != CUT && this != DATABASE_CRASHES;
        }
    }

    @Test
    void loses_nothing_and_invents_nothing_whatever_happens_to_nodes_and_database() throws Exception {
        long start = System.nanoTime();
        int rounds = ROUNDS.size() + RANDOM_ROUNDS;
        long shareMillis = LongForm.count(15_000, 6_000);
        SimulatedCloud cloud = new SimulatedCloud(
                rounds * 4,
                LongForm.count(100, 30),
                LongForm.count(180, 90),
                (rounds + 1) * shareMillis,
                rounds + 1,
                0.03,
                7);
        cloud.slow(300);
        try (Cluster cluster = new Cluster(directory, cloud, new FlakyReceiver(0.05, 3), "500ms..1s")) {
            cluster.start("a", KillPoint.WHILE_MARKING.freezeOrder(1));
            cluster.start("b", KillPoint.BEFORE_COMMIT.freezeOrder(1));
            cluster.start("c", KillPoint.AFTER_REPLY.freezeOrder(1));
            try (Listener listener = new Listener(node(cluster, "a").url());
                    Listener other = new Listener(node(cluster, "c").url())) {
                World.soon(node(cluster, "c").child())
                        .until(() -> node(cluster, "c").well());
                assertThat(migrations(cluster)).doesNotHaveDuplicates().isNotEmpty();
                for (Map<String, Blow> round : ROUNDS) {
                    round(cluster, round);
                }
                for (int i = 0; i < RANDOM_ROUNDS; i++) {
                    round(cluster, randomRound());
                }
                List<String> arrived = cluster.receiver.arrivals().stream()
                        .map(Arrival::id)
                        .distinct()
                        .toList();
                soon().untilAsserted(() -> assertThat(listener.ids()).containsAll(arrived));
                soon().untilAsserted(() -> assertThat(other.ids()).containsAll(arrived));
                Verdict verdict = cluster.settle();

                LOG.warn(
                        "rounds={} moves in ms={} jobs={} provider requests={} faults={} receiver faults={} minutes={} {}",
                        rounds,
                        moves,
                        cloud.jobs(),
                        cloud.requests(),
                        cloud.faults(),
                        cluster.receiver.faults(),
                        "%.1f".formatted((System.nanoTime() - start) / 60e9),
                        verdict);
                assertThat(verdict.faults()).as(verdict.toString()).isEmpty();
                assertThat(verdict.announced()).isGreaterThan(cloud.jobs());
                assertThat(cloud.overlaps())
                        .as("asked for by two at the same time")
                        .isEmpty();
                assertWithoutGap(cluster, listener);
                assertWithoutGap(cluster, other);
                assertThat(moves).allMatch(millis -> millis < MOVES_SECONDS * 1_000);
            }
        }
    }

    private static void assertWithoutGap(Cluster cluster, Listener listener) {
        List<String> all = new LedgerView(cluster.ledger.url() + "?user=postgres")
                .rows("select age || '-' || position from change order by age, position");
        List<String> places = listener.places();
        assertThat(places).isEqualTo(all.subList(0, places.size()));
    }

    private Map<String, Blow> randomRound() {
        List<String> names = new ArrayList<>(List.of("a", "b", "c"));
        Collections.shuffle(names, random);
        List<Blow> blows = new ArrayList<>(Arrays.asList(Blow.values()));
        Map<String, Blow> round = new LinkedHashMap<>();
        for (String name : names.subList(0, 1 + random.nextInt(2))) {
            round.put(name, blows.remove(random.nextInt(blows.size())));
        }
        return round;
    }

    /** Strikes, waits until the others have taken over, and lets it pass. */
    private void round(Cluster cluster, Map<String, Blow> blows) throws IOException, InterruptedException {
        for (Node node : cluster.nodes()) {
            node.awaitWell();
            node.asker().calm();
        }
        cluster.cloud.nextShare();
        List<Node> away = blows.entrySet().stream()
                .filter(blow -> blow.getValue().moves())
                .map(blow -> node(cluster, blow.getKey()))
                .toList();
        TimeUnit.MILLISECONDS.sleep(random.nextInt(2_000));
        long struck = System.nanoTime();
        for (Map.Entry<String, Blow> blow : blows.entrySet()) {
            strike(cluster, node(cluster, blow.getKey()), blow.getValue());
        }
        List<SimulatedCloud.Asker> inTrouble = away.stream().map(Node::asker).toList();
        soon().untilAsserted(() ->
                assertThat(cluster.cloud.forgotten(struck, inTrouble)).isEmpty());
        if (!away.isEmpty()) {
            moves.add(TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - struck));
        }
        List<Node> there = cluster.others(away);
        List<String> names = there.stream().map(node -> node.name).toList();
        soon().untilAsserted(() ->
                assertThat(there).allSatisfy(node -> assertThat(node.nodes()).isEqualTo(names)));
        LOG.info("after {} ms of {}", TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - struck), blows);
        for (Map.Entry<String, Blow> blow : blows.entrySet()) {
            pass(node(cluster, blow.getKey()), blow.getValue());
        }
    }

    private static void strike(Cluster cluster, Node node, Blow blow) throws IOException, InterruptedException {
        node.asker().disturbed();
        switch (blow) {
            case KILL -> node.child().kill();
            case STOP -> {
                assertThat(node.child().stop()).as(node.child().log()).isZero();
            }
            case FREEZE -> node.child().freeze();
            case FREEZE_INSIDE -> node.freezeInside();
            case SHUT_OFF -> node.road.stall();
            case CUT -> node.road.reset();
            case DATABASE_CRASHES -> {
                cluster.nodes().forEach(each -> each.asker().disturbed());
                cluster.database.crash();
            }
        }
    }

    private static void pass(Node node, Blow blow) throws IOException, InterruptedException {
        switch (blow) {
            case KILL, STOP -> node.startAnew();
            case FREEZE, FREEZE_INSIDE -> node.child().wake();
            case SHUT_OFF -> node.road.restore();
            case CUT, DATABASE_CRASHES -> {
                // It is over.
            }
        }
    }

    private static List<String> migrations(Cluster cluster) {
        return new LedgerView(cluster.ledger.url() + "?user=postgres")
                .rows("select version from flyway_schema_history where success order by 1");
    }

    private static Node node(Cluster cluster, String name) {
        return cluster.nodes().stream()
                .filter(node -> node.name.equals(name))
                .findFirst()
                .orElseThrow();
    }

    private static ConditionFactory soon() {
        return Awaitility.await().atMost(Duration.ofSeconds(60)).pollInterval(Duration.ofMillis(50));
    }
}
