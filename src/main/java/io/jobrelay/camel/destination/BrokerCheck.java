package io.jobrelay.camel.destination;

import static java.util.Objects.requireNonNull;
import static java.util.concurrent.TimeUnit.NANOSECONDS;

import io.jobrelay.logging.PlainLine;
import io.jobrelay.secrets.Secrets;
import jakarta.jms.Connection;
import jakarta.jms.ConnectionFactory;
import jakarta.jms.JMSException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeoutException;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Checks whether the brokers can be connected to. A broker is asked on demand if its last answer is older than two seconds, in a
 * thread of its own; a check waits for a second at most, for all brokers together.
 */
final class BrokerCheck {
    private static final Duration PATIENCE = Duration.ofSeconds(1);
    private static final Duration FRESH = Duration.ofSeconds(2);
    private static final int LONGEST_MESSAGE = 200;

    private final Secrets secrets;
    private final ExecutorService threads;
    private final LongSupplier nanoTime;
    private final Map<String, ConnectionFactory> brokers;
    private final Map<String, Probe> probes = new TreeMap<>();

    /**
     * @param brokers by the destination that is sent there, as they are from now on; each gives up by itself after a while
     * @param threads one for each of them at least
     * @param nanoTime a clock that only runs forward
     */
    BrokerCheck(
            Map<String, ConnectionFactory> brokers, Secrets secrets, ExecutorService threads, LongSupplier nanoTime) {
        this.secrets = secrets;
        this.threads = threads;
        this.nanoTime = nanoTime;
        this.brokers = brokers;
    }

    /** Names those that cannot be, and says why; empty if all can. */
    Optional<String> trouble() {
        Map<String, Probe> probes = probes();
        probes.values().forEach(Probe::ask);
        long end = nanoTime.getAsLong() + PATIENCE.toNanos();
        List<String> troubles = new ArrayList<>();
        probes.forEach((destination, probe) -> probe.trouble(end - nanoTime.getAsLong())
                .map(trouble -> PlainLine.of(secrets.mask(trouble), LONGEST_MESSAGE))
                .ifPresent(trouble -> troubles.add(
                        "jobrelay.destination.%s: its broker cannot be reached: %s; start it, or correct its URL and user"
                                .formatted(destination, trouble))));
        return troubles.isEmpty() ? Optional.empty() : Optional.of(String.join("; ", troubles));
    }

    /** One for each broker that there is now. */
    private synchronized Map<String, Probe> probes() {
        probes.keySet().retainAll(brokers.keySet());
        brokers.forEach((destination, broker) -> probes.compute(
                destination, (name, probe) -> probe != null && probe.broker == broker ? probe : new Probe(broker)));
        return new TreeMap<>(probes);
    }

    /** A broker and what it said last. */
    private final class Probe {
        private final ConnectionFactory broker;
        private @Nullable CompletableFuture<Optional<String>> asked;
        private long answeredAt;

        private Probe(ConnectionFactory broker) {
            this.broker = broker;
        }

        /** Asks, unless it has not answered yet or has done so just now. */
        private synchronized void ask() {
            boolean due = asked == null || (asked.isDone() && nanoTime.getAsLong() - answeredAt >= FRESH.toNanos());
            if (due) {
                asked = CompletableFuture.supplyAsync(this::connect, threads);
            }
        }

        private Optional<String> connect() {
            try (Connection connection = broker.createConnection()) {
                connection.createSession().close(); // asks the broker, which a connection alone need not
                return Optional.empty();
            } catch (JMSException e) {
                return Optional.of(String.valueOf(e.getMessage()));
            } finally {
                answered();
            }
        }

        private synchronized void answered() {
            answeredAt = nanoTime.getAsLong();
        }

        private synchronized CompletableFuture<Optional<String>> last() {
            return requireNonNull(asked, "has been asked");
        }

        private Optional<String> trouble(long nanos) {
            try {
                return last().get(Math.max(0, nanos), NANOSECONDS);
            } catch (TimeoutException e) {
                return Optional.of("does not answer");
            } catch (ExecutionException e) {
                return Optional.of(String.valueOf(e.getCause()));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return Optional.of("the check was interrupted");
            }
        }
    }
}
