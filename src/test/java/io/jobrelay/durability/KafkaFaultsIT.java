package io.jobrelay.durability;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.mapping;
import static java.util.stream.Collectors.toList;
import static java.util.stream.Collectors.toSet;
import static org.assertj.core.api.Assertions.assertThat;

import io.jobrelay.job.Json;
import io.jobrelay.testbed.FreePort;
import io.jobrelay.testbed.KafkaBroker;
import io.jobrelay.testbed.LedgerView;
import io.jobrelay.testbed.TcpProxy;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Header;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The line with a Kafka broker behind a bad network. What the broker holds is the judge. */
@Timeout(120)
class KafkaFaultsIT {
    private static final int JOBS = 6;
    private static final int CHANGES = 40;
    /** Enough for some dozen records, and far from enough for all. */
    private static final int SOME_BYTES = 60_000;

    /** Five times as fast as time: with more, an attempt that waits for the broker would outlast its claim. */
    private static final Duration TICK = Duration.ofMillis(100);

    @TempDir
    private static Path brokersDirectory;

    private static KafkaBroker broker;
    private static TcpProxy proxy;

    @TempDir
    private Path directory;

    private Line line;
    private String topic;

    @BeforeAll
    static void is_a_broker() throws Exception {
        int port = FreePort.next();
        proxy = new TcpProxy(port);
        broker = new KafkaBroker(brokersDirectory, port, FreePort.next(), proxy.port());
    }

    @AfterAll
    static void is_none() throws IOException {
        proxy.close();
        broker.close();
    }

    @BeforeEach
    void is_laid(TestInfo test) throws Exception {
        topic = test.getTestMethod().orElseThrow().getName();
        line = new Line(directory, "http://127.0.0.1:1", "http://127.0.0.1:1")
                .set("jobrelay.destination.webhook.enabled", "false")
                .set("jobrelay.destination.queue.enabled", "false")
                .set("jobrelay.destination.kafka.brokers", "127.0.0.1:" + proxy.port())
                .set("jobrelay.destination.kafka.topic", topic)
                .set("jobrelay.delivery.timeout", "4s")
                .set("jobrelay.delivery.probe-every", "2s")
                .set("jobrelay.delivery.schedule", "0s" + ",1s".repeat(200));
        PendingDeliveries.add(ledger(), JOBS, CHANGES, List.of("kafka"));
    }

    @AfterEach
    void is_taken_up() {
        proxy.restore();
        line.close();
    }

    @Test
    void gets_everything_once_it_is_there() {
        proxy.cut();
        line.start();
        awaitFailures(JOBS);

        proxy.restore();
        awaitAllDelivered();
        List<ConsumerRecord<String, byte[]>> records = broker.records(topic);
        assertThat(records).hasSize(JOBS * CHANGES);
        assertEveryChangeInOrder(records);
        Set<String> written = Set.copyOf(line.ledger("select cast(event as text) from change"));
        assertThat(records).allSatisfy(record -> {
            assertThat(header(record, "content-type")).isEqualTo("application/cloudevents+json");
            assertThat(record.headers()).extracting(Header::key).containsExactlyInAnyOrder("content-type", "ce_id");
            assertThat(written).contains(new String(record.value(), UTF_8));
        });
    }

    @Test
    void repeats_nothing_but_what_was_not_answered_for() {
        proxy.after(SOME_BYTES, proxy::loseAnswers);
        line.start();
        awaitFailures(1);

        proxy.reset();
        proxy.restore();
        awaitAllDelivered();
        assertEveryChangeInOrder(broker.records(topic));
    }

    @Test
    void keeps_what_it_holds_and_takes_the_rest_after_it_was_stopped_and_started() {
        proxy.after(SOME_BYTES, proxy::cut);
        line.start();
        awaitFailures(1);
        assertThat(delivered()).isBetween(1, JOBS * CHANGES - 1);
        broker.stop();
        broker.start();
        proxy.restore();

        awaitAllDelivered();
        assertEveryChangeInOrder(broker.records(topic));
    }

    /** As a failure of the brokers it would open the circuit, lose no attempt, and be sent for ever. */
    @Test
    void refuses_an_event_that_is_too_large_and_takes_those_behind_it() throws SQLException {
        try (Connection connection = new LedgerView(ledger()).connect();
                Statement sql = connection.createStatement()) {
            sql.execute("delete from delivery where subject <> 'job-0'");
            sql.execute("update change set event = zeroblob(2000000) where event_id = 'evt-00000000'");
        }
        line.set("jobrelay.delivery.schedule", "0s,1s")
                .set("jobrelay.delivery.open-after", "1")
                .start();

        soon().until(() -> {
            line.clock.advance(TICK);
            return delivered() == CHANGES - 1;
        });
        assertThat(line.ledger("select error from delivery where status = 'DEAD'"))
                .singleElement()
                .asString()
                .contains("RecordTooLargeException", "1048576");
        assertThat(line.ledger("select c.event_id from delivery d join change c on c.position = d.change"
                        + " where d.status <> 'DELIVERED'"))
                .containsExactly("evt-00000000");
    }

    private void assertEveryChangeInOrder(List<ConsumerRecord<String, byte[]>> records) {
        Map<String, ConsumerRecord<String, byte[]>> first = new LinkedHashMap<>();
        records.forEach(record -> first.putIfAbsent(header(record, "ce_id"), record));
        Map<String, List<Integer>> sequences = first.values().stream()
                .collect(groupingBy(ConsumerRecord::key, mapping(KafkaFaultsIT::sequence, toList())));
        List<Integer> all = IntStream.rangeClosed(1, CHANGES).boxed().toList();
        assertThat(sequences)
                .hasSize(JOBS)
                .allSatisfy((job, inOrder) -> assertThat(inOrder).isEqualTo(all));
        Map<String, Set<Integer>> partitions =
                records.stream().collect(groupingBy(ConsumerRecord::key, mapping(ConsumerRecord::partition, toSet())));
        assertThat(partitions).allSatisfy((job, its) -> assertThat(its).hasSize(1));
        assertThat(new HashSet<>(partitions.values())).hasSizeGreaterThan(1);
    }

    private static int sequence(ConsumerRecord<String, byte[]> record) {
        try {
            return Json.MAPPER.readTree(record.value()).path("sequence").asInt();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String header(ConsumerRecord<String, byte[]> record, String name) {
        return new String(record.headers().lastHeader(name).value(), UTF_8);
    }

    private void awaitFailures(int attempts) {
        soon().until(() -> {
            line.clock.advance(TICK);
            return number("select coalesce(sum(attempts), 0) from delivery") >= attempts;
        });
    }

    private void awaitAllDelivered() {
        soon().until(() -> {
            line.clock.advance(TICK);
            return delivered() == JOBS * CHANGES;
        });
    }

    private int delivered() {
        return number("select count(*) from delivery where status = 'DELIVERED'");
    }

    private int number(String sql) {
        return Integer.parseInt(line.ledger(sql).get(0));
    }

    private Path ledger() {
        return directory.resolve("data/ledger.db");
    }

    private static ConditionFactory soon() {
        return Awaitility.await().atMost(Duration.ofSeconds(40)).pollInterval(Duration.ofMillis(20));
    }
}
