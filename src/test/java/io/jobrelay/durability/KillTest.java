package io.jobrelay.durability;

import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.joining;
import static java.util.stream.Collectors.toCollection;
import static java.util.stream.Collectors.toSet;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.standardwebhooks.Webhook;
import com.standardwebhooks.exceptions.EmptyWebhookSecretException;
import com.standardwebhooks.exceptions.WebhookVerificationException;
import io.jobrelay.delivery.EmbeddedBroker;
import jakarta.jms.JMSConsumer;
import jakarta.jms.JMSContext;
import jakarta.jms.JMSException;
import jakarta.jms.Message;
import jakarta.jms.TextMessage;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.http.HttpHeaders;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Kills a running Jobrelay again and again while jobs live their lives, and then compares what came out with what the
 * jobs really went through. It reads nothing of Jobrelay's but what a receiver would.
 */
@Timeout(180)
class KillTest {
    private static final Logger LOG = LoggerFactory.getLogger(KillTest.class);
    private static final String SECRET = "whsec_c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0";
    private static final int KILLS = 10;
    private static final long LIFE_MILLIS = 35_000;
    private static final ObjectMapper JSON = new ObjectMapper();
    /** What each of the providers' states must become; written down here once more, from design and documentation. */
    private static final Map<String, String> STATES = Map.ofEntries(
            Map.entry("RUNNING", "RUNNING"),
            Map.entry("SUCCEEDED", "SUCCEEDED"),
            Map.entry("FAILED", "FAILED"),
            Map.entry("CANCELED", "CANCELLED"),
            Map.entry("QUEUING", "QUEUED"),
            Map.entry("LAUNCHING", "STARTING"),
            Map.entry("UPLOADING", "RUNNING"),
            Map.entry("FINISHED", "SUCCEEDED"),
            Map.entry("STOPPED", "CANCELLED"),
            Map.entry("RUN_FAILED", "FAILED"),
            Map.entry("UPLOAD_FAILED", "FAILED"));

    @TempDir
    private Path directory;

    /** An event as a receiver has it. */
    private record Arrival(String id, String subject, long sequence, String providerState, String state, String bytes) {
        static Arrival of(String bytes) {
            try {
                JsonNode event = JSON.readTree(bytes);
                JsonNode job = event.path("data").path("job");
                return new Arrival(
                        event.path("id").asText(),
                        event.path("subject").asText(),
                        Long.parseLong(event.path("sequence").asText()),
                        job.path("providerState").asText(),
                        job.path("state").asText(),
                        bytes);
            } catch (IOException e) {
                throw new AssertionError("no whole event: " + bytes, e);
            }
        }

        boolean ofJob() {
            return !subject.startsWith("watch/");
        }

        boolean terminal() {
            return Set.of("SUCCEEDED", "PARTIALLY_SUCCEEDED", "FAILED", "CANCELLED")
                    .contains(state);
        }

        boolean bad() {
            return Set.of("PARTIALLY_SUCCEEDED", "FAILED").contains(state);
        }
    }

    @Test
    void loses_nothing_and_invents_nothing_however_often_it_is_killed() throws Exception {
        int port = freePort();
        try (SimulatedCloud cloud = new SimulatedCloud(40, 80, LIFE_MILLIS, 7);
                EmbeddedBroker broker = new EmbeddedBroker(directory.resolve("broker"), OptionalInt.of(port));
                WebhookReceiver receiver = new WebhookReceiver()) {
            prepare(cloud, port, receiver);
            long startMillis = killAgainAndAgain(cloud);
            Map<String, SimulatedCloud.Job> jobs = jobs(cloud);
            List<Arrival> queue;
            try (Child child = Child.run(directory, "run")) {
                await(child).pollInterval(Duration.ofMillis(250)).until(() -> {
                    assertThat(child.alive()).as(child.log()).isTrue();
                    return ended(file(), jobs);
                });
                queue = receive(broker, file());
                awaitWebhooks(receiver, file());
                assertThat(child.stop()).as(child.log()).isBetween(0, 143);
            }

            List<Arrival> file = file();
            List<Arrival> webhook = receiver.received().stream()
                    .map(request -> verified(request))
                    .toList();
            LOG.warn(
                    "kills={} start-to-first-poll={} ms events={} jobs={} queue={} webhook={} ({} twice) requests={}",
                    KILLS,
                    startMillis,
                    file.size(),
                    jobs.size(),
                    queue.size(),
                    webhook.size(),
                    webhook.size()
                            - webhook.stream().map(Arrival::id).distinct().count(),
                    cloud.requests());
            Map<String, Arrival> announced = announced(file);
            file.stream()
                    .filter(Arrival::ofJob)
                    .collect(groupingBy(Arrival::subject))
                    .forEach((subject, arrivals) -> {
                        assertThat(jobs).containsKey(subject);
                        assertHistory(jobs.get(subject), arrivals);
                    });
            assertReceived(announced, Arrival::terminal, queue, "queue");
            assertReceived(announced, Arrival::bad, webhook, "webhook");
        }
    }

