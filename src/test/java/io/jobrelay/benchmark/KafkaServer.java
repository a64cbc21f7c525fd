package io.jobrelay.benchmark;

import io.jobrelay.testbed.FreePort;
import io.jobrelay.testbed.KafkaBroker;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;

/**
 * The Kafka that Jobrelay and the bare client send to, a program of its own, told its directory and its port. It prints a
 * line once its topic is there, and keeps it until it is killed.
 */
final class KafkaServer {
    static final String TOPIC = "jobrelay.changes";

    private KafkaServer() {}

    @SuppressWarnings("resource") // the broker ends with the process
    public static void main(String[] arguments) throws Exception {
        Path directory = Files.createDirectories(Path.of(arguments[0]));
        int port = Integer.parseInt(arguments[1]);
        new KafkaBroker(directory, port, FreePort.next(), port);
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", "127.0.0.1:" + port))) {
            admin.createTopics(List.of(new NewTopic(TOPIC, Optional.empty(), Optional.empty())))
                    .all()
                    .get();
        }
        System.out.println(TOPIC);
        Thread.sleep(Long.MAX_VALUE);
    }
}
