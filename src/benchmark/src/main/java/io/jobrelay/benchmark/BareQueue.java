package io.jobrelay.benchmark;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.jobrelay.delivery.BrokerConnections;
import io.jobrelay.delivery.EmbeddedBroker;
import jakarta.jms.Connection;
import jakarta.jms.Message;
import jakarta.jms.MessageProducer;
import jakarta.jms.Session;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.OptionalInt;
import org.messaginghub.pooled.jms.JmsPoolConnectionFactory;

/** Persistent messages to the same broker in the same process, by a pool of connections. */
final class BareQueue implements EventSender {
    /** The one that the shipped properties name. */
    static final String QUEUE = "jobrelay.changes";

    private final JmsPoolConnectionFactory connections = new JmsPoolConnectionFactory();

    @SuppressWarnings("resource") // the broker ends with the process
    BareQueue(String port) throws IOException {
        EmbeddedBroker broker = new EmbeddedBroker(Path.of("broker"), OptionalInt.of(Integer.parseInt(port)));
        connections.setConnectionFactory(BrokerConnections.bounded(broker.connectionFactory(), Duration.ofSeconds(30)));
    }

    @Override
    public void send(String id, byte[] event) throws Exception {
        try (Connection connection = connections.createConnection();
                Session session = connection.createSession(false, Session.AUTO_ACKNOWLEDGE);
                MessageProducer producer = session.createProducer(session.createQueue(QUEUE))) {
            Message message = session.createTextMessage(new String(event, UTF_8));
            message.setStringProperty("JMSXGroupID", id);
            message.setStringProperty("_AMQ_DUPL_ID", id);
            producer.send(message);
        }
    }
}
