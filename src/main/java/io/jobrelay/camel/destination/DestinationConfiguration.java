package io.jobrelay.camel.destination;

import static java.util.Objects.requireNonNull;

import io.jobrelay.camel.health.HealthChecks;
import io.jobrelay.camel.metrics.Metrics;
import io.jobrelay.delivery.DeliveryFailedException;
import io.jobrelay.delivery.DeliveryFailedException.Consequence;
import io.jobrelay.delivery.EventFile;
import io.jobrelay.delivery.WebhookSignature;
import io.jobrelay.httpclient.BoundedClient;
import io.jobrelay.httpclient.PublicAddresses;
import io.jobrelay.httpclient.TrustedServers;
import io.jobrelay.ledger.LedgerDatabase;
import io.jobrelay.secrets.Secrets;
import io.jobrelay.settings.Destination;
import io.jobrelay.settings.Destination.AmqpTarget;
import io.jobrelay.settings.Destination.FileTarget;
import io.jobrelay.settings.Destination.KafkaTarget;
import io.jobrelay.settings.Destination.QueueTarget;
import io.jobrelay.settings.Destination.Target;
import io.jobrelay.settings.Destination.WebhookTarget;
import io.jobrelay.settings.Settings;
import jakarta.jms.Session;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ExecutorService;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.apache.camel.component.jms.MessageCreatedStrategy;
import org.apache.camel.spi.Registry;
import org.apache.hc.client5.http.DnsResolver;
import org.apache.hc.client5.http.SystemDefaultDnsResolver;
import org.apache.qpid.jms.message.JmsMessage;
import org.apache.qpid.jms.provider.amqp.message.AmqpJmsMessageFacade;
import org.apache.qpid.proton.amqp.Symbol;
import org.jspecify.annotations.Nullable;

/**
 * The beans that the routes of destinations name: {@code append-event}, {@code sign-webhook}, {@code read-receipt},
 * {@code refuse-delivery} and {@code amqp-content-type}; for each destination that is a queue {@code <name>-connections}, for
 * each that is a Kafka topic {@code <name>-producers}, and for each that is a webhook {@code <name>-client}. An embedded broker
 * has its files beside the ledger.
 */
public final class DestinationConfiguration implements AutoCloseable {
    /** Where the ledger is not a file. */
    private static final Path BROKER = Path.of("data/broker");

    private static final int LARGEST_RECEIPT = 64 * 1024;
    private static final int CONNECTIONS = 16;
    private static final Symbol EVENT = Symbol.valueOf("application/cloudevents+json");

    private final Registry registry;
    private final Clock clock;
    private final AppendEvent files = new AppendEvent();
    private final SignWebhook signatures;
    private final Brokers brokers;
    /** What each destination holds open, the last opened first. */
    private final Map<String, Deque<AutoCloseable>> open = new LinkedHashMap<>();

    public DestinationConfiguration(
            CamelContext context, Settings settings, Secrets secrets, Clock clock, HealthChecks checks) {
        this.registry = context.getRegistry();
        this.clock = clock;
        this.signatures = new SignWebhook(clock);
        this.brokers = new Brokers(LedgerDatabase.file(settings.ledger())
                .map(ledger -> ledger.resolveSibling("broker"))
                .orElse(BROKER));
        try {
            settings.destinations().values().forEach(destination -> open(destination, settings));
        } catch (RuntimeException e) {
            close();
            throw e;
        }
        ExecutorService threads = context.getExecutorServiceManager().newCachedThreadPool(this, "broker-check");
        BrokerCheck check = new BrokerCheck(brokers.byDestination(), secrets, threads, System::nanoTime);
        checks.add("broker", false, check::trouble);
        checks.add("files", false, files::trouble);
        Metrics.of(context).ifPresent(metrics -> metrics.brokerMessages(brokers::messages));
        registry.bind("append-event", files);
        registry.bind("sign-webhook", signatures);
        registry.bind("read-receipt", new ReadReceipt(clock));
        registry.bind("refuse-delivery", (Processor) DestinationConfiguration::refuse);
        registry.bind("amqp-content-type", (MessageCreatedStrategy) DestinationConfiguration::setContentType);
    }

