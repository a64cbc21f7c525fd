package io.jobrelay.durability;

import static com.github.tomakehurst.wiremock.client.WireMock.noContent;
import static com.github.tomakehurst.wiremock.client.WireMock.status;
import static io.jobrelay.testbed.StubServer.running;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.tomakehurst.wiremock.verification.LoggedRequest;
import io.jobrelay.delivery.EmbeddedBroker;
import io.jobrelay.testbed.FreePort;
import io.jobrelay.testbed.StubServer;
import jakarta.jms.JMSConsumer;
import jakarta.jms.JMSContext;
import jakarta.jms.TextMessage;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.activemq.artemis.jms.client.ActiveMQConnectionFactory;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** The line from provider to destinations, seen from both ends only. */
@Timeout(60)
class LineIT {
    private static final Duration MINUTE = Duration.ofSeconds(61);

    @TempDir
    private Path directory;

    @RegisterExtension
    static final StubServer cloud = new StubServer();

    private Line line;

    @BeforeEach
    void is_laid() throws IOException {
        line = new Line(directory, cloud.baseUrl(), cloud.hookUrl());
    }

    @AfterEach
    void is_taken_up() {
        line.close();
    }

    @Test
    void everything_goes_to_the_file_ends_to_the_queue_and_bad_news_to_the_webhook() throws Exception {
        line.watch("good", "bad");
        line.start();
        soon().until(() -> line.changes().size() == 2);
        cloud.job("good", "SUCCEEDED");
        cloud.job("bad", "FAILED");
        soon().until(() -> line.changes().size() == 4 && cloud.hooks().size() == 1);

        String bad = line.file().stream()
                .filter(event -> event.contains("\"FAILED\""))
                .findFirst()
                .orElseThrow();
        String id = bad.replaceFirst(".*?\"id\":\"([^\"]+)\".*", "$1");
        assertThat(cloud.hooks()).singleElement().satisfies(request -> {
            assertThat(request.getBodyAsString()).isEqualTo(bad);
            assertThat(request.getHeader("webhook-id")).isEqualTo(id);
            assertThat(request.getHeader("content-type")).isEqualTo("application/cloudevents+json");
            assertThat(request.getAllHeaderKeys()).noneMatch(name -> name.matches("(?i)(jobrelay|camel).*"));
            StubServer.verify(Line.SECRET, request);
        });
        try (ActiveMQConnectionFactory broker = new ActiveMQConnectionFactory("vm://0");
                JMSContext context = broker.createContext();
                JMSConsumer consumer = context.createConsumer(context.createQueue("jobrelay.changes"))) {
            List<TextMessage> messages =
                    List.of((TextMessage) consumer.receive(5_000), (TextMessage) consumer.receive(5_000));
            assertThat(consumer.receive(300)).isNull();
            for (TextMessage message : messages) {
                assertThat(line.file()).contains(message.getText());
                if (message.getText().equals(bad)) {
                    assertThat(message.getStringProperty("_AMQ_DUPL_ID")).isEqualTo(id);
                    assertThat(message.getStringProperty("JMSXGroupID")).isEqualTo("huawei-res-job/cloud/p/bad");
                    assertThat(message.getStringProperty("JMS_AMQP_ContentType"))
                            .isEqualTo("application/cloudevents+json");
                    assertThat(message.getJMSDeliveryMode()).isEqualTo(jakarta.jms.DeliveryMode.PERSISTENT);
                    assertThat(Collections.list((java.util.Enumeration<?>) message.getPropertyNames()))
                            .noneMatch(name -> name.toString().matches("(?i)(jobrelay|camel).*"));
                }
            }
        }
    }

    @Test
    void goes_on_after_a_restart_where_it_stopped() {
        line.watch("a");
        line.start();
        soon().until(() -> line.changes().size() == 1);
        line.stop();
        long polls = cloud.asked();
        line.start();
        soon().until(() -> cloud.asked() > polls + 3);
        assertThat(line.changes()).hasSize(1);
        line.stop();
        cloud.job("a", "SUCCEEDED");
        line.start();

        soon().until(() -> line.changes().size() == 2);
        assertThat(line.changes().get(1)).contains("\"sequence\":\"0000000002\"", "\"previousState\":\"RUNNING\"");
    }

    @Test
    void an_overloaded_webhook_gets_one_request_and_then_the_same_event_again() throws Exception {
        cloud.hook(status(503));
        cloud.job("a", "FAILED");
        line.watch("a");
        line.start();
        soon().until(() -> !line.ledger("select 1 from delivery where destination = 'webhook' and attempts = 1")
                .isEmpty());
        assertThat(cloud.hooks()).hasSize(1);
        cloud.hook(status(204));
        line.clock.advance(MINUTE);

        soon().until(() -> cloud.hooks().size() == 2);
        LoggedRequest first = cloud.hooks().get(0);
        LoggedRequest second = cloud.hooks().get(1);
        assertThat(second.getBodyAsString()).isEqualTo(first.getBodyAsString());
        assertThat(second.getHeader("webhook-id")).isEqualTo(first.getHeader("webhook-id"));
        assertThat(second.getHeader("webhook-timestamp")).isNotEqualTo(first.getHeader("webhook-timestamp"));
        StubServer.verify(Line.SECRET, second);
    }

