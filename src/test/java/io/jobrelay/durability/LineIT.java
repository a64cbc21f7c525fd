package io.jobrelay.durability;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.standardwebhooks.Webhook;
import io.jobrelay.delivery.EmbeddedBroker;
import io.jobrelay.testbed.FreePort;
import jakarta.jms.JMSConsumer;
import jakarta.jms.JMSContext;
import jakarta.jms.TextMessage;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.CountDownLatch;
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
import org.junit.jupiter.api.io.TempDir;

/** The line from provider to destinations, seen from both ends only. */
@Timeout(60)
class LineIT {
    private static final Duration MINUTE = Duration.ofSeconds(61);

    @TempDir
    private Path directory;

    private StubProvider provider;
    private WebhookReceiver receiver;
    private Line line;

    @BeforeEach
    void is_laid() throws IOException {
        provider = new StubProvider();
        receiver = new WebhookReceiver();
        line = new Line(directory, provider.url(), receiver.url());
    }

    @AfterEach
    void is_taken_up() {
        line.close();
        receiver.close();
        provider.close();
    }

    @Test
    void everything_goes_to_the_file_ends_to_the_queue_and_bad_news_to_the_webhook() throws Exception {
        line.watch("good", "bad");
        line.start();
        soon().until(() -> line.changes().size() == 2);
        provider.state("good", "SUCCEEDED");
        provider.state("bad", "FAILED");
        soon().until(() -> line.changes().size() == 4 && receiver.received().size() == 1);

        String bad = line.file().stream()
                .filter(event -> event.contains("\"FAILED\""))
                .findFirst()
                .orElseThrow();
        String id = bad.replaceFirst(".*?\"id\":\"([^\"]+)\".*", "$1");
        assertThat(receiver.received()).singleElement().satisfies(request -> {
            assertThat(request.method()).isEqualTo("POST");
            assertThat(request.body()).isEqualTo(bad);
            assertThat(request.header("webhook-id")).isEqualTo(id);
            assertThat(request.header("content-type")).isEqualTo("application/cloudevents+json");
            assertThat(request.headers().keySet())
                    .noneMatch(name -> name.toLowerCase(java.util.Locale.ROOT).matches("(jobrelay|camel).*"));
            new Webhook(Line.SECRET).verify(request.body(), HttpHeaders.of(request.headers(), (name, value) -> true));
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
        long polls = provider.asked().size();
        line.start();
        soon().until(() -> provider.asked().size() > polls + 3);
        assertThat(line.changes()).hasSize(1);
        line.stop();
        provider.state("a", "SUCCEEDED");
        line.start();

        soon().until(() -> line.changes().size() == 2);
        assertThat(line.changes().get(1)).contains("\"sequence\":\"0000000002\"", "\"previousState\":\"RUNNING\"");
    }

    @Test
    void an_overloaded_webhook_gets_one_request_and_then_the_same_event_again() throws Exception {
        receiver.answer(503, "");
        provider.state("a", "FAILED");
        line.watch("a");
        line.start();
        soon().until(() -> !line.ledger("select 1 from delivery where destination = 'webhook' and attempts = 1")
                .isEmpty());
        assertThat(receiver.received()).hasSize(1);
        receiver.answer(204, "");
        line.clock.advance(MINUTE);

        soon().until(() -> receiver.received().size() == 2);
        WebhookReceiver.Received first = receiver.received().get(0);
        WebhookReceiver.Received second = receiver.received().get(1);
        assertThat(second.body()).isEqualTo(first.body());
        assertThat(second.header("webhook-id")).isEqualTo(first.header("webhook-id"));
        assertThat(second.header("webhook-timestamp")).isNotEqualTo(first.header("webhook-timestamp"));
        new Webhook(Line.SECRET).verify(second.body(), HttpHeaders.of(second.headers(), (name, value) -> true));
    }

    @Test
    void retry_after_is_a_minimum_and_the_other_destinations_do_not_wait() {
        receiver.answer(429, "3600");
        provider.state("a", "FAILED");
        line.watch("a");
        line.start();
        soon().until(() -> line.ledger("select paused_until from destination where name = 'webhook'")
                        .size()
                == 1);
        long paused = Long.parseLong(
                line.ledger("select paused_until from destination").get(0));
        assertThat(paused).isBetween(line.clock.millis() + 3_500_000, line.clock.millis() + 3_600_000);
        line.clock.advance(MINUTE);

        provider.state("b", "FAILED");
        line.watch("a", "b");
        soon().until(() -> line.changes().size() == 2);
        assertThat(receiver.received()).hasSize(1);
    }

    @Test
    void a_webhook_that_is_gone_is_asked_no_more_and_loses_nothing() {
        receiver.answer(410, "");
        provider.state("a", "FAILED");
        provider.state("b", "FAILED");
        line.watch("a");
        line.start();
        soon().until(() -> line.ledger("select disabled from destination").equals(List.of("HTTP status 410")));
        line.watch("a", "b");
        soon().until(() -> line.changes().size() == 2);
        line.clock.advance(MINUTE);
        line.stop();

        assertThat(receiver.received()).hasSize(1);
        assertThat(line.ledger("select status || attempts from delivery where destination = 'webhook'"))
                .containsExactly("PENDING0", "PENDING0");
    }

    @Test
    void a_webhook_on_this_machine_is_refused_unless_it_is_allowed() {
        line.set("jobrelay.destination.webhook.allow-private", "false")
                .set("jobrelay.destination.webhook.url", receiver.url().replace("http:", "https:"));
        provider.state("a", "FAILED");
        line.watch("a");
        line.start();

        soon().until(() -> line.ledger("select error from delivery where destination = 'webhook'").stream()
                .anyMatch(error -> error.contains("127.0.0.1") && error.contains("loopback")));
        assertThat(receiver.received()).isEmpty();
    }

    @Test
    void a_destination_that_is_switched_off_takes_nothing_in() {
        line.set("jobrelay.destination.webhook.enabled", "false").set("jobrelay.destination.webhook.secret", "");
        provider.state("a", "FAILED");
        line.watch("a");
        line.start();
        soon().until(() -> line.ledger("select status from delivery where destination = 'changes'")
                .equals(List.of("DELIVERED")));

        assertThat(line.ledger("select distinct destination from delivery order by 1"))
                .containsExactly("changes", "file", "queue");
    }

    @Test
    void watch_files_take_effect_while_it_runs() {
        line.start();
        line.watch("a");
        soon().until(() -> provider.asked("a") > 1);

        line.watch("a", "b");
        soon().until(() -> provider.asked("b") > 1);

        line.write("watches.yaml", Line.item("a", "100ms..100ms") + "- api: huawei-res-job\n  parameters: { a\n");
        line.write("more.yaml", Line.item("c", "100ms..100ms"));
        soon().until(() -> provider.asked("c") > 1);
        long broken = provider.asked("b");
        soon().until(() -> provider.asked("b") > broken + 1);

        line.watch("b");
        soon().until(() -> line.ledger("select state from watch where definition ->> '$.parameters.job_id' = 'a'")
                .equals(List.of("REMOVED")));
        long removed = provider.asked("a");
        long others = provider.asked("b");
        soon().until(() -> provider.asked("b") > others + 3);
        assertThat(provider.asked("a")).isLessThanOrEqualTo(removed + 1);
    }

    @Test
    void an_account_stays_below_its_ceiling_however_many_watches_it_has() {
        line.set("jobrelay.account.cloud.requests-per-second", "10");
        line.watch(IntStream.range(0, 60).mapToObj(i -> "job-" + i).toArray(String[]::new));
        line.start();
        long begin = System.nanoTime();
        soon().until(() -> provider.asked().size() >= 55);
        int asked = provider.asked().size();
        double seconds = (System.nanoTime() - begin) / 1e9;

        // A second's worth may go out at once, and another while the line was starting.
        assertThat(asked).isLessThanOrEqualTo((int) (10 * (seconds + 2)));
    }

    @Test
    void an_account_that_is_throttled_settles_below_what_its_provider_takes_and_loses_nothing() {
        line.set("jobrelay.account.cloud.requests-per-second", "100");
        provider.limit(15);
        String[] jobs = IntStream.range(0, 30).mapToObj(i -> "job-" + i).toArray(String[]::new);
        line.watch(jobs);
        line.start();
        soon().atMost(Duration.ofSeconds(30)).until(() -> {
            List<Integer> answers = List.copyOf(provider.answers());
            int settled = answers.size() - 30;
            return settled > 0
                    && answers.contains(429)
                    && !answers.subList(settled, answers.size()).contains(429);
        });

        assertThat(line.ledger("select percent from ceiling where account = 'cloud'"))
                .first()
                .satisfies(percent -> assertThat(Integer.parseInt(percent)).isBetween(10, 50));
        Stream.of(jobs).forEach(job -> provider.state(job, "SUCCEEDED"));
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
        provider.state("a", "SUCCEEDED");
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
        provider.hang();
        line.watch("1m", IntStream.range(0, 30).mapToObj(i -> "job-" + i).toArray(String[]::new));
        line.start();
        soon().until(() -> provider.asked().size() == 4);
        line.stop();

        assertThat(line.ledger("select distinct health || failures from watch")).containsExactly("OK0");
        assertThat(line.ledger("select event_id from change")).isEmpty();
    }

    @Test
    void a_delivery_that_the_stop_cuts_short_is_no_attempt_and_is_sent_after_the_start() {
        CountDownLatch never = new CountDownLatch(1);
        line.set("jobrelay.delivery.timeout", "1m");
        receiver.answer(() -> {
            try {
                return never.await(30, TimeUnit.SECONDS) ? 204 : 500;
            } catch (InterruptedException e) {
                return 500;
            }
        });
        provider.state("a", "FAILED");
        line.watch("a");
        line.start();
        soon().until(() -> line.ledger("select claimed from delivery where destination = 'webhook'")
                .equals(List.of("1")));
        line.stop();
        assertThat(line.ledger("select status || attempts from delivery where destination = 'webhook'"))
                .containsExactly("PENDING0");
        never.countDown();
        receiver.answer(204, "");
        line.start();

        soon().until(() -> line.ledger("select status from delivery where destination = 'webhook'")
                .equals(List.of("DELIVERED")));
    }

    private static ConditionFactory soon() {
        return Awaitility.await().atMost(Duration.ofSeconds(30)).pollInterval(Duration.ofMillis(50));
    }
}
