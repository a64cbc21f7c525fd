package io.jobrelay.camel;

import io.jobrelay.account.RequestBudget;
import io.jobrelay.camel.watches.KeepReply;
import io.jobrelay.camel.watches.Poll;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;

/**
 * Keeps an account below its ceiling: takes one request from its budget, and waits for it if it must. The first request of
 * a poll was taken when the watch was claimed, if that is not too long ago.
 */
final class SpendRequest implements Processor {
    private final RequestBudget budget;

    SpendRequest(RequestBudget budget) {
        this.budget = budget;
    }

    @Override
    public void process(Exchange exchange) throws InterruptedException {
        KeepReply.forget(exchange);
        if (!Poll.takePermit(exchange)) {
            budget.takeOne(Poll.account(exchange).name());
        }
    }
}