    @Test
    void retry_after_is_a_minimum_and_the_other_destinations_do_not_wait() {
        cloud.hook(status(429).withHeader("Retry-After", "3600"));
        cloud.job("a", "FAILED");
        line.watch("a");
        line.start();
        String until = "select paused_until from destination where name = 'webhook' and paused_until is not null";
        soon().until(() -> line.ledger(until).size() == 1);
        long paused = Long.parseLong(line.ledger(until).get(0));
        assertThat(paused).isBetween(line.clock.millis() + 3_500_000, line.clock.millis() + 3_600_000);
        line.clock.advance(MINUTE);

        cloud.job("b", "FAILED");
        line.watch("a", "b");
        soon().until(() -> line.changes().size() == 2);
        assertThat(cloud.hooks()).hasSize(1);
    }

    @Test
    void a_webhook_that_is_gone_is_asked_no_more_and_loses_nothing() {
        cloud.hook(status(410));
        cloud.job("a", "FAILED");
        cloud.job("b", "FAILED");
        line.watch("a");
        line.start();
        soon().until(() -> line.ledger("select disabled from destination where name = 'webhook'")
                .equals(List.of("HTTP status 410")));
        line.watch("a", "b");
        soon().until(() -> line.changes().size() == 2);
        line.clock.advance(MINUTE);
        line.stop();

        assertThat(cloud.hooks()).hasSize(1);
        assertThat(line.ledger("select status || attempts from delivery where destination = 'webhook'"))
                .containsExactly("PENDING0", "PENDING0");
    }

    @Test
    void a_webhook_on_this_machine_is_refused_unless_it_is_allowed() {
        line.set("jobrelay.destination.webhook.allow-private", "false")
                .set("jobrelay.destination.webhook.url", cloud.hookUrl().replace("http:", "https:"));
        cloud.job("a", "FAILED");
        line.watch("a");
        line.start();

        soon().until(() -> line.ledger("select error from delivery where destination = 'webhook'").stream()
                .anyMatch(error -> error.contains("127.0.0.1") && error.contains("loopback")));
        assertThat(cloud.hooks()).isEmpty();
    }

    @Test
    void a_destination_that_is_switched_off_takes_nothing_in() {
        line.set("jobrelay.destination.webhook.enabled", "false").set("jobrelay.destination.webhook.secret", "");
        cloud.job("a", "FAILED");
        line.watch("a");
        line.start();
        soon().until(() -> line.ledger("select routed from change").equals(List.of("1")));

        assertThat(line.ledger("select distinct destination from delivery order by 1"))
                .containsExactly("file", "queue");
    }

    @Test
    void watch_files_take_effect_while_it_runs() {
        line.start();
        line.watch("a");
        soon().until(() -> cloud.asked("a") > 1);

        line.watch("a", "b");
        soon().until(() -> cloud.asked("b") > 1);

        line.write("watches.yaml", Line.item("a", "100ms..100ms") + "- api: huawei-res-job\n  parameters: { a\n");
        line.write("more.yaml", Line.item("c", "100ms..100ms"));
        soon().until(() -> cloud.asked("c") > 1);
        long broken = cloud.asked("b");
        soon().until(() -> cloud.asked("b") > broken + 1);

        line.watch("b");
        soon().until(() -> line.ledger("select state from watch where definition ->> '$.parameters.job_id' = 'a'")
                .equals(List.of("REMOVED")));
        long removed = cloud.asked("a");
        long others = cloud.asked("b");
        soon().until(() -> cloud.asked("b") > others + 3);
        assertThat(cloud.asked("a")).isLessThanOrEqualTo(removed + 1);
    }

    @Test
    void an_account_stays_below_its_ceiling_however_many_watches_it_has() {
        line.set("jobrelay.account.cloud.requests-per-second", "10");
        line.watch(IntStream.range(0, 60).mapToObj(i -> "job-" + i).toArray(String[]::new));
        line.start();
        long begin = System.nanoTime();
        soon().until(() -> cloud.asked() >= 55);
        long asked = cloud.asked();
        double seconds = (System.nanoTime() - begin) / 1e9;

        // A second's worth may go out at once, and another while the line was starting.
        assertThat(asked).isLessThanOrEqualTo((int) (10 * (seconds + 2)));
    }

