package io.jobrelay.sandbox;

import jakarta.jms.JMSConsumer;
import jakarta.jms.JMSContext;
import jakarta.jms.JMSException;
import jakarta.jms.Message;
import jakarta.jms.TextMessage;
import java.util.ArrayList;
import java.util.List;
import org.apache.activemq.artemis.jms.client.ActiveMQConnectionFactory;

/** Consumes a queue of the broker that is embedded in this process. */
public final class QueueReader {
    private static final long WAIT_MILLIS = 200;

    private QueueReader() {}

    /** Removes all messages from the queue and returns their texts. */
    public static List<String> drain(String queue) {
        List<String> texts = new ArrayList<>();
        try (ActiveMQConnectionFactory broker = new ActiveMQConnectionFactory("vm://0");
                JMSContext context = broker.createContext();
                JMSConsumer consumer = context.createConsumer(context.createQueue(queue))) {
            for (Message message = consumer.receive(WAIT_MILLIS);
                    message != null;
                    message = consumer.receive(WAIT_MILLIS)) {
                texts.add(((TextMessage) message).getText());
            }
        } catch (JMSException e) {
            throw new IllegalStateException("queue " + queue + ": cannot be read: " + e.getMessage(), e);
        }
        return texts;
    }
}
