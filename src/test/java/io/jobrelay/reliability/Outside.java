package io.jobrelay.reliability;

import io.jobrelay.delivery.EmbeddedBroker;
import io.jobrelay.testbed.FreePort;
import jakarta.jms.JMSConsumer;
import jakarta.jms.JMSContext;
import jakarta.jms.JMSException;
import jakarta.jms.Message;
import jakarta.jms.TextMessage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;

/** What Jobrelay meets: the cloud that it asks, and the receivers of what comes out. They outlive all its processes. */
final class Outside implements AutoCloseable {
    final SimulatedCloud cloud;
    final FlakyReceiver receiver;
    private final EmbeddedBroker broker;
    private final String brokerUrl;

    Outside(Path directory, SimulatedCloud cloud, FlakyReceiver receiver) throws IOException {
        this.cloud = cloud;
        this.receiver = receiver;
        int port = FreePort.next();
        this.brokerUrl = "tcp://127.0.0.1:" + port;
        this.broker = new EmbeddedBroker(directory.resolve("broker"), OptionalInt.of(port));
    }

    /**
     * How to meet it.
     *
     * @param cloudAddress where this process reaches the cloud
     */
    Map<String, String> properties(String cloudAddress) {
        Map<String, String> properties = new LinkedHashMap<>(Map.ofEntries(
                Map.entry("jobrelay.poll.concurrency", "8"),
                // Attempts are more than a second apart: a signature that comes twice was not made twice.
                Map.entry("jobrelay.delivery.schedule", "0s" + ",1200ms".repeat(30)),
                Map.entry("jobrelay.delivery.jitter", "0"),
                Map.entry("jobrelay.delivery.probe-every", "2s"),
                Map.entry("jobrelay.delivery.timeout", "2s"),
                Map.entry("jobrelay.destination.queue.enabled", "true"),
                Map.entry("jobrelay.destination.queue.broker-url", brokerUrl),
                Map.entry("jobrelay.destination.webhook.enabled", "true"),
                Map.entry("jobrelay.destination.webhook.url", receiver.url()),
                Map.entry("jobrelay.destination.webhook.allow-private", "true"),
                Map.entry("jobrelay.destination.webhook.secret", FlakyReceiver.SECRET),
                Map.entry("jobrelay.http.port", "0"),
                Map.entry("camel.management.enabled", "false")));
        for (String name : SimulatedCloud.accounts()) {
            String account = "jobrelay.account." + name + ".";
            properties.put(account + "endpoint", cloudAddress);
            properties.put(account + "auth-url", cloudAddress + "/v3");
            properties.put(account + "signing", "keystone-token");
            properties.put(account + "user", name);
            properties.put(account + "password", "p");
            properties.put(account + "domain", "d");
            properties.put(account + "project", "p");
            properties.put(account + "requests-per-second", "1000");
        }
        return properties;
    }

    /** What has come through the queue, taken out of it, and to the webhook. */
    List<Arrival> arrivals() throws JMSException {
        List<Arrival> arrivals = new ArrayList<>();
        try (JMSContext context = broker.connectionFactory().createContext();
                JMSConsumer consumer = context.createConsumer(context.createQueue("jobrelay.changes"))) {
            for (Message message = consumer.receive(2_000); message != null; message = consumer.receive(500)) {
                arrivals.add(Arrival.of("queue", ((TextMessage) message).getText()));
            }
        }
        arrivals.addAll(receiver.arrivals());
        return arrivals;
    }

    @Override
    public void close() {
        cloud.close();
        receiver.close();
        try {
            broker.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
