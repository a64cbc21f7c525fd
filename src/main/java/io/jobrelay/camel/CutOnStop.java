package io.jobrelay.camel;

import io.jobrelay.httpclient.BoundedClient;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.camel.CamelContext;
import org.apache.camel.spi.CamelEvent;
import org.apache.camel.spi.CamelEvent.CamelContextStoppingEvent;
import org.apache.camel.support.EventNotifierSupport;

/**
 * Cuts the HTTP requests that are still in flight a moment after Camel has begun to stop, so that a provider or receiver
 * that does not answer holds up no stop. What is cut is made again after the next start.
 */
final class CutOnStop extends EventNotifierSupport {
    private static final Duration GRACE = Duration.ofSeconds(2);

    private final CamelContext context;

    CutOnStop(CamelContext context) {
        this.context = context;
    }

    @Override
    public boolean isEnabled(CamelEvent event) {
        return event instanceof CamelContextStoppingEvent;
    }

    @Override
    public void notify(CamelEvent event) {
        CompletableFuture.delayedExecutor(GRACE.toMillis(), TimeUnit.MILLISECONDS)
                .execute(() ->
                        context.getRegistry().findByType(BoundedClient.class).forEach(BoundedClient::stop));
    }
}
