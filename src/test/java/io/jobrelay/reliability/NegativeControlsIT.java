package io.jobrelay.reliability;

import static org.assertj.core.api.Assertions.assertThat;

import io.jobrelay.reliability.agent.Halt;
import io.jobrelay.reliability.agent.Variant;
import io.jobrelay.testbed.JobrelayProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Programs that do not keep their word, in the same world and before the same {@link Accounting} as the real one. A suite
 * that finds nothing wrong with one of them has proven nothing. The ordinary build catches each {@link Fault} of one process
 * once, the long form all of them.
 */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class NegativeControlsIT {
    @TempDir
    private Path directory;

    private World world;

    @BeforeEach
    void opens() throws IOException {
        // All jobs have ended when they are first asked for.
        world = new World(directory, new SimulatedCloud(0, 9, 0, 1, 1, 0, 5), new FlakyReceiver(0, 5), "100ms..100ms");
    }

    @AfterEach
    void closes() {
        world.close();
    }

    /** Which {@link KillIT} shows in the ordinary build, before the same accounting. */
    @Test
    @EnabledIfSystemProperty(named = "jobrelay.test.long", matches = "true")
    void finds_nothing_wrong_with_the_real_program() throws Exception {
        kill(KillPoint.BEFORE_COMMIT);
        world.receiver.answerOnce(500);

        Verdict verdict = world.settle();
        assertThat(verdict.faults()).as(verdict.toString()).isEmpty();
        assertThat(verdict.announced()).isEqualTo(9);
    }

    @Test
    void catches_a_program_without_an_outbox() throws Exception {
        kill(KillPoint.BEFORE_SEND_TO_FILE, Variant.NO_OUTBOX);

        assertCaught(Variant.NO_OUTBOX, Fault.LOST);
    }

    @Test
    @EnabledIfSystemProperty(named = "jobrelay.test.long", matches = "true")
    void catches_an_announcement_before_the_commit() throws Exception {
        kill(KillPoint.BEFORE_COMMIT, Variant.ANNOUNCE_BEFORE_COMMIT);

        assertCaught(Variant.ANNOUNCE_BEFORE_COMMIT, Fault.SECOND_ID);
    }

    @Test
    void catches_an_automatic_retry() throws Exception {
        world.receiver.answerOnce(503);

        assertCaught(Variant.AUTOMATIC_RETRY, Fault.REPEATED_REQUEST);
    }

    @Test
    @EnabledIfSystemProperty(named = "jobrelay.test.long", matches = "true")
    void catches_an_eager_deduplication() throws Exception {
        kill(KillPoint.BEFORE_APPEND_TO_FILE, Variant.EAGER_DEDUPLICATION);

        assertCaught(Variant.EAGER_DEDUPLICATION, Fault.LOST);
    }

    @Test
    @EnabledIfSystemProperty(named = "jobrelay.test.long", matches = "true")
    void catches_an_acknowledgement_before_the_flush() throws Exception {
        // It has said that all is done, and only then the power fails.
        kill(KillPoint.IN_SHUTDOWN, Variant.ACKNOWLEDGE_BEFORE_FLUSH);

        assertCaught(Variant.ACKNOWLEDGE_BEFORE_FLUSH, Fault.LOST);
    }

    @Test
    void catches_a_new_id_on_each_attempt() throws Exception {
        world.receiver.answerOnce(500);

        assertCaught(Variant.NEW_ID_ON_EACH_ATTEMPT, Fault.SECOND_ID);
    }

    /**
     * One stands still with an answer in its hands, another takes over, and the jobs go on. Where the answer is lost with the
     * connection that the database has closed meanwhile, there was nothing to catch: then once more. In the long suite only,
     * since it starts two nodes and a database.
     */
    @Test
    @EnabledIfSystemProperty(named = "jobrelay.test.long", matches = "true")
    void catches_an_answer_that_comes_after_another_took_over() throws Exception {
        world.close();
        Verdict verdict = answeredAfterATakeover("first");
        for (String again : List.of("second", "third", "fourth", "fifth")) {
            if (verdict.faults().isEmpty()) {
                verdict = answeredAfterATakeover(again);
            }
        }

        assertCaught(Variant.NO_FENCING, verdict, Fault.UNEXPECTED);
    }

    /** An account moves to a node that comes later, while answers are on their way for seconds. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    @EnabledIfSystemProperty(named = "jobrelay.test.long", matches = "true")
    void catches_an_account_that_is_handed_over_while_it_is_polled(boolean broken) throws Exception {
        world.close();
        SimulatedCloud cloud = new SimulatedCloud(0, 30, 0, 40_000, 1, 0, 5);
        cloud.slow(3_000);
        Path own = Files.createDirectory(directory.resolve("cluster"));
        try (Cluster cluster = new Cluster(own, cloud, new FlakyReceiver(0, 5), "100ms..100ms")) {
            String[] orders = broken ? new String[] {order(Variant.NO_DRAIN)} : new String[0];
            cloud.nextShare();
            cluster.start("a", orders).awaitWell();
            cluster.start("b", orders).awaitWell();
            Verdict verdict = cluster.settle();

            assertThat(verdict.faults()).as(verdict.toString()).isEmpty();
            assertThat(cloud.overlaps().isEmpty())
                    .as("asked for by both at once: %s", cloud.overlaps())
                    .isNotEqualTo(broken);
        }
    }

    /** A second of due times may be lost with a process, and no more. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    @EnabledIfSystemProperty(named = "jobrelay.test.long", matches = "true")
    void catches_due_times_that_are_not_written(boolean broken) throws Exception {
        world.close();
        SimulatedCloud cloud = new SimulatedCloud(0, 9, 0, 3_600_000, 1, 0, 5);
        Path own = Files.createDirectory(directory.resolve("paced"));
        List<String> orders = broken ? List.of(order(Variant.NO_NOTES)) : List.of();
        try (World paced = new World(own, cloud, new FlakyReceiver(0, 5), "15s..15s")) {
            try (JobrelayProcess child = paced.live(orders, Map.of())) {
                World.soon(child).until(() -> cloud.requests() >= 18);
                TimeUnit.SECONDS.sleep(3); // far more than due times are kept in memory alone
                child.kill();
            }
            try (JobrelayProcess child = paced.live(orders, Map.of())) {
                World.soon(child).until(() -> cloud.requests() >= 27);
                child.kill();
            }
            assertThat(cloud.shortestGap().toSeconds() < 13).isEqualTo(broken);
        }
    }

    private Verdict answeredAfterATakeover(String name) throws Exception {
        SimulatedCloud cloud = new SimulatedCloud(30, 3, 0, 6_000, 3, 0, 5);
        Path own = Files.createDirectory(directory.resolve(name));
        try (Cluster cluster = new Cluster(own, cloud, new FlakyReceiver(0, 5), "100ms..100ms")) {
            cloud.nextShare();
            Node first = cluster.start("a", KillPoint.AFTER_REPLY.freezeOrder(1), order(Variant.NO_FENCING));
            first.awaitWell();
            first.asker().disturbed();
            first.freezeInside();
            Node second = cluster.start("b");
            cloud.nextShare();
            World.soon(second.child()).until(() -> cloud.millisToGo() <= 0);
            long over = System.nanoTime();
            World.soon(second.child())
                    .until(() -> cloud.forgotten(over, List.of(first.asker())).isEmpty());
            first.child().wake();
            first.awaitWell();
            return cluster.settle();
        }
    }

    private void kill(KillPoint point) throws IOException, InterruptedException {
        kill(point, List.of(point.order(1)));
    }

    private void kill(KillPoint point, Variant variant) throws IOException, InterruptedException {
        kill(point, List.of(order(variant), point.order(1)));
    }

    private void kill(KillPoint point, List<String> orders) throws IOException, InterruptedException {
        try (JobrelayProcess child = world.live(orders, Map.of(), "--until-done")) {
            assertThat(child.awaitEnd(60)).as(child.log()).isEqualTo(Halt.STATUS);
            assertThat(child.log()).contains(Halt.marker(point.name()));
        }
    }

    private void assertCaught(Variant variant, Fault fault) throws Exception {
        assertCaught(variant, world.settle(order(variant)), fault);
    }

    private static void assertCaught(Variant variant, Verdict verdict, Fault fault) {
        assertThat(verdict.faults()).as("%s passed: %s", variant, verdict).containsKey(fault);
    }

    private static String order(Variant variant) {
        return "break|" + variant;
    }
}
