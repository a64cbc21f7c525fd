package io.jobrelay.testbed;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.metadata.storage.Formatter;

/** A Kafka broker in this process that is its own controller, with three partitions a topic; it can be stopped and started. */
public final class KafkaBroker implements AutoCloseable {
    private static final int PARTITIONS = 3;

    private final Properties properties = new Properties();
    private final int port;
    private KafkaRaftServer server;

    /**
     * Starts it.
     *
     * @param directory its own, empty
     * @param advertised the port of this machine at which clients are told to come
     */
    public KafkaBroker(Path directory, int port, int controllerPort, int advertised) throws Exception {
        this.port = port;
        String controller = "127.0.0.1:" + controllerPort;
        properties.putAll(Map.ofEntries(
                Map.entry("process.roles", "broker,controller"),
                Map.entry("node.id", "1"),
                Map.entry("controller.quorum.voters", "1@" + controller),
                Map.entry("controller.listener.names", "CONTROLLER"),
                Map.entry("listeners", "PLAINTEXT://127.0.0.1:" + port + ",CONTROLLER://" + controller),
                Map.entry("advertised.listeners", "PLAINTEXT://127.0.0.1:" + advertised),
                Map.entry("listener.security.protocol.map", "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT"),
                Map.entry("log.dirs", directory.toString()),
                Map.entry("num.partitions", String.valueOf(PARTITIONS)),
                Map.entry("offsets.topic.replication.factor", "1"),
                Map.entry("initial.broker.registration.timeout.ms", "20000")));
        new Formatter()
                .setClusterId(Uuid.randomUuid().toString())
                .setNodeId(1)
                .setControllerListenerName("CONTROLLER")
                .setMetadataLogDirectory(directory.toString())
                .setDirectories(List.of(directory.toString()))
                .setPrintStream(new PrintStream(new ByteArrayOutputStream(), true, UTF_8))
                .run();
        server = started();
    }

    private KafkaRaftServer started() {
        KafkaRaftServer next = new KafkaRaftServer(new KafkaConfig(properties), Time.SYSTEM);
        next.startup();
        return next;
    }

    /** Stops it; what it holds stays on its disk. */
    public void stop() {
        server.shutdown();
        server.awaitShutdown();
    }

    /** Starts it again, with what it held, at the same port. */
    public void start() {
        server = started();
    }

    /** All records of a topic, those of a partition in their order; none if there is no such topic. */
    public List<ConsumerRecord<String, byte[]>> records(String topic) {
        List<ConsumerRecord<String, byte[]>> records = new ArrayList<>();
        try (KafkaConsumer<String, byte[]> consumer = new KafkaConsumer<>(
                Map.of("bootstrap.servers", "127.0.0.1:" + port, "allow.auto.create.topics", "false"),
                new StringDeserializer(),
                new ByteArrayDeserializer())) {
            if (!consumer.listTopics().containsKey(topic)) {
                return records;
            }
            List<TopicPartition> partitions = consumer.partitionsFor(topic).stream()
                    .map(partition -> new TopicPartition(topic, partition.partition()))
                    .toList();
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
            while (ends.entrySet().stream().anyMatch(end -> consumer.position(end.getKey()) < end.getValue())) {
                consumer.poll(Duration.ofMillis(100)).forEach(records::add);
            }
        }
        return records;
    }

    @Override
    public void close() {
        stop();
    }
}
