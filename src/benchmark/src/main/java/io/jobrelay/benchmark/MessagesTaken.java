package io.jobrelay.benchmark;

import jakarta.jms.Connection;
import jakarta.jms.JMSException;
import jakarta.jms.MessageConsumer;
import jakarta.jms.Session;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.activemq.artemis.jms.client.ActiveMQConnectionFactory;
import org.jspecify.annotations.Nullable;

/** A consumer that takes what is in the queue, once there is a broker. */
final class MessagesTaken implements Sink.Arrivals {
    private final ActiveMQConnectionFactory factory;
    private final AtomicLong taken = new AtomicLong();
    private @Nullable Connection connection;

    MessagesTaken(int port) {
        factory = new ActiveMQConnectionFactory("tcp://127.0.0.1:" + port + "?callTimeout=20000");
        factory.setReconnectAttempts(0);
    }

    @Override
    public long count() {
        if (connection == null) {
            connection = connect();
        }
        return taken.get();
    }

    /** Null while there is none. */
    private @Nullable Connection connect() {
        Connection fresh = null;
        try {
            fresh = factory.createConnection();
            Session session = fresh.createSession(false, Session.DUPS_OK_ACKNOWLEDGE);
            MessageConsumer consumer = session.createConsumer(session.createQueue(BareQueue.QUEUE));
            consumer.setMessageListener(message -> taken.incrementAndGet());
            fresh.start();
            return fresh;
        } catch (JMSException notYet) {
            close(fresh);
            return null;
        }
    }

    private static void close(@Nullable Connection connection) {
        try {
            if (connection != null) {
                connection.close();
            }
        } catch (JMSException e) {
            // The broker ended first.
        }
    }

    @Override
    public void close() {
        close(connection);
        factory.close();
    }
}
