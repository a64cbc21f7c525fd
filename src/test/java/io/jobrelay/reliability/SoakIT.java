package io.jobrelay.reliability;

import static org.assertj.core.api.Assertions.assertThat;

import io.jobrelay.testbed.JobrelayProcess;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.ToLongFunction;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An hour's work in as little time as it takes: short paces, everything to every destination, providers and receiver that
 * fail now and then, watches that come and go, tokens that run out. What the process holds in the end is what it held once
 * it was warm. {@code mvn verify -Plong} does it for {@code jobrelay.test.soak-seconds}.
 */
@Timeout(value = 30, unit = TimeUnit.MINUTES)
class SoakIT {
    private static final Logger LOG = LoggerFactory.getLogger(SoakIT.class);
    private static final int SECONDS =
            Integer.getInteger("jobrelay.test.soak-seconds", Boolean.getBoolean("jobrelay.test.long") ? 600 : 12);
    private static final int SAMPLES = 15;
    private static final int WATCHES = 60;
    private static final long MEBIBYTE = 1024 * 1024;
    /** The file remembers its last 16,384 events by their ids, and fills up with them. */
    private static final long HEAP_ALLOWANCE = 4 * MEBIBYTE;

    @TempDir
    private Path directory;

    private record Sample(long heap, Map<String, Integer> threads, long files, long wal) {
        private long threadsOf(String group) {
            return threads.getOrDefault(group, 0);
        }

        private long allThreads() {
            return threads.values().stream().mapToInt(count -> count).sum();
        }

        @Override
        public String toString() {
            return "heap %d KiB, %d threads, %d files, WAL %d KiB"
                    .formatted(heap / 1024, allThreads(), files, wal / 1024);
        }
    }

    @Test
    void holds_no_more_in_the_end_than_in_the_beginning() throws Exception {
        SimulatedCloud cloud = new SimulatedCloud(SECONDS * 2, WATCHES, 90, SECONDS * 1_000L + 5_000, 1, 0.01, 13);
        try (World world = new World(directory, cloud, new FlakyReceiver(0.01, 17), "200ms..400ms")) {
            world.routeEverything();
            List<Sample> samples;
            try (JobrelayProcess child = world.live(List.of(), Map.of())) {
                World.soon(child).until(() -> cloud.requests() > 10 * WATCHES);
                try (Inside inside = new Inside(child.pid())) {
                    samples = work(world, inside);
                }
                world.home.watch("passing.yaml", "[]\n");
                TimeUnit.MILLISECONDS.sleep(Math.max(2_000, cloud.millisToGo()));
                assertThat(child.stop()).as(child.log()).isZero();
            }
            Verdict verdict = world.settle();

            LOG.warn(
                    "seconds={} polls={} faults={} receiver faults={} first: {}; last: {}; {}",
                    SECONDS,
                    cloud.requests(),
                    cloud.faults(),
                    world.receiver.faults(),
                    samples.get(0),
                    samples.get(SAMPLES - 1),
                    verdict);
            assertThat(verdict.faults()).as(verdict.toString()).isEmpty();
            assertHeld(samples);
        }
    }

    private static List<Sample> work(World world, Inside inside) throws IOException, InterruptedException {
        List<Sample> samples = new ArrayList<>();
        for (int i = 0; i < SAMPLES; i++) {
            int round = i;
            world.home.watch(
                    "passing.yaml",
                    IntStream.range(0, 10)
                            .mapToObj(job -> SimulatedCloud.watch(
                                    "huawei-res-job",
                                    "passing-%d-%d".formatted(round, job),
                                    "{ project_id: p, job_id: passing-%d-%d }".formatted(round, job),
                                    "300ms..300ms"))
                            .reduce("", String::concat));
            TimeUnit.MILLISECONDS.sleep(SECONDS * 1_000L / SAMPLES);
            samples.add(new Sample(inside.heapBytes(), inside.threads(), inside.openFiles(), world.home.walBytes()));
        }
        return samples;
    }

    private static void assertHeld(List<Sample> samples) {
        List<Sample> first = samples.subList(0, SAMPLES / 3);
        List<Sample> last = samples.subList(SAMPLES - SAMPLES / 3, SAMPLES);
        assertThat(median(last, Sample::heap)).as("heap").isLessThan(median(first, Sample::heap) + HEAP_ALLOWANCE);
        assertThat(median(last, Sample::files)).as("open files").isLessThanOrEqualTo(median(first, Sample::files) + 5);
        assertThat(median(last, Sample::wal)).as("WAL").isLessThanOrEqualTo(median(first, Sample::wal) + 4 * MEBIBYTE);
        assertThat(median(last, Sample::allThreads))
                .as("threads")
                .isLessThanOrEqualTo(median(first, Sample::allThreads) + 3);
        for (String group : samples.get(SAMPLES - 1).threads().keySet()) {
            assertThat(median(last, sample -> sample.threadsOf(group)))
                    .as("threads named %s", group)
                    .isLessThanOrEqualTo(median(first, sample -> sample.threadsOf(group)) + 2);
        }
    }

    private static long median(List<Sample> samples, ToLongFunction<Sample> value) {
        return samples.stream()
                .mapToLong(value)
                .sorted()
                .skip(samples.size() / 2)
                .findFirst()
                .orElseThrow();
    }
}
