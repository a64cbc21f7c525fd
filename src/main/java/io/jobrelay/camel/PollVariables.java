package io.jobrelay.camel;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import io.jobrelay.account.Account;
import io.jobrelay.job.Json;
import io.jobrelay.ledger.DueWatch;
import io.jobrelay.provider.UnreadableReply;
import io.jobrelay.watch.Watch;
import java.util.List;
import org.apache.camel.Exchange;
import org.apache.hc.core5.http.HttpStatus;

/** What a poll carries through its routes. */
final class PollVariables {
    /** Variable: the watch as JSON, which mappings read as {@code $watch}. */
    static final String WATCH = "watch";
    /** Variable: the provider's route that the poll goes through; for a watch that is asked by itself the name of its API. */
    private static final String ROUTE = "route";
    /** Variable: the names of those that are asked together, which their route's mappings read as {@code $wanted}. */
    static final String WANTED = "wanted";
    /** Variable: the {@link Account} that the watch is polled with. */
    static final String ACCOUNT = "account";
    /** Variable: the name of the account's signing scheme. */
    private static final String SIGNING = "signing";
    /** Variable: what the provider's failure mapping made of the reply; null where it names no error. */
    static final String FAILURE = "failure";

    private static final String POLLED = "jobrelay-watch";
    private static final String DUE = "jobrelay-due-watches";

    private PollVariables() {}

    /** Begins the poll of a watch. */
    static void begin(Exchange exchange, Watch watch, Account account) {
        exchange.setProperty(POLLED, watch);
        exchange.setVariable(ROUTE, watch.api());
        exchange.setVariable(WATCH, Json.MAPPER.valueToTree(watch));
        exchange.setVariable(ACCOUNT, account);
        exchange.setVariable(SIGNING, account.signing().scheme());
    }

    /** Begins the poll of a watch whose reply is there already. */
    static void begin(Exchange exchange, ToldWatch told, Account account) {
        begin(exchange, told.due().watch(), account);
        exchange.setVariable(ROUTE, told.due().watch().api() + "-record");
        exchange.setProperty(
                ReadReply.REPLY,
                new UnreadableReply(
                        HttpStatus.SC_OK,
                        "application/json",
                        Json.write(told.reply()).getBytes(UTF_8)));
        exchange.getMessage().setBody(told.reply());
    }

    /** Begins the poll of watches that are asked together. */
    static void begin(Exchange exchange, Group group, Account account) {
        begin(exchange, group.common(), account);
        exchange.setVariable(ROUTE, group.common().api() + "-together");
        exchange.setVariable(WANTED, group.wanted());
    }

    /** Remembers the claimed watches that are to be polled, so that even a poll that cannot begin is taken in. */
    static void begin(Exchange exchange, List<DueWatch> due) {
        exchange.setProperty(DUE, due);
    }

    static Watch watch(Exchange exchange) {
        return requireNonNull(exchange.getProperty(POLLED, Watch.class), "no poll has begun");
    }

    @SuppressWarnings("unchecked") // begin put it there
    static List<DueWatch> due(Exchange exchange) {
        return requireNonNull(exchange.getProperty(DUE, List.class), "no claimed watch is polled");
    }

    static Account account(Exchange exchange) {
        return requireNonNull(exchange.getVariable(ACCOUNT, Account.class), "no poll has begun");
    }
}
