package io.jobrelay.camel;

import io.jobrelay.account.RateLimits;
import io.jobrelay.camel.watches.KeepReply;
import io.jobrelay.camel.watches.Poll;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;

/**
 * Keeps an account within its rate limit: acquires a permit for the request, and waits for it if it must. The permit for
 * the first request comes with the poll.
 */
final class SpendRequest implements Processor {
    private final RateLimits limits;

    SpendRequest(RateLimits limits) {
        this.limits = limits;
    }

    @Override
    public void process(Exchange exchange) throws InterruptedException {
        KeepReply.forget(exchange);
        if (!Poll.takePermit(exchange)) {
            limits.take(Poll.account(exchange).name());
        }
    }
}
