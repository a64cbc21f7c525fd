package io.jobrelay.camel;

import io.jobrelay.delivery.RetryAfter;
import java.time.Clock;
import java.time.Duration;
import org.apache.camel.Exchange;
import org.jspecify.annotations.Nullable;

/** How long whoever answered wants to be left alone. */
final class RetryAfterHeader {
    private RetryAfterHeader() {}

    /** Null where the reply does not say, or not in a way that can be understood. */
    static @Nullable Duration of(Exchange exchange, Clock clock) {
        String header = exchange.getMessage().getHeader("Retry-After", String.class);
        return header == null ? null : RetryAfter.parse(header, clock.instant()).orElse(null);
    }
}
