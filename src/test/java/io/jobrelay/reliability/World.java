package io.jobrelay.reliability;

import static org.assertj.core.api.Assertions.assertThat;

import io.jobrelay.testbed.JobrelayProcess;
import jakarta.jms.JMSException;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;

/** All that the lives of one Jobrelay share: its directory, the cloud that it asks, and those who receive from it. */
final class World implements AutoCloseable {
    /** Long enough for the slowest machine; nothing waits for it to pass. */
    static final long LIMIT_SECONDS = 90;

    final Home home;
    final SimulatedCloud cloud;
    final FlakyReceiver receiver;
    private final Outside outside;
    private Map<String, Predicate<Arrival>> router = Accounting.ROUTER;

    /**
     * @param every the pace of all watches
     */
    World(Path directory, SimulatedCloud cloud, FlakyReceiver receiver, String every) throws IOException {
        this.cloud = cloud;
        this.receiver = receiver;
        outside = new Outside(directory, cloud, receiver);
        home = new Home(directory);
        home.watch("all.yaml", cloud.watches(every));
    }

    /**
     * Starts the next life.
     *
     * @param orders what the agent in the process shall do; no agent is there where there are none
     */
    JobrelayProcess live(List<String> orders, Map<String, String> properties, String... options) throws IOException {
        Map<String, String> all = outside.properties(cloud.nextLife());
        all.putAll(properties);
        return home.live(orders, all, options);
    }

    /** A last life that ends by itself, when all is done; then the accounts are settled. */
    Verdict settle(String... orders) throws IOException, InterruptedException, JMSException {
        try (JobrelayProcess child = live(List.of(orders), Map.of(), "--until-done")) {
            int status = child.awaitEnd(LIMIT_SECONDS);
            if (status != 0 && status != 3) {
                throw new AssertionError("exit status " + status + ": " + child.log());
            }
        }
        List<Arrival> arrivals = new ArrayList<>(home.arrivals("file"));
        arrivals.addAll(outside.arrivals());
        return Accounting.of(cloud.answers(), arrivals, router);
    }

    /** From now on the router sends everything to everybody. */
    void routeEverything() throws IOException {
        home.routeEverything();
        router = Accounting.EVERYTHING;
    }

    /** Waits until something has become true while the child lives. */
    static ConditionFactory soon(JobrelayProcess child) {
        return Awaitility.await("jobrelay run")
                .atMost(Duration.ofSeconds(LIMIT_SECONDS))
                .pollInterval(Duration.ofMillis(20))
                .failFast(() -> assertThat(child.alive()).as(child.log()).isTrue());
    }

    @Override
    public void close() {
        outside.close();
    }
}
