package io.jobrelay.camel.outbox;

import io.jobrelay.ledger.Outbox;
import org.apache.camel.Consumer;
import org.apache.camel.Processor;
import org.apache.camel.Producer;
import org.apache.camel.support.DefaultEndpoint;

/** The outbox of one destination. */
public final class OutboxEndpoint extends DefaultEndpoint {
    /** What is routed together is committed together. */
    private static final int ROUTED_TOGETHER = 256;

    private final OutboxComponent component;
    private final String destination;
    private int concurrency;

    OutboxEndpoint(String uri, OutboxComponent component, String destination) {
        super(uri, component);
        this.component = component;
        this.destination = destination;
        this.concurrency = destination.equals(Outbox.CHANGES) ? ROUTED_TOGETHER : 16;
    }

    @Override
    public Producer createProducer() {
        return new OutboxProducer(this);
    }

    @Override
    public Consumer createConsumer(Processor processor) throws Exception {
        OutboxConsumer consumer = new OutboxConsumer(this, processor);
        configureConsumer(consumer);
        return consumer;
    }

    /** How many changes of different jobs are delivered at the same time; at least 1. */
    public int getConcurrency() {
        return concurrency;
    }

    public void setConcurrency(int concurrency) {
        if (concurrency < 1) {
            throw new IllegalArgumentException("concurrency: must be at least 1, was " + concurrency);
        }
        this.concurrency = concurrency;
    }

    String destination() {
        return destination;
    }

    OutboxComponent component() {
        return component;
    }
}
