package io.jobrelay.durability;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import jakarta.jms.JMSException;
import jakarta.jms.Message;

/** An Artemis broker, spoken to in its own protocol. */
class QueueFaultsIT extends BrokerFaults {
    QueueFaultsIT() {
        super("queue");
    }

    @Override
    void tell(Line line, int port) {
        line.set("jobrelay.destination.queue.enabled", "true")
                .set("jobrelay.destination.queue.broker-url", "tcp://127.0.0.1:" + port);
    }

    @Override
    void assertMessage(Message message, JsonNode event) throws JMSException {
        assertThat(message.propertyExists("JMSXGroupSeq")).isFalse();
    }
}
