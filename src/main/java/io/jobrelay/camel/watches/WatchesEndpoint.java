package io.jobrelay.camel.watches;

import org.apache.camel.Consumer;
import org.apache.camel.Processor;
import org.apache.camel.Producer;
import org.apache.camel.support.DefaultEndpoint;

/** Where polls start, {@code watches:due}, or where they end. */
public final class WatchesEndpoint extends DefaultEndpoint {
    static final String DUE = "due";
    static final String DONE = "done";
    static final String FAILED = "failed";

    private final WatchesComponent component;
    private final String end;

    WatchesEndpoint(String uri, WatchesComponent component, String end) {
        super(uri, component);
        this.component = component;
        this.end = end;
    }

    @Override
    public Producer createProducer() {
        if (end.equals(DUE)) {
            throw new UnsupportedOperationException("watches:due: polls only come out of it, use watches:done");
        }
        return new WatchesProducer(this, component.settlement(), end.equals(DONE));
    }

    @Override
    public Consumer createConsumer(Processor processor) throws Exception {
        if (!end.equals(DUE)) {
            throw new UnsupportedOperationException("watches:" + end + ": polls only go in, use watches:due");
        }
        WatchesConsumer consumer = new WatchesConsumer(this, component, processor);
        configureConsumer(consumer);
        return consumer;
    }
}
