package io.jobrelay.camel;

import io.jobrelay.account.RequestBudget;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;

/**
 * Keeps an account below its ceiling: takes one request from its budget, and waits for it if it must. The first request of
 * a poll was taken when the watch was claimed, if that is not too long ago.
 */
final class SpendRequest implements Processor {
    static final String PREPAID = "jobrelay-prepaid";

    private final RequestBudget budget;

    SpendRequest(RequestBudget budget) {
        this.budget = budget;
    }

    @Override
    public void process(Exchange exchange) throws InterruptedException {
        // What goes wrong from here on is no longer about the last reply, of the page before or of the first attempt.
        exchange.removeProperty(ReadReply.REPLY);
        if (exchange.removeProperty(PREPAID) == null) {
            budget.takeOne(PollVariables.account(exchange).name());
        }
    }
}