    private void prepare(SimulatedCloud cloud, int port, WebhookReceiver receiver) throws IOException {
        Map<String, String> properties = new LinkedHashMap<>();
        properties.put("jobrelay.account.cloud.endpoint", cloud.url());
        properties.put("jobrelay.account.cloud.signing", "none");
        properties.put("jobrelay.account.cloud.requests-per-second", "1000");
        properties.put("jobrelay.poll.concurrency", "8");
        properties.put("jobrelay.delivery.schedule", "0s,200ms,200ms,200ms,200ms,200ms,200ms,200ms,200ms,200ms");
        properties.put("jobrelay.destination.queue.broker-url", "tcp://127.0.0.1:" + port);
        properties.put("jobrelay.destination.webhook.enabled", "true");
        properties.put("jobrelay.destination.webhook.url", receiver.url());
        properties.put("jobrelay.destination.webhook.allow-private", "true");
        properties.put("jobrelay.destination.webhook.secret", SECRET);
        properties.put("camel.management.enabled", "false");
        Child.prepare(directory, properties);
        String watches =
                cloud.single().stream().map(job -> """
                        - api: huawei-res-job
                          account: cloud
                          parameters: { project_id: p, job_id: %s }
                          every: 200ms..400ms
                        """.formatted(job.id())).collect(joining("", "", """
                        - api: huawei-octopus-system-jobs
                          account: cloud
                          parameters: { project_id: p }
                          every: 200ms..200ms
                        """));
        Files.createDirectories(directory.resolve("watches"));
        Files.writeString(directory.resolve("watches/all.yaml"), watches);
    }

