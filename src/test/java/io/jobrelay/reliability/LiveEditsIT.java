package io.jobrelay.reliability;

import static java.util.stream.Collectors.joining;
import static java.util.stream.Collectors.toMap;
import static java.util.stream.Collectors.toSet;
import static org.assertj.core.api.Assertions.assertThat;

import io.jobrelay.testbed.JobrelayProcess;
import io.jobrelay.testbed.LongForm;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A hundred edits of routes, mappings and properties, good and bad, one upon the other, while jobs are polled and their changes
 * delivered: nothing is lost, nothing comes out of order, and whoever is watched is asked again and again.
 */
@Timeout(value = 15, unit = TimeUnit.MINUTES)
class LiveEditsIT {
    private static final Logger LOG = LoggerFactory.getLogger(LiveEditsIT.class);
    private static final int EDITS = LongForm.count(1_000, 50);
    private static final int MILLIS_BETWEEN = 150;
    private static final int FOR_EVER = 5;
    /**
     * Between two requests for a watch: fifty times its longest pace. A change of routes takes what it takes to cut, after five
     * seconds, what does not finish, and a machine may have ten times more to do than it can. A poll that is lost is due again
     * when its claim has run out, after a quarter of an hour.
     */
    private static final Duration LONGEST_GAP = Duration.ofSeconds(20);
    /** The shortest pace, but for what a request took; there is one that was longer. */
    private static final Duration LEAST_GAP = Duration.ofMillis(200);

    private static final String PROPERTIES = "application.properties";
    private static final String EXTRA = "routes/providers/extra-job.camel.yaml";
    private static final String SIGNING = "routes/signing/call-provider.camel.yaml";

    /** Wrong, each in its own way. */
    private static final Map<String, String> MISTAKES = Map.of(
            "from:", "from: [",
            "id: ", "ib: ",
            "uri: direct:", "uri: direkt:",
            "uri: outbox:", "uri: outbocks:",
            "ref: ", "ref: no-",
            "routeConfigurationId: ", "routeConfigurationId: no-",
            "jobrelay.poll", "jobrelay.pull",
            "signing=", "signing=un",
            "{", "{{ nobody.has.this }} {");

    @TempDir
    private Path directory;

    private final long seed = System.nanoTime();
    private final Random random = new Random(seed);
    private final Map<String, String> texts = new HashMap<>();

    @Test
    void edits_lose_nothing() throws Exception {
        LOG.warn("seed={}", seed);
        SimulatedCloud cloud = new SimulatedCloud(30, 30, 90, 1L * EDITS * MILLIS_BETWEEN, 1, 0.01, seed);
        try (World world = new World(directory, cloud, new FlakyReceiver(0.01, seed), "200ms..400ms")) {
            world.home.watch(
                    "for-ever.yaml",
                    IntStream.range(0, FOR_EVER)
                            .mapToObj(job -> SimulatedCloud.watch(
                                    "huawei-res-job",
                                    "for-ever-" + job,
                                    "{ project_id: p, job_id: for-ever-%d }".formatted(job),
                                    "200ms..400ms"))
                            .collect(joining()));
            String log;
            try (JobrelayProcess child = world.live(List.of(), Map.of("jobrelay.reload.every", "50ms"))) {
                for (String mapping : List.of(".jq", ".failure.jq")) {
                    world.home.write(
                            "routes/providers/extra-job" + mapping,
                            world.home.read("routes/providers/huawei-res-job" + mapping));
                }
                for (String file : world.home.edited()) {
                    texts.put(file, world.home.read(file));
                }
                World.soon(child).until(() -> cloud.requests() > 100);
                for (int i = 0; i < EDITS; i++) {
                    edit(world, i);
                    if (i % 20 == 19) {
                        awaitAll(child, cloud);
                    }
                    TimeUnit.MILLISECONDS.sleep(random.nextInt(2 * MILLIS_BETWEEN));
                }
                world.home.write(PROPERTIES, text(PROPERTIES) + "jobrelay.nothing=1\n");
                World.soon(child).until(() -> child.log().contains("result=REFUSED")); // few edits may all be overtaken
                mend(world);
                world.home.write(PROPERTIES, text(PROPERTIES) + "# The last edit.\n");
                int told = child.log().length();
                World.soon(child)
                        .until(() -> child.log().substring(told).contains("file=" + PROPERTIES + " result=LOADED"));
                awaitAll(child, cloud);
                Map<String, Duration> gaps = gaps(cloud);
                LOG.warn("gaps={}", gaps);
                assertThat(gaps)
                        .as("seed %d: %s", seed, child.log())
                        .allSatisfy((watch, gap) -> assertThat(gap).isBetween(LEAST_GAP, LONGEST_GAP));
                world.home.watch("for-ever.yaml", "[]\n");
                assertThat(child.stop()).as(child.log()).isZero();
                log = child.log();
            }
            assertThat(log).contains("result=LOADED", "result=REFUSED").doesNotContain("could not be put back");
            Verdict verdict = world.settle().without(Fault.LOST, ofAPollCutShort(cloud, log));

            LOG.warn(
                    "seed={} edits={} generations={} refused={} polls={} {}",
                    seed,
                    EDITS,
                    log.lines().filter(line -> line.contains("result=LOADED")).count(),
                    log.lines()
                            .filter(line -> line.contains("result=REFUSED problems="))
                            .count(),
                    cloud.requests(),
                    verdict);
            assertThat(verdict.faults()).as("seed %d: %s", seed, verdict).isEmpty();
        }
    }

