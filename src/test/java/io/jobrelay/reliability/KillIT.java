package io.jobrelay.reliability;

import static org.assertj.core.api.Assertions.assertThat;

import io.jobrelay.reliability.agent.Halt;
import io.jobrelay.testbed.JobrelayProcess;
import io.jobrelay.testbed.LongForm;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One Jobrelay, killed again and again while jobs live their lives: at each {@link KillPoint}, and at any time, the start
 * included. Providers throttle and break down meanwhile, and the webhook's receiver has what it says it has not.
 *
 * <p>{@code mvn verify -Plong} does it for long: {@code jobrelay.test.kills} random kills, each point several times.
 */
@Timeout(value = 30, unit = TimeUnit.MINUTES)
class KillIT {
    private static final Logger LOG = LoggerFactory.getLogger(KillIT.class);
    private static final int RANDOM_KILLS = Integer.getInteger("jobrelay.test.kills", LongForm.count(60, 1));
    private static final int ROUNDS = LongForm.count(2, 1);
    private static final double MEAN_LIFE_MILLIS = 2_500;
    /** What the short form does without: another of its points stands beside each. */
    private static final Set<KillPoint> LONG_ONLY = EnumSet.of(
            KillPoint.AFTER_READING_WATCHES,
            KillPoint.AFTER_REPLY,
            KillPoint.AFTER_ROUTING,
            KillPoint.IN_CLEAN_UP,
            KillPoint.IN_ROTATION,
            KillPoint.IN_TRANSACTION,
            KillPoint.IN_ROUTING,
            KillPoint.BEFORE_SEND_TO_FILE,
            KillPoint.BEFORE_SEND_TO_QUEUE,
            KillPoint.BEFORE_SEND_TO_WEBHOOK,
            KillPoint.BEFORE_APPEND_TO_FILE,
            KillPoint.AFTER_SEND_TO_QUEUE,
            KillPoint.WHILE_MARKING,
            KillPoint.IN_SHUTDOWN);

    private final Random random = new Random(11);

    @TempDir
    private Path directory;

    @Test
    void loses_nothing_and_invents_nothing_however_often_it_is_killed() throws Exception {
        long start = System.nanoTime();
        List<KillPoint> points = points();
        int kills = points.size() + RANDOM_KILLS;
        SimulatedCloud cloud = LongForm.ON
                ? new SimulatedCloud(8, 200, 540, kills * 4_000L, kills, 0.03, 7)
                : new SimulatedCloud(2, 30, 90, kills * 4_000L, kills, 0.03, 7);
        try (World world =
                new World(directory, cloud, new FlakyReceiver(0.1, 3), LongForm.ON ? "1s..2s" : "300ms..600ms")) {
            for (KillPoint point : points) {
                killAt(point, world);
            }
            for (int kill = 0; kill < RANDOM_KILLS; kill++) {
                killAtAnyTime(world);
            }
            Verdict verdict = world.settle();

            LOG.warn(
                    "kills={} (at {} points) jobs={} provider requests={} faults={} receiver faults={} minutes={} {}",
                    kills,
                    points.size(),
                    cloud.jobs(),
                    cloud.requests(),
                    cloud.faults(),
                    world.receiver.faults(),
                    "%.1f".formatted((System.nanoTime() - start) / 60e9),
                    verdict);
            assertThat(verdict.faults()).as(verdict.toString()).isEmpty();
            assertThat(verdict.announced()).isGreaterThan(cloud.jobs());
        }
    }

    /** All once, and again in another order as often as asked for; a migration can only be broken off once. */
    private List<KillPoint> points() {
        List<KillPoint> points = new ArrayList<>();
        for (int round = 0; round < ROUNDS; round++) {
            List<KillPoint> inRound = new ArrayList<>(EnumSet.allOf(KillPoint.class));
            inRound.removeIf(point -> !LongForm.ON && LONG_ONLY.contains(point));
            if (round > 0) {
                inRound.remove(KillPoint.IN_MIGRATION);
                Collections.shuffle(inRound, random);
            } else {
                // There is something to migrate, to repair and to move away once there has been a life.
                inRound.remove(KillPoint.AFTER_COMMIT);
                inRound.add(0, KillPoint.AFTER_COMMIT);
                inRound.remove(KillPoint.AFTER_APPEND_TO_FILE);
                inRound.add(1, KillPoint.AFTER_APPEND_TO_FILE);
            }
            points.addAll(inRound);
        }
        return points;
    }

    private void killAt(KillPoint point, World world) throws IOException, InterruptedException {
        prepare(point, world);
        try (JobrelayProcess child =
                world.live(List.of(point.order(1 + random.nextInt(nth(point)))), properties(point))) {
            switch (point) {
                case IN_ROTATION -> {
                    long before = world.home.fileSize();
                    World.soon(child).until(() -> world.home.fileSize() > before);
                    world.home.rotateFile();
                }
                case IN_SHUTDOWN, AT_THE_END_OF_SHUTDOWN -> {
                    int before = world.cloud.requests();
                    World.soon(child).until(() -> world.cloud.requests() > before);
                    child.terminate();
                }
                default -> {
                    // It comes there by itself.
                }
            }
            assertThat(child.awaitEnd(90)).as(child.log()).isEqualTo(Halt.STATUS);
            assertThat(child.log()).contains(Halt.marker(point.name()));
        }
        world.receiver.answer(0);
    }

    private static void prepare(KillPoint point, World world) throws IOException {
        if (point == KillPoint.IN_MIGRATION) {
            world.home.addMigration();
        } else if (point == KillPoint.IN_FILE_REPAIR) {
            world.home.tearFile();
        } else if (point == KillPoint.IN_MOVE_TO_DEAD) {
            world.receiver.answer(500);
        }
    }

    private static Map<String, String> properties(KillPoint point) {
        return switch (point) {
            case IN_MOVE_TO_DEAD -> Map.of("jobrelay.delivery.schedule", "0s");
            case IN_CLEAN_UP -> Map.of("jobrelay.retention", "1s");
            default -> Map.of();
        };
    }

    /** How many times a point is passed in a life at least, whatever happens. */
    private static int nth(KillPoint point) {
        return switch (point) {
            case AFTER_READING_WATCHES, AFTER_REPLY, AFTER_ROUTING -> 3;
            case IN_MIGRATION -> 2;
            default -> 1;
        };
    }

    /** Half of the lives end in their start or soon after, the others a while after their first poll. */
    private void killAtAnyTime(World world) throws IOException, InterruptedException {
        int before = world.cloud.requests();
        try (JobrelayProcess child = world.live(List.of(), Map.of())) {
            if (random.nextBoolean()) {
                World.soon(child).until(() -> world.cloud.requests() > before);
            }
            TimeUnit.MILLISECONDS.sleep((long) (-Math.log(1 - random.nextDouble()) * MEAN_LIFE_MILLIS));
            assertThat(child.alive()).as(child.log()).isTrue();
            child.kill();
        }
    }
}
