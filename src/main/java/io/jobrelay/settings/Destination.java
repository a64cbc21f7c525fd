package io.jobrelay.settings;

import static java.util.Objects.requireNonNull;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * What {@code jobrelay.destination.<name>.*} says, as far as Jobrelay's own destinations need it. A route may read further
 * parameters of its own as {@code {{jobrelay.destination.<name>.<parameter>}}}.
 *
 * @param enabled false if the destination takes nothing in
 * @param path file of a file destination, {@code {date}} in its name for the day; null for another kind
 * @param secrets signing keys of a webhook, the newest first; empty for another kind of destination
 * @param allowPrivate true if a webhook may be on a loopback, link-local or private address
 * @param queue name of a queue; null for another kind of destination
 * @param brokerUrl broker of the queue; null for the embedded one
 * @param port where the embedded broker is reached on this machine; empty for not at all
 * @param amqp broker of the queue where it is spoken to by AMQP 1.0; null for another kind of destination
 * @param kafka addresses of Kafka brokers, {@code host:port} separated by commas; null for another kind of destination
 */
public record Destination(
        String name,
        boolean enabled,
        @Nullable Path path,
        List<String> secrets,
        boolean allowPrivate,
        @Nullable String queue,
        @Nullable String brokerUrl,
        OptionalInt port,
        @Nullable AmqpBroker amqp,
        @Nullable String kafka) {
    public Destination {
        requireNonNull(name, "name is null");
        secrets = List.copyOf(secrets);
    }

    /** Where the embedded broker listens for this destination; empty where it does not, or is not used. */
    public Optional<ListenAddress> listenAddress() {
        boolean embedded = enabled && queue != null && brokerUrl == null && amqp == null && kafka == null;
        return embedded && port.isPresent()
                ? Optional.of(new ListenAddress("jobrelay.destination." + name + ".port", "127.0.0.1", port.getAsInt()))
                : Optional.empty();
    }

    /** Never shows a secret. */
    @Override
    public String toString() {
        return "Destination[" + name + "]";
    }
}
