package io.jobrelay.camel.destination;

import static java.util.Objects.requireNonNull;

import io.jobrelay.camel.health.TroubleCheck;
import io.jobrelay.camel.outbox.OutboxHeaders;
import io.jobrelay.camel.provider.ProviderConfiguration;
import io.jobrelay.delivery.AmqpConnections;
import io.jobrelay.delivery.BrokerConnections;
import io.jobrelay.delivery.DeliveryFailedException;
import io.jobrelay.delivery.DeliveryFailedException.Consequence;
import io.jobrelay.delivery.EmbeddedBroker;
import io.jobrelay.delivery.EventFile;
import io.jobrelay.delivery.WebhookSignature;
import io.jobrelay.httpclient.BoundedClient;
import io.jobrelay.httpclient.PublicAddresses;
import io.jobrelay.ledger.LedgerDatabase;
import io.jobrelay.settings.Destination;
import io.jobrelay.settings.Destination.AmqpTarget;
import io.jobrelay.settings.Destination.FileTarget;
import io.jobrelay.settings.Destination.KafkaTarget;
import io.jobrelay.settings.Destination.QueueTarget;
import io.jobrelay.settings.Destination.Target;
import io.jobrelay.settings.Destination.WebhookTarget;
import io.jobrelay.settings.ListenAddress;
import io.jobrelay.settings.Settings;
import io.jobrelay.trust.Secrets;
import jakarta.jms.ConnectionFactory;
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
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import org.apache.activemq.artemis.jms.client.ActiveMQConnectionFactory;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.Processor;
import org.apache.camel.component.jms.MessageCreatedStrategy;
import org.apache.camel.spi.Registry;
import org.apache.hc.client5.http.DnsResolver;
import org.apache.hc.client5.http.SystemDefaultDnsResolver;
import org.apache.qpid.jms.message.JmsMessage;
import org.apache.qpid.jms.provider.amqp.message.AmqpJmsMessageFacade;
import org.apache.qpid.proton.amqp.Symbol;
import org.jspecify.annotations.Nullable;
import org.messaginghub.pooled.jms.JmsPoolConnectionFactory;

/**
 * The beans that the routes of destinations name: {@code append-event}, {@code sign-webhook}, {@code read-receipt} and
 * {@code refuse-delivery}; for each destination that is a queue {@code <name>-connections}, for each that is a Kafka topic
 * {@code <name>-producers}, and for each that is a webhook {@code <name>-client}. A broker of our own has
 * its files beside the ledger.
 */
public final class DestinationConfiguration implements AutoCloseable {
    /** Where there is no file that it could be beside. */
    private static final Path BROKER = Path.of("data/broker");

    private static final int LARGEST_RECEIPT = 64 * 1024;
    private static final int CONNECTIONS = 16;
    private static final Symbol EVENT = Symbol.valueOf("application/cloudevents+json");

    private final Registry registry;
    private final Clock clock;
    private final Path broker;
    private final Map<String, EventFile> files = new ConcurrentHashMap<>();
    private final Map<String, WebhookSignature> signatures = new ConcurrentHashMap<>();
    private final Map<String, ConnectionFactory> brokers = new ConcurrentHashMap<>();
    /** What each destination holds open, the last opened first. */
    private final Map<String, Deque<AutoCloseable>> open = new LinkedHashMap<>();

    public DestinationConfiguration(CamelContext context, Settings settings, Secrets secrets, Clock clock) {
        this.registry = context.getRegistry();
        this.clock = clock;
        this.broker = LedgerDatabase.file(settings.ledger())
                .map(ledger -> ledger.resolveSibling("broker"))
                .orElse(BROKER);
        try {
            settings.destinations().values().forEach(destination -> open(destination, settings));
        } catch (RuntimeException e) {
            close();
            throw e;
        }
        ExecutorService threads = context.getExecutorServiceManager().newCachedThreadPool(this, "broker-check");
        BrokerCheck check = new BrokerCheck(brokers, secrets, threads, System::nanoTime);
        registry.bind("broker-check", new TroubleCheck("broker", true, check::trouble));
        registry.bind("append-event", (Processor) this::append);
        registry.bind("sign-webhook", (Processor) this::sign);
        registry.bind("read-receipt", new ReadReceipt(clock));
        registry.bind("refuse-delivery", (Processor) DestinationConfiguration::refuse);
    }

    /** Appends the event to the file of its destination. A disk that takes nothing is no fault of the event: it waits. */
    private void append(Exchange exchange) {
        Message message = exchange.getMessage();
        try {
            of(files, message, "jobrelay.destination.%s.path: required by a file destination, is not set")
                    .append(
                            requireNonNull(message.getHeader(OutboxHeaders.EVENT_ID, String.class)),
                            requireNonNull(message.getBody(byte[].class)));
        } catch (IOException failure) {
            throw new DeliveryFailedException(
                    failure.getMessage() + "; nothing is lost, it goes on by itself once it can be written",
                    Consequence.WAIT,
                    null);
        }
    }

