package io.jobrelay.durability;

import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.mapping;
import static java.util.stream.Collectors.toList;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.jobrelay.delivery.EmbeddedBroker;
import io.jobrelay.job.Json;
import io.jobrelay.testbed.FreePort;
import io.jobrelay.testbed.LongForm;
import io.jobrelay.testbed.TcpProxy;
import jakarta.jms.DeliveryMode;
import jakarta.jms.InvalidDestinationException;
import jakarta.jms.InvalidDestinationRuntimeException;
import jakarta.jms.JMSConsumer;
import jakarta.jms.JMSContext;
import jakarta.jms.JMSException;
import jakarta.jms.Message;
import jakarta.jms.QueueBrowser;
import jakarta.jms.TextMessage;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Enumeration;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The line with a bad network between it and its broker, whatever they speak. What the broker holds is the judge. */
@Timeout(120)
abstract class BrokerFaults {
    private static final int JOBS = 6;
    private static final int CHANGES = LongForm.count(60, 30);
    /** Enough for some dozen messages, and far from enough for all. */
    private static final int SOME_BYTES = 60_000;

    private static final String QUEUE = "jobrelay.changes";

    private final String destination;

    @TempDir
    private Path directory;

    private EmbeddedBroker broker;
    private TcpProxy proxy;
    private Line line;

    BrokerFaults(String destination) {
        this.destination = destination;
    }

    /** Tells the line where the broker is: at this port of this machine. */
    abstract void tell(Line line, int port);

    /** What is to be said of a message that the broker holds, beside its event. */
    abstract void assertMessage(Message message, JsonNode event) throws JMSException;

    @BeforeEach
    void is_laid() throws Exception {
        int port = FreePort.next();
        broker = new EmbeddedBroker(directory.resolve("elsewhere"), OptionalInt.of(port));
        proxy = new TcpProxy(port);
        line = new Line(directory, "http://127.0.0.1:1", "http://127.0.0.1:1")
                .set("jobrelay.destination.webhook.enabled", "false")
                .set("jobrelay.destination.queue.enabled", "false")
                .set("jobrelay.delivery.timeout", "1s")
                .set("jobrelay.delivery.probe-every", "2s")
                .set("jobrelay.delivery.schedule", "0s" + ",1s".repeat(200));
        tell(line, proxy.port());
        PendingDeliveries.add(directory.resolve("data/ledger.db"), JOBS, CHANGES, List.of(destination));
    }

    @AfterEach
    void is_taken_up() throws IOException {
        proxy.restore();
        line.close();
        proxy.close();
        broker.close();
    }

    @Test
    void gets_everything_once_it_is_there() throws Exception {
        proxy.cut();
        line.start();
        awaitFailures(JOBS);
        assertThat(held()).isEmpty();

        proxy.restore();
        awaitAllDelivered();
        assertEveryChangeOnceAndInOrder();
    }

    @Test
    void gets_everything_though_its_connections_are_reset_in_the_middle_of_messages() throws Exception {
        for (int bytes = 10_000; bytes < 50_000; bytes += 8_000) {
            proxy.resetAfter(bytes);
            if (bytes == 10_000) {
                line.start();
            }
            int resets = proxy.resets();
            soon().until(() -> {
                line.clock.advance(Duration.ofSeconds(1));
                return proxy.resets() > resets;
            });
        }
        proxy.restore();
        awaitAllDelivered();
        assertEveryChangeOnceAndInOrder();
    }

    @Test
    void drops_what_it_has_stored_before_when_its_answers_were_lost() throws Exception {
        proxy.after(SOME_BYTES, proxy::loseAnswers);
        line.start();
        soon().until(() -> held().size() > delivered());
        awaitFailures(1);
        proxy.reset();
        proxy.restore();
        awaitAllDelivered();
        assertEveryChangeOnceAndInOrder();
    }

