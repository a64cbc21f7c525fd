package io.jobrelay.camel;

import jakarta.jms.Message;
import jakarta.jms.Session;
import org.apache.camel.Exchange;
import org.apache.camel.component.jms.MessageCreatedStrategy;
import org.apache.qpid.jms.message.JmsMessage;
import org.apache.qpid.jms.provider.amqp.message.AmqpJmsMessageFacade;
import org.apache.qpid.proton.amqp.Symbol;
import org.jspecify.annotations.Nullable;

/** Says in an AMQP message that it is an event, which JMS has no word for. */
final class AmqpContentType implements MessageCreatedStrategy {
    private static final Symbol EVENT = Symbol.valueOf("application/cloudevents+json");

    @Override
    public void onMessageCreated(Message message, Session session, Exchange exchange, @Nullable Throwable cause) {
        if (message instanceof JmsMessage amqp && amqp.getFacade() instanceof AmqpJmsMessageFacade properties) {
            properties.setContentType(EVENT);
        }
    }
}
