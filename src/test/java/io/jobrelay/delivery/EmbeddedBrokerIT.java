package io.jobrelay.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jobrelay.testbed.FreePort;
import jakarta.jms.ConnectionFactory;
import jakarta.jms.JMSConsumer;
import jakarta.jms.JMSContext;
import jakarta.jms.JMSException;
import jakarta.jms.JMSRuntimeException;
import jakarta.jms.Message;
import jakarta.jms.TextMessage;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import org.apache.activemq.artemis.jms.client.ActiveMQConnectionFactory;
import org.apache.qpid.jms.JmsConnectionFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.messaginghub.pooled.jms.JmsPoolConnectionFactory;

@Timeout(60)
class EmbeddedBrokerIT {
    private static final long SOON = 5000;
    private static final long NOW = 200;

    @TempDir
    private Path directory;

    @Test
    void drops_a_message_that_is_sent_again() throws Exception {
        try (EmbeddedBroker broker = start()) {
            send(broker, "evt-1", "evt-1", "evt-2");

            assertThat(receive(broker.connectionFactory())).containsExactly("job-1 evt-1", "job-1 evt-2");
        }
    }

    @Test
    void keeps_messages_and_what_it_has_seen_over_a_restart() throws Exception {
        try (EmbeddedBroker broker = start()) {
            send(broker, "evt-1");
        }
        try (EmbeddedBroker broker = start()) {
            send(broker, "evt-1", "evt-2");

            assertThat(receive(broker.connectionFactory())).containsExactly("job-1 evt-1", "job-1 evt-2");
        }
        try (EmbeddedBroker broker = start()) {
            send(broker, "evt-2", "evt-3");

            assertThat(receive(broker.connectionFactory())).containsExactly("job-1 evt-3");
        }
    }

    @Test
    void a_consumer_of_another_process_can_connect_to_its_port() throws Exception {
        int port = FreePort.next();
        try (EmbeddedBroker broker = new EmbeddedBroker(directory, OptionalInt.of(port));
                ActiveMQConnectionFactory outside = new ActiveMQConnectionFactory("tcp://127.0.0.1:" + port)) {
            send(broker, "evt-1");

            assertThat(receive(outside)).containsExactly("job-1 evt-1");
        }
    }

    @Test
    void any_client_of_amqp_reads_its_queues() throws Exception {
        int port = FreePort.next();
        try (EmbeddedBroker broker = new EmbeddedBroker(directory, OptionalInt.of(port))) {
            send(broker, "evt-1");

            assertThat(receive(new JmsConnectionFactory("amqp://127.0.0.1:" + port)))
                    .containsExactly("job-1 evt-1");
        }
    }

    @Test
    void a_queue_that_nobody_reads_takes_no_more_than_its_bound_until_somebody_does() throws Exception {
        try (EmbeddedBroker broker = new EmbeddedBroker(directory, OptionalInt.empty(), 20)) {
            assertThatThrownBy(() -> send(broker, "x".repeat(50_000), 600))
                    .isInstanceOf(JMSRuntimeException.class)
                    .hasMessageContaining("is full");
            long kept = broker.messages();
            assertThat(kept).isBetween(20L, 599L);

            assertThat(receive(broker.connectionFactory())).hasSize((int) kept);
            send(broker, "x", 1);
            assertThat(broker.messages()).isEqualTo(1);
        }
    }

    @Test
    void keeps_more_than_fits_into_its_memory() throws Exception {
        try (EmbeddedBroker broker = start()) {
            send(broker, "x".repeat(500_000), 60);

            assertThat(receive(broker.connectionFactory())).hasSize(60);
        }
    }

    @Test
    void puts_aside_a_message_that_consumers_fail_on_and_does_not_drop_it() throws Exception {
        try (EmbeddedBroker broker = start()) {
            send(broker, "evt-1");
            try (JMSContext context = broker.connectionFactory().createContext(JMSContext.SESSION_TRANSACTED);
                    JMSConsumer consumer = context.createConsumer(context.createQueue("changes"))) {
                for (int attempt = 0; attempt < 10; attempt++) {
                    assertThat(consumer.receive(SOON)).isNotNull();
                    context.rollback();
                }
                assertThat(consumer.receive(NOW)).isNull();
            }

            assertThat(receive(broker.connectionFactory(), "DLQ::DLQ.changes")).containsExactly("job-1 evt-1");
        }
    }

    @Test
    @DisabledOnOs(OS.WINDOWS)
    void only_the_owner_can_use_its_directory() throws Exception {
        Path own = directory.resolve("data/broker");
        new EmbeddedBroker(own, OptionalInt.empty()).close();

        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(own)))
                .isEqualTo("rwx------");
    }

    @Test
    void does_not_start_where_its_port_is_taken() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            assertThatThrownBy(() -> new EmbeddedBroker(directory, OptionalInt.of(taken.getLocalPort())))
                    .isInstanceOf(IOException.class);
        }
        start().close();
    }

    private EmbeddedBroker start() throws IOException {
        return new EmbeddedBroker(directory, OptionalInt.empty());
    }

    private static void send(EmbeddedBroker broker, String... events) throws JMSException {
        JmsPoolConnectionFactory pool = pool(broker);
        try (JMSContext context = pool.createContext()) {
            for (String event : events) {
                context.createProducer()
                        .setProperty("_AMQ_DUPL_ID", event)
                        .setProperty("JMSXGroupID", "job-1")
                        .send(context.createQueue("changes"), event);
            }
        } finally {
            pool.stop();
        }
    }

    private static void send(EmbeddedBroker broker, String body, int times) {
        JmsPoolConnectionFactory pool = pool(broker);
        try (JMSContext context = pool.createContext()) {
            for (int i = 0; i < times; i++) {
                context.createProducer().send(context.createQueue("changes"), body);
            }
        } finally {
            pool.stop();
        }
    }

    private static JmsPoolConnectionFactory pool(EmbeddedBroker broker) {
        JmsPoolConnectionFactory pool = new JmsPoolConnectionFactory();
        pool.setConnectionFactory(broker.connectionFactory());
        return pool;
    }

    private static List<String> receive(ConnectionFactory factory) throws JMSException {
        return receive(factory, "changes");
    }

    private static List<String> receive(ConnectionFactory factory, String queue) throws JMSException {
        List<String> received = new ArrayList<>();
        try (JMSContext context = factory.createContext();
                JMSConsumer consumer = context.createConsumer(context.createQueue(queue))) {
            for (Message message = consumer.receive(SOON); message != null; message = consumer.receive(NOW)) {
                received.add(message.getStringProperty("JMSXGroupID") + " " + ((TextMessage) message).getText());
            }
        }
        return received;
    }
}
