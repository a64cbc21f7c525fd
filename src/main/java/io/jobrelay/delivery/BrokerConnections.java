package io.jobrelay.delivery;

import jakarta.jms.ConnectionFactory;
import java.time.Duration;
import org.apache.activemq.artemis.api.core.TransportConfiguration;
import org.apache.activemq.artemis.core.remoting.impl.netty.TransportConstants;
import org.apache.activemq.artemis.jms.client.ActiveMQConnectionFactory;

/** Sees to it that nothing waits for an Artemis broker longer than a time-out, whatever the broker does. */
public final class BrokerConnections {
    private BrokerConnections() {}

    /**
     * Limits the connections of a factory: a durable message has been stored by the broker when {@code send} returns, or
     * {@code send} fails; a connection that breaks is given up at once, for it is the delivery that is tried again. No
     * object is made of what a message holds, from any sender.
     *
     * @param timeout of connecting, and of each answer of the broker; above zero
     * @return the factory
     */
    public static ConnectionFactory bounded(ActiveMQConnectionFactory factory, Duration timeout) {
        int millis = Math.toIntExact(timeout.toMillis());
        factory.setCallTimeout(millis);
        factory.setCallFailoverTimeout(millis);
        factory.setBlockOnDurableSend(true);
        factory.setReconnectAttempts(0);
        factory.setDeserializationDenyList("*");
        for (TransportConfiguration server : factory.getStaticConnectors()) {
            server.getParams().put(TransportConstants.NETTY_CONNECT_TIMEOUT, millis);
        }
        return factory;
    }
}