    /** Signs the event with the keys of its destination, as of now: receivers refuse an old signature. */
    private void sign(Exchange exchange) {
        Message message = exchange.getMessage();
        of(signatures, message, "jobrelay.destination.%s.secret: required by a webhook, is not set")
                .headers(
                        requireNonNull(message.getHeader(OutboxHeaders.EVENT_ID, String.class)),
                        clock.instant(),
                        requireNonNull(message.getBody(byte[].class)))
                .forEach(message::setHeader);
    }

    private static <T> T of(Map<String, T> opened, Message message, String rule) {
        String destination = message.getHeader(OutboxHeaders.DESTINATION, String.class);
        T found = opened.get(destination);
        if (found == null) {
            throw new IllegalStateException(rule.formatted(destination));
        }
        return found;
    }

    /** Ends a delivery whose destination is well and will not have this event; what was caught says why. */
    private static void refuse(Exchange exchange) {
        Throwable caught = requireNonNull(
                exchange.getProperty(Exchange.EXCEPTION_CAUGHT, Throwable.class),
                "refuse-delivery stands in a doCatch");
        throw new DeliveryFailedException(String.valueOf(caught.getMessage()), Consequence.REFUSED, null);
    }

    /** Says in an AMQP message that it is an event, which JMS has no word for. */
    private static void setContentType(
            jakarta.jms.Message message, Session session, Exchange exchange, @Nullable Throwable cause) {
        if (message instanceof JmsMessage amqp && amqp.getFacade() instanceof AmqpJmsMessageFacade properties) {
            properties.setContentType(EVENT);
        }
    }

    /** The destinations that are not the same in both, and so have to be opened anew. */
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

    /**
     * Opens these destinations anew, as the settings have them now; those that they no longer have are closed. No route
     * may be using them.
     */
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
        // The route of a destination that is switched off still names its beans; only what is used is opened.
        if (target instanceof FileTarget file && destination.enabled()) {
            files.put(name, file(name, file.path()));
        } else if (target instanceof QueueTarget queue) {
            registry.bind(
                    name + "-connections",
                    destination.enabled()
                            ? pool(destination, BrokerConnections.bounded(artemis(destination, queue), timeout))
                            : new JmsPoolConnectionFactory());
        } else if (target instanceof AmqpTarget amqp) {
            registry.bind(
                    name + "-connections",
                    amqp.url() == null
                            ? new JmsPoolConnectionFactory()
                            : pool(
                                    destination,
                                    AmqpConnections.bounded(amqp.url(), amqp.user(), amqp.password(), timeout)));
            registry.bind("amqp-content-type", (MessageCreatedStrategy) DestinationConfiguration::setContentType);
        } else if (target instanceof KafkaTarget) {
            registry.bind(name + "-producers", new KafkaProducers(timeout));
        } else if (target instanceof WebhookTarget webhook) {
            BoundedClient client = client(name, webhook.allowPrivate(), timeout);
            registry.bind(name + "-client", client);
            held(name).push(client::stop);
            if (destination.enabled() && !webhook.secrets().isEmpty()) {
                signatures.put(name, new WebhookSignature(webhook.secrets()));
            }
        }
    }

    private Deque<AutoCloseable> held(String destination) {
        return open.computeIfAbsent(destination, name -> new ArrayDeque<>());
    }

    private EventFile file(String destination, Path path) {
        try {
            EventFile file = EventFile.open(path, clock);
            held(destination).push(file);
            return file;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static BoundedClient client(String destination, boolean allowPrivate, Duration timeout) {
        DnsResolver addresses = allowPrivate
                ? SystemDefaultDnsResolver.INSTANCE
                : new PublicAddresses(destination, InetAddress::getAllByName);
        return new BoundedClient(timeout, LARGEST_RECEIPT, CONNECTIONS, addresses, ProviderConfiguration.defaultTls());
    }

    private ConnectionFactory pool(Destination destination, ConnectionFactory bounded) {
        if (destination.enabled()) {
            brokers.put(destination.name(), bounded);
        }
        JmsPoolConnectionFactory pool = new JmsPoolConnectionFactory();
        pool.setConnectionFactory(bounded);
        held(destination.name()).push(pool::stop);
        return pool;
    }

    private ActiveMQConnectionFactory artemis(Destination destination, QueueTarget queue) {
        if (queue.brokerUrl() != null) {
            return new ActiveMQConnectionFactory(queue.brokerUrl());
        }
        List<ListenAddress> address = destination.listenAddress().stream().toList();
        // The broker would say it in a stack trace, and fail for another reason.
        ListenAddress.requireFree(address);
        try {
            EmbeddedBroker embedded = new EmbeddedBroker(broker, queue.port());
            held(destination.name()).push(embedded);
            return embedded.connectionFactory();
        } catch (IOException e) {
            ListenAddress.requireFree(address);
            throw new UncheckedIOException(e);
        }
    }

    private void close(String destination) {
        beans(destination).forEach(registry::unbind);
        files.remove(destination);
        signatures.remove(destination);
        brokers.remove(destination);
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
