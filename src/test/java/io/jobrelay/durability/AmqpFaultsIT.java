package io.jobrelay.durability;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import jakarta.jms.JMSException;
import jakarta.jms.Message;

/** An Artemis broker, spoken to by AMQP 1.0. */
class AmqpFaultsIT extends BrokerFaults {
    AmqpFaultsIT() {
        super("amqp");
    }

    @Override
    void tell(Line line, int port) {
        line.set("jobrelay.destination.amqp.url", "amqp://127.0.0.1:" + port);
    }

    @Override
    void assertMessage(Message message, JsonNode event) throws JMSException {
        assertThat(message.getIntProperty("JMSXGroupSeq"))
                .isEqualTo(event.path("sequence").asInt());
    }
}
