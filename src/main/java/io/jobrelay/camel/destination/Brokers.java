package io.jobrelay.camel.destination;

import io.jobrelay.delivery.AmqpConnections;
import io.jobrelay.delivery.BrokerConnections;
import io.jobrelay.delivery.EmbeddedBroker;
import io.jobrelay.settings.Destination;
import io.jobrelay.settings.Destination.AmqpTarget;
import io.jobrelay.settings.Destination.QueueTarget;
import io.jobrelay.settings.ListenAddress;
import jakarta.jms.ConnectionFactory;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.activemq.artemis.jms.client.ActiveMQConnectionFactory;
import org.messaginghub.pooled.jms.JmsPoolConnectionFactory;

/**
 * The brokers that queues are sent to, by their destinations: connections that give up in time, and pools of them. The route of
 * a destination that is switched off still names its pool, which then has no broker.
 */
final class Brokers {
    private final Path embeddedFiles;
    private final Map<String, ConnectionFactory> byDestination = new ConcurrentHashMap<>();
    private final Map<String, EmbeddedBroker> embedded = new ConcurrentHashMap<>();

    /**
     * @param embeddedFiles where the embedded broker keeps its files
     */
    Brokers(Path embeddedFiles) {
        this.embeddedFiles = embeddedFiles;
    }

    /** The brokers of destinations that are on; the map follows what is opened and closed. */
    Map<String, ConnectionFactory> byDestination() {
        return byDestination;
    }

    /** How many messages the embedded broker holds in all its queues; 0 without one. */
    long messages() {
        return embedded.values().stream().mapToLong(EmbeddedBroker::messages).sum();
    }

    /** How many messages the destination's embedded broker holds; empty where it has none. */
    OptionalLong messages(String destination) {
        EmbeddedBroker broker = embedded.get(destination);
        return broker == null ? OptionalLong.empty() : OptionalLong.of(broker.messages());
    }

    /** A pool for an Artemis broker. What is opened for it goes to {@code held}, to be closed in reverse order. */
    ConnectionFactory artemis(Destination destination, QueueTarget queue, Duration timeout, Deque<AutoCloseable> held) {
        if (!destination.enabled()) {
            return new JmsPoolConnectionFactory();
        }
        ActiveMQConnectionFactory factory = queue.brokerUrl() == null
                ? embedded(destination, queue, held)
                : new ActiveMQConnectionFactory(queue.brokerUrl());
        return pool(destination, BrokerConnections.bounded(factory, timeout), held);
    }

    /** The same for a broker that is reached by AMQP 1.0. */
    ConnectionFactory amqp(Destination destination, AmqpTarget amqp, Duration timeout, Deque<AutoCloseable> held) {
        return amqp.url() == null
                ? new JmsPoolConnectionFactory()
                : pool(destination, AmqpConnections.bounded(amqp.url(), amqp.user(), amqp.password(), timeout), held);
    }

    private ConnectionFactory pool(Destination destination, ConnectionFactory bounded, Deque<AutoCloseable> held) {
        if (destination.enabled()) {
            byDestination.put(destination.name(), bounded);
            held.push(() -> byDestination.remove(destination.name()));
        }
        JmsPoolConnectionFactory pool = new JmsPoolConnectionFactory();
        pool.setConnectionFactory(bounded);
        held.push(pool::stop);
        return pool;
    }

    private ActiveMQConnectionFactory embedded(Destination destination, QueueTarget queue, Deque<AutoCloseable> held) {
        List<ListenAddress> address = destination.listenAddress().stream().toList();
        // The broker would report it in a stack trace, and fail for another reason.
        ListenAddress.requireFree(address);
        try {
            EmbeddedBroker broker = new EmbeddedBroker(embeddedFiles, queue.port());
            embedded.put(destination.name(), broker);
            held.push(() -> {
                embedded.remove(destination.name());
                broker.close();
            });
            return broker.connectionFactory();
        } catch (IOException e) {
            ListenAddress.requireFree(address);
            throw new UncheckedIOException(e);
        }
    }
}
