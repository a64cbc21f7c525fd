package io.jobrelay.delivery;

import jakarta.jms.ConnectionFactory;
import java.time.Duration;
import org.apache.qpid.jms.JmsConnectionFactory;
import org.jspecify.annotations.Nullable;

/** Sees to it that nothing waits for a broker of AMQP 1.0 longer than a time-out, whatever the broker does. */
public final class AmqpConnections {
    private AmqpConnections() {}

    /**
     * Connections that are limited: the broker has accepted a message when {@code send} returns, or {@code send} fails; a
     * connection that breaks is given up at once, for it is the delivery that is tried again.
     *
     * @param url {@code amqp} or {@code amqps}, a host, and options of the client as its query
     * @param timeout of connecting, and of each answer of the broker; above zero
     */
    public static ConnectionFactory bounded(
            String url, @Nullable String user, @Nullable String password, Duration timeout) {
        long millis = timeout.toMillis();
        JmsConnectionFactory factory =
                new JmsConnectionFactory(url + (url.contains("?") ? "&" : "?") + "transport.connectTimeout=" + millis);
        if (user != null) {
            factory.setUsername(user);
        }
        if (password != null) {
            factory.setPassword(password);
        }
        factory.setForceSyncSend(true);
        factory.setConnectTimeout(millis);
        factory.setRequestTimeout(millis);
        factory.setSendTimeout(millis);
        factory.setCloseTimeout(millis);
        return factory;
    }
}