    /** Ends a delivery whose destination works and refuses this event; the exception that was caught says why. */
    /** How many messages wait in the embedded broker of the destination; empty where it has none. */
    public OptionalLong messages(String destination) {
        return brokers.messages(destination);
    }

    private static void refuse(Exchange exchange) {
        Throwable caught = requireNonNull(
                exchange.getProperty(Exchange.EXCEPTION_CAUGHT, Throwable.class),
                "refuse-delivery belongs in a doCatch");
        throw new DeliveryFailedException(String.valueOf(caught.getMessage()), Consequence.REFUSED, null);
    }

    /** Marks an AMQP message as an event, for which JMS has no property. */
    private static void setContentType(
            jakarta.jms.Message message, Session session, Exchange exchange, @Nullable Throwable cause) {
        if (message instanceof JmsMessage amqp && amqp.getFacade() instanceof AmqpJmsMessageFacade properties) {
            properties.setContentType(EVENT);
        }
    }

    /** The destinations that differ, and so have to be opened again. */
    public static Set<String> differences(Settings before, Settings after) {
        Set<String> names = new TreeSet<>(before.destinations().keySet());
        names.addAll(after.destinations().keySet());
        if (before.delivery().timeout().equals(after.delivery().timeout())) {
            names.removeIf(name -> Objects.equals(
                    before.destinations().get(name), after.destinations().get(name)));
        }
        return names;
    }

    /** The beans that are bound for a destination of this name. */
    public static List<String> beans(String destination) {
        return List.of(destination + "-connections", destination + "-producers", destination + "-client");
    }

    /** Opens these destinations again as the settings have them now, or closes them. No route may be using them. */
    public void reopen(Set<String> destinations, Settings settings) {
        destinations.forEach(this::close);
        for (String name : destinations) {
            Destination destination = settings.destinations().get(name);
            if (destination != null) {
                open(destination, settings);
            }
        }
    }

    private void open(Destination destination, Settings settings) {
        String name = destination.name();
        Target target = destination.target();
        Duration timeout = settings.delivery().timeout();
        Deque<AutoCloseable> held = open.computeIfAbsent(name, each -> new ArrayDeque<>());
        if (target instanceof FileTarget file && destination.enabled()) {
            held.push(files.to(name, file(file.path())));
        } else if (target instanceof QueueTarget queue) {
            registry.bind(name + "-connections", brokers.artemis(destination, queue, timeout, held));
        } else if (target instanceof AmqpTarget amqp) {
            registry.bind(name + "-connections", brokers.amqp(destination, amqp, timeout, held));
        } else if (target instanceof KafkaTarget) {
            registry.bind(name + "-producers", new KafkaProducers(timeout));
        } else if (target instanceof WebhookTarget webhook) {
            BoundedClient client = client(name, webhook.allowPrivate(), timeout);
            registry.bind(name + "-client", client);
            held.push(client::stop);
            if (destination.enabled() && !webhook.secrets().isEmpty()) {
                held.push(signatures.with(name, new WebhookSignature(webhook.secrets())));
            }
        }
    }

    private EventFile file(Path path) {
        try {
            return EventFile.open(path, clock);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static BoundedClient client(String destination, boolean allowPrivate, Duration timeout) {
        DnsResolver addresses = allowPrivate
                ? SystemDefaultDnsResolver.INSTANCE
                : new PublicAddresses(destination, InetAddress::getAllByName);
        return new BoundedClient(
                timeout, LARGEST_RECEIPT, CONNECTIONS, addresses, new TrustedServers((host, port) -> Optional.empty()));
    }

    private void close(String destination) {
        beans(destination).forEach(registry::unbind);
        Deque<AutoCloseable> held = open.remove(destination);
        IllegalStateException failure = null;
        while (held != null && !held.isEmpty()) {
            try {
                held.pop().close();
            } catch (Exception e) {
                failure = new IllegalStateException("cannot close destination " + destination + ": " + e, e);
            }
        }
        if (failure != null) {
            throw failure;
        }
    }

    @Override
    public void close() {
        IllegalStateException failure = null;
        List<String> names = new ArrayList<>(open.keySet());
        Collections.reverse(names);
        for (String name : names) {
            try {
                close(name);
            } catch (IllegalStateException e) {
                failure = e;
            }
        }
        if (failure != null) {
            throw failure;
        }
    }
}
