package io.jobrelay.camel;

import static java.util.Objects.requireNonNull;

import io.jobrelay.account.Account;
import io.jobrelay.job.Json;
import io.jobrelay.ledger.DueWatch;
import io.jobrelay.watch.Watch;
import org.apache.camel.Exchange;

/** What a poll carries through its routes. */
final class PollVariables {
    /** Variable: the watch as JSON, which mappings read as {@code $watch}. */
    static final String WATCH = "watch";
    /** Variable: the name of the watch's API, and so of the route that asks it. */
    private static final String API = "api";
    /** Variable: the {@link Account} that the watch is polled with. */
    static final String ACCOUNT = "account";
    /** Variable: the name of the account's signing scheme. */
    private static final String SIGNING = "signing";
    /** Variable: what the provider's failure mapping made of the reply; null where it names no error. */
    static final String FAILURE = "failure";

    private static final String POLLED = "jobrelay-watch";
    private static final String DUE = "jobrelay-due-watch";

    private PollVariables() {}

    /** Begins the poll of a watch. */
    static void begin(Exchange exchange, Watch watch, Account account) {
        exchange.setProperty(POLLED, watch);
        exchange.setVariable(API, watch.api());
        exchange.setVariable(WATCH, Json.MAPPER.valueToTree(watch));
        exchange.setVariable(ACCOUNT, account);
        exchange.setVariable(SIGNING, account.signing().scheme());
    }

    /** Remembers the claimed watch that is to be polled, so that even a poll that cannot begin is taken in. */
    static void begin(Exchange exchange, DueWatch due) {
        exchange.setProperty(DUE, due);
    }

    static Watch watch(Exchange exchange) {
        return requireNonNull(exchange.getProperty(POLLED, Watch.class), "no poll has begun");
    }

    static DueWatch due(Exchange exchange) {
        return requireNonNull(exchange.getProperty(DUE, DueWatch.class), "no claimed watch is polled");
    }

    static Account account(Exchange exchange) {
        return requireNonNull(exchange.getVariable(ACCOUNT, Account.class), "no poll has begun");
    }
}
