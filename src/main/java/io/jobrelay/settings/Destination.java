package io.jobrelay.settings;

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
 */
public record Destination(String name, boolean enabled, Target target) {
    /** Where events go, of one kind or another. */
    public sealed interface Target {}

    /** A file that events are appended to, with {@code {date}} in its name for the day. */
    public record FileTarget(Path path) implements Target {}

    /**
     * A queue of an Artemis broker.
     *
     * @param brokerUrl null for the embedded broker
     * @param port where the embedded broker is reached on this machine; empty for not at all
     */
    public record QueueTarget(String queue, @Nullable String brokerUrl, OptionalInt port) implements Target {}

    /**
     * A broker that is spoken to by AMQP 1.0.
     *
     * @param url with options of the client as its query; null if it is not set, and the destination off
     * @param user null where the broker asks for none, as the password
     */
    public record AmqpTarget(
            @Nullable String url,
            @Nullable String user,
            @Nullable String password) implements Target {}

    /** A topic of these Kafka brokers, {@code host:port} separated by commas; empty if they are not set. */
    public record KafkaTarget(String brokers) implements Target {}

    /**
     * What is reached by HTTP, as any destination may be that says nothing else.
     *
     * @param secrets signing keys of a webhook, the newest first; empty if nothing is signed
     * @param allowPrivate true if it may be on a loopback, link-local or private address
     */
    public record WebhookTarget(List<String> secrets, boolean allowPrivate) implements Target {
        public WebhookTarget {
            secrets = List.copyOf(secrets);
        }
    }

    /** Where the embedded broker listens for this destination; empty where it does not, or is not used. */
    public Optional<ListenAddress> listenAddress() {
        return enabled && target instanceof QueueTarget queue && queue.brokerUrl == null && queue.port.isPresent()
                ? Optional.of(new ListenAddress(Keys.BROKER_PORT.of(name).name(), "127.0.0.1", queue.port.getAsInt()))
                : Optional.empty();
    }

    /** Never shows a secret. */
    @Override
    public String toString() {
        return "Destination[" + name + "]";
    }
}
