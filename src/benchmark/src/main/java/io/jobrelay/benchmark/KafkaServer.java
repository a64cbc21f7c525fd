package io.jobrelay.benchmark;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.metadata.storage.Formatter;

/**
 * The Kafka that Jobrelay and the bare client send to, a program of its own, told its directory and its port. It prints a
 * line once its topic is there, and keeps it until it is killed.
 */
final class KafkaServer {
    static final String TOPIC = "jobrelay.changes";

    private KafkaServer() {}

    public static void main(String[] arguments) throws Exception {
        Path directory = Files.createDirectories(Path.of(arguments[0]));
        int port = Integer.parseInt(arguments[1]);
        start(directory, port);
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", "127.0.0.1:" + port))) {
            admin.createTopics(List.of(new NewTopic(TOPIC, Optional.empty(), Optional.empty())))
                    .all()
                    .get();
        }
        System.out.println(TOPIC);
        Thread.sleep(Long.MAX_VALUE);
    }

    /** A broker that is its own controller. */
    private static void start(Path directory, int port) throws Exception {
        String controller = "127.0.0.1:" + FreePort.next();
        Properties properties = new Properties();
        properties.putAll(Map.of(
                "process.roles", "broker,controller",
                "node.id", "1",
                "controller.quorum.voters", "1@" + controller,
                "controller.listener.names", "CONTROLLER",
                "listeners", "PLAINTEXT://127.0.0.1:" + port + ",CONTROLLER://" + controller,
                "listener.security.protocol.map", "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT",
                "log.dirs", directory.toString(),
                "num.partitions", "3",
                "offsets.topic.replication.factor", "1",
                "initial.broker.registration.timeout.ms", "20000"));
        new Formatter()
                .setClusterId(Uuid.randomUuid().toString())
                .setNodeId(1)
                .setControllerListenerName("CONTROLLER")
                .setMetadataLogDirectory(directory.toString())
                .setDirectories(List.of(directory.toString()))
                // Standard output is for the line that says that all is ready.
                .setPrintStream(System.err)
                .run();
        new KafkaRaftServer(new KafkaConfig(properties), Time.SYSTEM).startup();
    }
}
