package io.jobrelay.camel;

import io.jobrelay.delivery.EmbeddedBroker;
import io.jobrelay.delivery.EventFile;
import io.jobrelay.delivery.WebhookSignature;
import io.jobrelay.settings.Destination;
import io.jobrelay.settings.Settings;
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
import org.apache.activemq.artemis.jms.client.ActiveMQConnectionFactory;
import org.apache.camel.CamelContext;
import org.apache.camel.spi.Registry;
import org.apache.hc.client5.http.DnsResolver;
import org.apache.hc.client5.http.SystemDefaultDnsResolver;
import org.messaginghub.pooled.jms.JmsPoolConnectionFactory;

/**
 * The beans that the routes of destinations name: {@code append-event}, {@code sign-webhook} and {@code read-receipt}; for
 * each destination a {@code <name>-client}, and for each with a queue {@code <name>-connections}.
 */
public final class DestinationBeans implements AutoCloseable {
    private static final int LARGEST_RECEIPT = 64 * 1024;
    private static final int CONNECTIONS = 16;

    private final Deque<AutoCloseable> open = new ArrayDeque<>();

    DestinationBeans(CamelContext context, Settings settings, Clock clock) {
        Registry registry = context.getRegistry();
        Map<String, EventFile> files = new HashMap<>();
        Map<String, WebhookSignature> signatures = new HashMap<>();
        for (Destination destination : settings.destinations().values()) {
            String name = destination.name();
            // The route of a destination that is switched off still names its beans: they are there, and do nothing.
            registry.bind(name + "-client", client(destination, settings));
            if (destination.path() != null && destination.enabled()) {
                files.put(name, file(destination.path(), clock));
            }
            if (!destination.secrets().isEmpty()) {
                signatures.put(name, new WebhookSignature(destination.secrets()));
            }
            if (destination.queue() != null) {
                registry.bind(name + "-connections", connections(destination));
            }
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

    private ConnectionFactory connections(Destination destination) {
        JmsPoolConnectionFactory pool = new JmsPoolConnectionFactory();
        pool.setConnectionFactory(broker(destination));
        open.push(pool::stop);
        return pool;
    }

    private ConnectionFactory broker(Destination destination) {
        if (destination.brokerUrl() != null) {
            return new ActiveMQConnectionFactory(destination.brokerUrl());
        }
        return destination.enabled() ? embedded(destination) : new ActiveMQConnectionFactory();
    }

    private ConnectionFactory embedded(Destination destination) {
        try {
            EmbeddedBroker broker = new EmbeddedBroker(destination.directory(), destination.port());
            open.push(broker);
            return broker.connectionFactory();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        while (!open.isEmpty()) {
            try {
                open.pop().close();
            } catch (Exception e) {
                throw new IllegalStateException("cannot close a destination: " + e, e);
            }
        }
    }
}