    /**
     * Of polls that edits have cut short, which takes five seconds: the answer was not taken in, the watch was asked again, and
     * its job may have gone on meanwhile.
     */
    private static Predicate<String> ofAPollCutShort(SimulatedCloud cloud, String log) {
        Map<String, String> jobs = cloud.jobsOfWatches();
        Set<String> cut = log.lines()
                .filter(line -> line.contains("was cut short by a stop or an edit"))
                .map(line -> jobs.get(line.replaceFirst(".*watch=(\\w+) .*", "$1")))
                .filter(Objects::nonNull)
                .collect(toSet());
        return loss -> cut.stream().anyMatch(loss::contains);
    }

    /** Every watch that goes on for ever is asked again, and not only after its claim has run out. */
    private static void awaitAll(JobrelayProcess child, SimulatedCloud cloud) {
        int before = cloud.requests();
        World.soon(child).until(() -> {
            List<Answer> all = cloud.answers();
            List<Answer> since = all.subList(before, all.size());
            return IntStream.range(0, FOR_EVER)
                    .allMatch(job ->
                            since.stream().anyMatch(answer -> answer.watch().equals("for-ever-" + job)));
        });
    }

    private static Map<String, Duration> gaps(SimulatedCloud cloud) {
        return IntStream.range(0, FOR_EVER)
                .mapToObj(job -> "for-ever-" + job)
                .collect(toMap(Function.identity(), cloud::longestGap));
    }

    private void edit(World world, int number) throws IOException {
        switch (random.nextInt(6)) {
            case 0 -> world.home.write(EXTRA, random.nextBoolean() ? null : extra());
            case 1 -> world.home.write(PROPERTIES, properties(number));
            case 2 -> mend(world);
            case 3 -> spoil(world);
            case 4 -> world.home.write(SIGNING, random.nextBoolean() ? null : texts.get(SIGNING));
            default -> comment(world, number);
        }
    }

    private String text(String file) {
        return Objects.requireNonNull(texts.get(file), file);
    }

    private String extra() {
        return text("routes/providers/huawei-res-job.camel.yaml").replace("huawei-res-job", "extra-job");
    }

    private String properties(int number) {
        return text(PROPERTIES).replace("requests-per-second=1000", "requests-per-second=" + (1_000 + number))
                + List.of(
                                "jobrelay.delivery.timeout=3s\n",
                                "jobrelay.account.extra.endpoint=https://extra.example\njobrelay.account.extra.signing=none\n",
                                "jobrelay.http.port=1\n",
                                "jobrelay.poll.timeout=%ds\n".formatted(20 + number % 5),
                                "jobrelay.nothing=1\n")
                        .get(random.nextInt(5));
    }

    private String any() {
        List<String> files = texts.keySet().stream().sorted().toList();
        return files.get(random.nextInt(files.size()));
    }

    private void comment(World world, int number) throws IOException {
        String file = any();
        world.home.write(file, text(file) + "\n# Edit " + number + "\n");
    }

    private void spoil(World world) throws IOException {
        String file = any();
        List<Map.Entry<String, String>> mistakes = MISTAKES.entrySet().stream()
                .sorted(Map.Entry.comparingByKey())
                .filter(mistake -> text(file).contains(mistake.getKey()))
                .toList();
        if (!mistakes.isEmpty()) {
            Map.Entry<String, String> mistake = mistakes.get(random.nextInt(mistakes.size()));
            world.home.write(file, text(file).replaceFirst(Pattern.quote(mistake.getKey()), mistake.getValue()));
        }
    }

    private void mend(World world) throws IOException {
        for (Map.Entry<String, @Nullable String> text : texts.entrySet()) {
            world.home.write(text.getKey(), text.getValue());
        }
        world.home.write(EXTRA, null);
    }
}