    @Test
    void an_account_that_is_throttled_settles_below_what_its_provider_takes_and_loses_nothing() {
        line.set("jobrelay.account.cloud.requests-per-second", "100");
        Deque<Long> lately = new ConcurrentLinkedDeque<>();
        cloud.replies(event -> {
            long now = System.nanoTime();
            lately.removeIf(then -> now - then >= TimeUnit.SECONDS.toNanos(1));
            if (lately.size() >= 15) {
                return status(429).build();
            }
            lately.add(now);
            return event.getResponseDefinition();
        });
        String[] jobs = IntStream.range(0, 30).mapToObj(i -> "job-" + i).toArray(String[]::new);
        line.watch(jobs);
        line.start();
        soon().atMost(Duration.ofSeconds(30)).until(() -> {
            List<Integer> answers = cloud.statuses();
            int settled = answers.size() - 30;
            return settled > 0
                    && answers.contains(429)
                    && !answers.subList(settled, answers.size()).contains(429);
        });

        Stream.of(jobs).forEach(job -> cloud.job(job, "SUCCEEDED"));
        soon().atMost(Duration.ofSeconds(30))
                .until(() -> line.file().stream()
                                .filter(row -> row.contains("\"state\":\"SUCCEEDED\""))
                                .count()
                        == jobs.length);
        assertThat(line.ledger("select id from job where state = 'SUCCEEDED'")).hasSize(jobs.length);
    }

    @Test
    void its_health_is_told_on_the_management_port() throws Exception {
        int port = FreePort.next();
        line.set("camel.management.enabled", "true").set("camel.management.port", Integer.toString(port));
        line.start();

        HttpResponse<String> health = HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/observe/health"))
                                .build(),
                        HttpResponse.BodyHandlers.ofString());

        assertThat(health.statusCode()).isEqualTo(200);
        assertThat(health.body()).contains("\"UP\"");
    }

    @Test
    void a_broker_that_is_not_there_holds_up_nothing_and_gets_all_once_it_is() throws Exception {
        int port = FreePort.next();
        line.set("jobrelay.destination.queue.broker-url", "tcp://127.0.0.1:" + port)
                .set("jobrelay.delivery.schedule", "0s,200ms,200ms,200ms,200ms,200ms,200ms,200ms,1h");
        cloud.job("a", "SUCCEEDED");
        line.watch("a");
        line.start();
        soon().until(() -> line.changes().size() == 1);
        soon().until(() -> !line.ledger("select 1 from delivery where destination = 'queue' and attempts > 0")
                .isEmpty());
        try (EmbeddedBroker broker = new EmbeddedBroker(directory.resolve("elsewhere"), OptionalInt.of(port));
                JMSContext context = broker.connectionFactory().createContext();
                JMSConsumer consumer = context.createConsumer(context.createQueue("jobrelay.changes"))) {
            line.clock.advance(Duration.ofHours(2));

            assertThat(((TextMessage) consumer.receive(10_000)).getText())
                    .isEqualTo(line.changes().get(0));
            line.stop();
        }
    }

    @Test
    void two_destinations_cannot_have_one_file() {
        line.set("jobrelay.destination.archive.path", directory + "/out/../out/changes.ndjson");

        assertThatThrownBy(line::start)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("one writer at a time")
                .hasMessageContaining("give this destination a path of its own");

        line.set("jobrelay.destination.archive.path", directory + "/out/archive.ndjson")
                .start();
    }

    @Test
    void polls_that_the_stop_cuts_short_are_no_failures() {
        line.set("jobrelay.poll.timeout", "10m");
        cloud.jobs(running().withFixedDelay(60_000));
        line.watch("1m", IntStream.range(0, 30).mapToObj(i -> "job-" + i).toArray(String[]::new));
        line.start();
        soon().until(() -> cloud.asked() == 3);
        line.stop();

        assertThat(line.ledger("select distinct health || failures from watch")).containsExactly("OK0");
        assertThat(line.ledger("select event_id from change")).isEmpty();
    }

    @Test
    void a_delivery_that_the_stop_cuts_short_is_no_attempt_and_is_sent_after_the_start() {
        line.set("jobrelay.delivery.timeout", "1m");
        cloud.hook(noContent().withFixedDelay(30_000));
        cloud.job("a", "FAILED");
        line.watch("a");
        line.start();
        soon().until(() -> line.inflight("webhook") == 1);
        line.stop();
        assertThat(line.ledger("select status || attempts from delivery where destination = 'webhook'"))
                .containsExactly("PENDING0");
        cloud.hook(status(204));
        line.start();

        soon().until(() -> line.ledger("select status from delivery where destination = 'webhook'")
                .equals(List.of("DELIVERED")));
    }

    private static ConditionFactory soon() {
        return Awaitility.await().atMost(Duration.ofSeconds(30)).pollInterval(Duration.ofMillis(50));
    }
}
