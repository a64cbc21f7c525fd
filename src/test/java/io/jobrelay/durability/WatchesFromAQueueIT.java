package io.jobrelay.durability;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.jobrelay.delivery.EmbeddedBroker;
import io.jobrelay.testbed.FreePort;
import io.jobrelay.testbed.LedgerView;
import io.jobrelay.testbed.LongForm;
import io.jobrelay.testbed.StubServer;
import io.jobrelay.testbed.TcpProxy;
import jakarta.jms.BytesMessage;
import jakarta.jms.InvalidDestinationException;
import jakarta.jms.JMSContext;
import jakarta.jms.JMSException;
import jakarta.jms.JMSProducer;
import jakarta.jms.Message;
import jakarta.jms.QueueBrowser;
import jakarta.jms.TextMessage;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Enumeration;
import java.util.List;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The recipe of the cookbook by which a message adds a watch, with a real broker. */
@Timeout(120)
class WatchesFromAQueueIT {
    private static final int MANY = LongForm.count(1_000, 100);
    private static final String QUEUE = "jobrelay.watches";
    private static final String DEAD = "jobrelay.watches.dead";
    private static final String DEAD_OF_BROKER = "DLQ::DLQ.jobrelay.watches";

    @TempDir
    private Path directory;

    private EmbeddedBroker broker;
    private TcpProxy proxy;

    @RegisterExtension
    static final StubServer cloud = new StubServer();

    private Line line;

    @BeforeEach
    void is_laid() throws Exception {
        int port = FreePort.next();
        broker = new EmbeddedBroker(directory.resolve("elsewhere"), OptionalInt.of(port));
        proxy = new TcpProxy(port);
        line = new Line(directory, cloud.baseUrl(), "http://127.0.0.1:1")
                .set("jobrelay.destination.webhook.enabled", "false")
                .set("jobrelay.destination.queue.broker-url", "tcp://127.0.0.1:" + proxy.port())
                .set("jobrelay.delivery.timeout", "2s")
                .set(
                        "camel.main.routes-include-pattern",
                        "file:routes/**/*.camel.yaml,file:docs/cookbook/watches/*.camel.yaml");
    }

    @AfterEach
    void is_taken_up() throws IOException {
        line.close();
        proxy.close();
        broker.close();
    }

    @Test
    void adds_a_watch_that_is_polled_and_labels_its_records() {
        line.start();
        send(watch("nightly"));
        soon().until(() -> line.changes().size() == 1);
        assertThat(line.changes().get(0))
                .contains("huawei-res-job/cloud/p/nightly", "\"labels\":{\"team\":\"recsys\"}");
        assertThat(line.ledger("select source from watch")).containsExactly("POST /api/watches");
    }

