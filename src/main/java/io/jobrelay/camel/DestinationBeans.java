package io.jobrelay.camel;

import io.jobrelay.delivery.BrokerConnections;
import io.jobrelay.delivery.EmbeddedBroker;
import io.jobrelay.delivery.EventFile;
import io.jobrelay.delivery.WebhookSignature;
import io.jobrelay.ledger.LedgerDatabase;
import io.jobrelay.settings.Destination;
import io.jobrelay.settings.Settings;
import io.jobrelay.trust.Secrets;
import io.jobrelay.wire.BoundedClient;
import io.jobrelay.wire.PublicAddresses;
import jakarta.jms.ConnectionFactory;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import org.apache.activemq.artemis.jms.client.ActiveMQConnectionFactory;
import org.apache.camel.CamelContext;
import org.apache.camel.spi.Registry;
import org.apache.hc.client5.http.DnsResolver;
import org.apache.hc.client5.http.SystemDefaultDnsResolver;
import org.messaginghub.pooled.jms.JmsPoolConnectionFactory;

/**
 * The beans that the routes of destinations name: {@code append-event}, {@code sign-webhook} and {@code read-receipt}; for
 * each destination with a queue {@code <name>-connections}; and for each with neither queue nor path a
 * {@code <name>-client}. A broker of our own has its files beside the ledger.
 */
public final class DestinationBeans implements AutoCloseable {
    private static final int LARGEST_RECEIPT = 64 * 1024;
    private static final int CONNECTIONS = 16;

    private final Deque<AutoCloseable> open = new ArrayDeque<>();

    DestinationBeans(CamelContext context, Settings settings, Secrets secrets, Clock clock) {
        try {
            open(context, settings, secrets, clock);
        } catch (RuntimeException e) {
            close();
            throw e;
        }
    }

    private void open(CamelContext context, Settings settings, Secrets secrets, Clock clock) {
        Registry registry = context.getRegistry();
        Map<String, ConnectionFactory> brokers = new HashMap<>();
        Path broker = LedgerDatabase.file(settings.ledger().url()).resolveSibling("broker");
        Map<String, EventFile> files = new HashMap<>();
        Map<String, WebhookSignature> signatures = new HashMap<>();
        for (Destination destination : settings.destinations().values()) {
            String name = destination.name();
            // The route of a destination that is switched off still names its beans; only what is used is opened.
            if (destination.queue() != null) {
                registry.bind(
                        name + "-connections",
                        destination.enabled()
                                ? pooled(brokers.computeIfAbsent(
                                        name, key -> connections(destination, broker, settings)))
                                : new ActiveMQConnectionFactory());
            } else if (destination.path() == null) {
                registry.bind(name + "-client", client(destination, settings));
            } else if (destination.enabled()) {
                files.put(name, file(destination.path(), clock));
            }
            if (destination.enabled() && !destination.secrets().isEmpty()) {
                signatures.put(name, new WebhookSignature(destination.secrets()));
            }
        }
        if (!brokers.isEmpty()) {
            ExecutorService threads = context.getExecutorServiceManager().newCachedThreadPool(this, "broker-check");
            registry.bind("broker-check", new BrokerCheck(brokers, secrets, threads, System::nanoTime));
        }
        registry.bind("append-event", new AppendEvent(files));
        registry.bind("sign-webhook", new SignWebhook(signatures, clock));
        registry.bind("read-receipt", new ReadReceipt(clock));
    }

    private EventFile file(Path path, Clock clock) {
        try {
            EventFile file = EventFile.open(path, clock);
            open.push(file);
            return file;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static BoundedClient client(Destination destination, Settings settings) {
        DnsResolver addresses = destination.allowPrivate()
                ? SystemDefaultDnsResolver.INSTANCE
                : new PublicAddresses(destination.name(), InetAddress::getAllByName);
        return new BoundedClient(
                settings.delivery().timeout(), LARGEST_RECEIPT, CONNECTIONS, addresses, ProviderBeans.defaultTls());
    }

    private ConnectionFactory connections(Destination destination, Path directory, Settings settings) {
        ActiveMQConnectionFactory broker = destination.brokerUrl() == null
                ? embedded(directory, destination)
                : new ActiveMQConnectionFactory(destination.brokerUrl());
        return BrokerConnections.bounded(broker, settings.delivery().timeout());
    }

    private ConnectionFactory pooled(ConnectionFactory broker) {
        JmsPoolConnectionFactory pool = new JmsPoolConnectionFactory();
        pool.setConnectionFactory(broker);
        open.push(pool::stop);
        return pool;
    }

    private ActiveMQConnectionFactory embedded(Path directory, Destination destination) {
        try {
            EmbeddedBroker broker = new EmbeddedBroker(directory, destination.port());
            open.push(broker);
            return broker.connectionFactory();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        IllegalStateException failure = null;
        while (!open.isEmpty()) {
            try {
                open.pop().close();
            } catch (Exception e) {
                failure = new IllegalStateException("cannot close a destination: " + e, e);
            }
        }
        if (failure != null) {
            throw failure;
        }
    }
}