    @Test
    void holds_no_worker_for_longer_than_the_time_out_when_it_stalls_and_goes_on_afterwards() throws Exception {
        proxy.after(SOME_BYTES, proxy::stall);
        line.start();
        // While the clock stands nothing is tried again: what the workers held they have given up.
        soon().until(() -> failures() > 0 && line.inflight(destination) == 0);

        proxy.restore();
        awaitAllDelivered();
        assertEveryChangeOnceAndInOrder();
    }

    @Test
    void keeps_what_it_holds_and_takes_the_rest_after_it_was_stopped_and_started() throws Exception {
        proxy.after(SOME_BYTES, proxy::cut);
        line.start();
        awaitFailures(1);
        assertThat(held()).isNotEmpty();
        broker.close();
        int port = FreePort.next();
        broker = new EmbeddedBroker(directory.resolve("elsewhere"), OptionalInt.of(port));
        proxy.redirect(port);
        proxy.restore();

        awaitAllDelivered();
        assertEveryChangeOnceAndInOrder();
    }

    private void assertEveryChangeOnceAndInOrder() throws Exception {
        List<JsonNode> events = new ArrayList<>();
        Set<String> written = Set.copyOf(line.ledger("select cast(event as text) from change"));
        try (JMSContext context = broker.connectionFactory().createContext();
                JMSConsumer consumer = context.createConsumer(context.createQueue(QUEUE))) {
            for (Message message = consumer.receive(5_000); message != null; message = consumer.receive(300)) {
                JsonNode event = Json.MAPPER.readTree(((TextMessage) message).getText());
                assertThat(message.getStringProperty("_AMQ_DUPL_ID"))
                        .isEqualTo(event.path("id").asText());
                assertThat(message.getStringProperty("JMSXGroupID"))
                        .isEqualTo(event.path("subject").asText());
                assertThat(message.getStringProperty("JMS_AMQP_ContentType")).isEqualTo("application/cloudevents+json");
                assertThat(message.getJMSDeliveryMode()).isEqualTo(DeliveryMode.PERSISTENT);
                assertThat(written).contains(((TextMessage) message).getText());
                assertMessage(message, event);
                events.add(event);
            }
        }
        Map<String, List<Integer>> sequences = events.stream()
                .collect(groupingBy(
                        event -> event.path("subject").asText(),
                        mapping(event -> event.path("sequence").asInt(), toList())));
        List<Integer> all = IntStream.rangeClosed(1, CHANGES).boxed().toList();
        assertThat(sequences)
                .hasSize(JOBS)
                .allSatisfy((job, inOrder) -> assertThat(inOrder).isEqualTo(all));
    }

    private void awaitFailures(int attempts) {
        soon().until(() -> {
            line.clock.advance(Duration.ofSeconds(1));
            return failures() >= attempts;
        });
    }

    private void awaitAllDelivered() {
        soon().until(() -> {
            line.clock.advance(Duration.ofSeconds(1));
            return delivered() == JOBS * CHANGES;
        });
    }

    private int failures() {
        return Integer.parseInt(
                line.ledger("select coalesce(sum(attempts), 0) from delivery").get(0));
    }

    private int delivered() {
        return Integer.parseInt(line.ledger("select count(*) from delivery where status = 'DELIVERED'")
                .get(0));
    }

    /** What is in the queue, left where it is; the broker makes the queue for the first message, and drops it empty. */
    private List<?> held() throws Exception {
        try (JMSContext context = broker.connectionFactory().createContext();
                QueueBrowser browser = context.createBrowser(context.createQueue(QUEUE))) {
            return Collections.list((Enumeration<?>) browser.getEnumeration());
        } catch (InvalidDestinationRuntimeException | InvalidDestinationException e) {
            return List.of();
        }
    }

    private static ConditionFactory soon() {
        return Awaitility.await().atMost(Duration.ofSeconds(40)).pollInterval(Duration.ofMillis(20));
    }
}