    @Test
    void adds_the_same_watch_once_and_takes_its_new_pace() throws Exception {
        line.start();
        // Of one group: four are taken side by side, and a browser does not see those in hand.
        String[] changing = IntStream.rangeClosed(1, 20)
                .mapToObj(hours -> watch("nightly").replace("1h", hours + "h"))
                .toArray(String[]::new);
        sendAsGroup("nightly", watch("nightly"), watch("nightly"));
        sendAsGroup("nightly", changing);
        soon().until(() ->
                line.ledger("select definition from watch").toString().contains("20h"));
        soon().until(() -> held(QUEUE).isEmpty());
        assertThat(line.ledger("select definition from watch"))
                .singleElement()
                .asString()
                .contains("20h");
        assertThat(held(DEAD)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(quoteCharacter = '`', delimiter = '|', textBlock = """
            {"api": "huawei-res-job",                                            | a watch: must be JSON, but
            nightly                                                              | a watch: must be JSON, but
            ["huawei-res-job"]                                                   | a watch: must be an object
            {"api": "huawei-res-jobs", "account": "cloud"}                       | api: must be one of
            {"api": "huawei-res-job", "account": "clouds", "parameters": {}}     | account: must be one of
            {"api": "huawei-res-job", "account": "cloud", "parameters": {}}      | parameters.job_id: required
            """)
    void puts_aside_what_is_no_watch_with_its_cause_and_goes_on(String body, String cause) throws Exception {
        line.start();
        send(body, watch("nightly"));
        soon().until(() ->
                line.ledger("select id from watch").size() == 1 && held(DEAD).size() == 1);
        assertThat(held(DEAD)).singleElement().satisfies(message -> {
            assertThat(((TextMessage) message).getText()).isEqualTo(body);
            assertThat(message.getStringProperty("JobrelayCause")).contains(cause);
        });
        soon().until(() -> held(QUEUE).isEmpty());
    }

    @Test
    void puts_aside_a_watch_that_a_file_has_otherwise() throws Exception {
        line.watch("1h..1h", new String[] {"nightly"});
        line.start();
        soon().until(() -> line.ledger("select id from watch").size() == 1);
        send(watch("nightly"));
        soon().until(() -> held(DEAD).size() == 1);
        assertThat(held(DEAD).get(0).getStringProperty("JobrelayCause"))
                .contains("watches.yaml has this watch with other members", "change it there");
    }

    @Test
    void takes_bytes_and_lets_no_message_steer_it() throws Exception {
        line.start();
        try (JMSContext context = broker.connectionFactory().createContext()) {
            BytesMessage bytes = context.createBytesMessage();
            bytes.writeBytes(watch("nightly").getBytes(UTF_8));
            steer(context, bytes);
            context.createProducer().send(context.createQueue(QUEUE), bytes);
            Message object = context.createObjectMessage(new ArrayList<>(List.of("in Java's own form")));
            steer(context, object);
            context.createProducer().send(context.createQueue(QUEUE), object);
            Message map = context.createMapMessage();
            steer(context, map);
            context.createProducer().send(context.createQueue(QUEUE), map);
        }
        soon().until(() ->
                line.ledger("select id from watch").size() == 1 && held(DEAD).size() == 1);
        // What cannot be read cannot be put aside as it came: that is the broker's.
        soon().until(() -> held(DEAD_OF_BROKER).size() == 1);
        assertThat(held("elsewhere")).isEmpty();
        assertThat(held(DEAD)).allSatisfy(message -> {
            assertThat(message.getStringProperty("JobrelayCause")).contains("must be a message of text or bytes");
            assertThat(message.propertyExists("JobrelayDestination")).isFalse();
            assertThat(message.getJMSCorrelationID()).isEqualTo("run-1");
        });
    }

    private static void steer(JMSContext context, Message message) throws JMSException {
        message.setStringProperty("CamelJmsDestinationName", "elsewhere");
        message.setStringProperty("camelJmsDestinationName", "elsewhere");
        message.setStringProperty("JobrelayDestination", "elsewhere");
        message.setStringProperty("JobrelayCause", "none");
        message.setJMSReplyTo(context.createQueue("elsewhere"));
        message.setJMSCorrelationID("run-1");
    }

    @Test
    void is_given_a_message_again_whose_taking_was_not_heard_of_and_has_one_watch() throws Exception {
        line.start();
        try (Connection connection = new LedgerView(directory.resolve("data/ledger.db")).connect();
                Statement sql = connection.createStatement()) {
            sql.execute("begin immediate");
            send(watch("nightly"));
            soon().until(WatchesFromAQueueIT::isAdding);
            proxy.cut();
            sql.execute("rollback");
        }
        soon().until(() -> line.ledger("select id from watch").size() == 1);
        assertThat(held(QUEUE)).hasSize(1);

        proxy.restore();
        soon().until(() -> held(QUEUE).isEmpty());
        assertThat(line.ledger("select id from watch")).hasSize(1);
        assertThat(held(DEAD)).isEmpty();
    }

    @Test
    void waits_for_a_ledger_that_cannot_be_written() throws Exception {
        line.start();
        try (Connection connection = new LedgerView(directory.resolve("data/ledger.db")).connect();
                Statement sql = connection.createStatement()) {
            sql.execute("create trigger full before insert on watch begin select raise(abort, 'full'); end");
            send(watch("nightly"));
            Awaitility.await()
                    .during(Duration.ofSeconds(2))
                    .atMost(Duration.ofSeconds(10))
                    .until(() -> held(DEAD).isEmpty() && held(DEAD_OF_BROKER).isEmpty());
            assertThat(line.ledger("select id from watch")).isEmpty();
            sql.execute("drop trigger full");
        }
        soon().until(() -> line.ledger("select id from watch").size() == 1);
        soon().until(() -> held(QUEUE).isEmpty());
    }

    @Test
    void takes_many_in_a_row() throws Exception {
        send(IntStream.range(0, MANY).mapToObj(i -> watch("job-" + i)).toArray(String[]::new));
        line.set("jobrelay.account.cloud.requests-per-second", "1").start();
        soon().until(() -> line.ledger("select count(*) from watch").equals(List.of(String.valueOf(MANY))));
        soon().until(() -> held(QUEUE).isEmpty());
        assertThat(held(DEAD)).isEmpty();
    }

    private static boolean isAdding() {
        return Thread.getAllStackTraces().values().stream()
                .flatMap(Arrays::stream)
                .anyMatch(frame -> frame.getClassName().endsWith(".AddWatch"));
    }

    private static String watch(String job) {
        return """
                {"api": "huawei-res-job", "account": "cloud", "parameters": {"project_id": "p", "job_id": "%s"},
                 "every": "1h", "labels": {"team": "recsys"}}""".formatted(job);
    }

    private void send(String... texts) {
        sendAsGroup(null, texts);
    }

    private void sendAsGroup(@Nullable String group, String... texts) {
        try (JMSContext context = broker.connectionFactory().createContext(JMSContext.SESSION_TRANSACTED)) {
            JMSProducer producer = context.createProducer();
            if (group != null) {
                producer.setProperty("JMSXGroupID", group);
            }
            for (String text : texts) {
                producer.send(context.createQueue(QUEUE), text);
            }
            context.commit();
        }
    }

    /** What is in a queue, left where it is; nothing where it has not been used yet. */
    private List<Message> held(String queue) throws JMSException {
        try (JMSContext context = broker.connectionFactory().createContext();
                QueueBrowser browser = context.createBrowser(context.createQueue(queue))) {
            return Collections.list((Enumeration<?>) browser.getEnumeration()).stream()
                    .map(Message.class::cast)
                    .toList();
        } catch (InvalidDestinationException e) {
            return List.of();
        }
    }

    private static ConditionFactory soon() {
        return Awaitility.await().atMost(Duration.ofSeconds(40)).pollInterval(Duration.ofMillis(50));
    }
}
