package io.jobrelay.settings;

import static java.util.Objects.requireNonNull;

import org.jspecify.annotations.Nullable;

/**
 * A broker that is spoken to by AMQP 1.0.
 *
 * @param url {@code amqp://host:port}, or {@code amqps} for TLS, with options of the client as its query
 * @param user null where the broker asks for none
 * @param password null where the broker asks for none
 */
public record AmqpBroker(
        String url, @Nullable String user, @Nullable String password) {
    public AmqpBroker {
        requireNonNull(url, "url is null");
    }

    /** Never shows a secret. */
    @Override
    public String toString() {
        return "AmqpBroker";
    }
}