    /** Each life lasts a random while from the first poll on, or is cut off even before. Returns the longest start. */
    private long killAgainAndAgain(SimulatedCloud cloud) throws IOException, InterruptedException {
        Random random = new Random(11);
        long longest = 0;
        for (int kill = 0; kill < KILLS; kill++) {
            int before = cloud.requests();
            long start = System.nanoTime();
            try (Child child = Child.run(directory, "run")) {
                if (kill % 5 != 4) {
                    await(child).pollInterval(Duration.ofMillis(10)).until(() -> {
                        assertThat(child.alive()).as(child.log()).isTrue();
                        return cloud.requests() > before;
                    });
                    longest = Math.max(longest, TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start));
                }
                TimeUnit.MILLISECONDS.sleep(random.nextInt(2_000));
                child.kill();
            }
        }
        return longest;
    }

    private static Map<String, SimulatedCloud.Job> jobs(SimulatedCloud cloud) {
        Map<String, SimulatedCloud.Job> jobs = new TreeMap<>();
        cloud.single().forEach(job -> jobs.put("huawei-res-job/cloud/p/" + job.id(), job));
        cloud.listed().forEach(job -> jobs.put("huawei-octopus-system-jobs/cloud/p/0/" + job.id(), job));
        return jobs;
    }

    private List<Arrival> file() throws IOException {
        List<Path> files;
        try (Stream<Path> out = Files.list(directory.resolve("out"))) {
            files = out.filter(path -> path.toString().endsWith(".ndjson"))
                    .sorted()
                    .toList();
        }
        List<Arrival> arrivals = new ArrayList<>();
        for (Path path : files) {
            String text = Files.readString(path);
            assertThat(text).as("whole lines").endsWith("\n");
            text.lines().map(Arrival::of).forEach(arrivals::add);
        }
        return arrivals;
    }

    private static boolean ended(List<Arrival> file, Map<String, SimulatedCloud.Job> jobs) {
        Set<String> ended =
                file.stream().filter(Arrival::terminal).map(Arrival::subject).collect(toSet());
        return ended.containsAll(jobs.keySet());
    }

    /** Receives until all that belongs on the queue has come, and then whatever else there is. */
    private static List<Arrival> receive(EmbeddedBroker broker, List<Arrival> file) throws JMSException {
        Set<String> missing =
                file.stream().filter(Arrival::terminal).map(Arrival::id).collect(toSet());
        List<Arrival> arrivals = new ArrayList<>();
        try (JMSContext context = broker.connectionFactory().createContext();
                JMSConsumer consumer = context.createConsumer(context.createQueue("jobrelay.changes"))) {
            for (Message message = consumer.receive(10_000);
                    message != null;
                    message = consumer.receive(missing.isEmpty() ? 500 : 10_000)) {
                Arrival arrival = Arrival.of(((TextMessage) message).getText());
                assertThat(message.getStringProperty("JMSXGroupID")).isEqualTo(arrival.subject());
                missing.remove(arrival.id());
                arrivals.add(arrival);
            }
        }
        return arrivals;
    }

    private static void awaitWebhooks(WebhookReceiver receiver, List<Arrival> file) {
        Set<String> missing =
                file.stream().filter(Arrival::bad).map(Arrival::id).collect(toSet());
        Awaitility.await()
                .atMost(Duration.ofSeconds(20))
                .until(() -> receiver.received().stream()
                        .map(request -> request.header("webhook-id"))
                        .collect(toSet())
                        .containsAll(missing));
    }

    private static Arrival verified(WebhookReceiver.Received request) {
        try {
            new Webhook(SECRET).verify(request.body(), HttpHeaders.of(request.headers(), (name, value) -> true));
        } catch (WebhookVerificationException | EmptyWebhookSecretException e) {
            throw new AssertionError(request.toString(), e);
        }
        Arrival arrival = Arrival.of(request.body());
        assertThat(request.header("webhook-id")).isEqualTo(arrival.id());
        return arrival;
    }

    private static Map<String, Arrival> announced(List<Arrival> file) {
        Map<String, Arrival> announced = new LinkedHashMap<>();
        file.forEach(arrival -> assertThat(announced.put(arrival.id(), arrival))
                .as("twice in the file")
                .isNull());
        return announced;
    }

    /** What was announced of a job is its true history, as far as polls can have seen it. */
    private static void assertHistory(SimulatedCloud.Job job, List<Arrival> arrivals) {
        int at = -1;
        for (int i = 0; i < arrivals.size(); i++) {
            Arrival arrival = arrivals.get(i);
            assertThat(arrival.sequence()).as("%s: %s", job, arrivals).isEqualTo(i + 1);
            int next = job.states().indexOf(arrival.providerState());
            assertThat(next).as("a later state of %s: %s", job, arrival).isGreaterThan(at);
            assertThat(arrival.state()).isEqualTo(STATES.get(arrival.providerState()));
            at = next;
        }
        assertThat(arrivals.get(arrivals.size() - 1).providerState()).isEqualTo(job.end());
    }

    private static void assertReceived(
            Map<String, Arrival> announced,
            java.util.function.Predicate<Arrival> wanted,
            List<Arrival> came,
            String where) {
        assertThat(came).as(where).allSatisfy(arrival -> assertThat(arrival).isEqualTo(announced.get(arrival.id())));
        Set<String> ids = came.stream().map(Arrival::id).collect(toCollection(LinkedHashSet::new));
        assertThat(ids)
                .as(where)
                .containsExactlyInAnyOrderElementsOf(announced.values().stream()
                        .filter(wanted)
                        .map(Arrival::id)
                        .toList());
        came.stream()
                .collect(groupingBy(Arrival::subject))
                .forEach((subject, arrivals) -> assertThat(arrivals.stream()
                                .map(Arrival::sequence)
                                .distinct()
                                .toList())
                        .as("%s: order of %s", where, subject)
                        .isSorted());
    }

    private static ConditionFactory await(Child child) {
        return Awaitility.await("jobrelay run").atMost(Duration.ofSeconds(40)).failFast("ended", () -> !child.alive());
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }
}
