package io.jobrelay.camel.provider;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.JsonNode;
import io.jobrelay.account.Account;
import io.jobrelay.account.KeystoneToken;
import io.jobrelay.account.KeystoneTokens;
import io.jobrelay.camel.metrics.Metrics;
import io.jobrelay.camel.watches.KeepReply;
import io.jobrelay.camel.watches.Poll;
import io.jobrelay.camel.watches.PollFailures;
import io.jobrelay.provider.PollFailedException;
import io.jobrelay.provider.PollFailure;
import io.jobrelay.secrets.Secrets;
import java.time.Clock;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Collection;
import java.util.regex.Pattern;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.ProducerTemplate;

/**
 * What the routes need to sign with Keystone v3 tokens: {@code add} puts the token on a request, {@code read} takes it from
 * a reply, and {@code renew} forgets one that was not accepted. The asking itself is {@code direct:obtain-keystone-token}.
 */
public final class KeystoneTokenRoute {
    private static final String ROUTE = "direct:obtain-keystone-token";
    private static final String TOKEN = "X-Auth-Token";
    /** A token is sent back in a header as it came, which only these characters survive. */
    private static final Pattern SENDABLE = Pattern.compile("[!-~]+");

    /** Exchange property: the token that the request was sent with. The poll policy renews it if it was refused. */
    static final String SENT = "jobrelay-token";

    /**
     * Exchange property: set once the token has been renewed. Camel's own count of redeliveries is in a header, and the
     * providers' routes remove all headers.
     */
    private static final String RENEWED = "jobrelay-token-renewed";

    private final ProducerTemplate template;
    private final Secrets secrets;
    private final KeystoneTokens tokens;

    /**
     * @param secrets learn every token
     */
    KeystoneTokenRoute(CamelContext context, Secrets secrets, Clock clock) {
        this.template = context.createProducerTemplate();
        this.secrets = secrets;
        this.tokens = new KeystoneTokens(this::obtain, clock);
    }

    /** Puts the account's token on the request. */
    public void add(Exchange exchange) {
        String token = tokens.token(Poll.account(exchange));
        exchange.getMessage().setHeader(TOKEN, token);
        exchange.setProperty(SENT, token);
    }

    /** Forgets the token that this exchange was sent with, so that the next request gets a new one. */
    public void renew(Exchange exchange) {
        exchange.setProperty(RENEWED, true);
        Poll.of(exchange).restart();
        String refused = exchange.getProperty(SENT, String.class);
        if (refused != null) {
            tokens.drop(Poll.account(exchange), refused);
        }
    }

    /** Forgets the tokens of accounts that are no longer what they were. */
    void keepOnly(Collection<Account> accounts) {
        tokens.keepOnly(accounts);
    }

    /** The token of a reply of HTTP 201: its value is in a header, its end in the body. */
    public KeystoneToken read(Exchange exchange) {
        Message reply = exchange.getMessage();
        String value = reply.getHeader("X-Subject-Token", String.class);
        String end = requireNonNull(reply.getBody(JsonNode.class))
                .path("token")
                .path("expires_at")
                .asText("");
        if (value != null) {
            secrets.addPassing(value);
        }
        if (value == null || !SENDABLE.matcher(value).matches() || end.isEmpty()) {
            throw KeepReply.malformed(exchange, "the identity service gave no X-Subject-Token or no token.expires_at");
        }
        try {
            return new KeystoneToken(value, Instant.parse(end));
        } catch (DateTimeParseException e) {
            throw KeepReply.malformed(exchange, "the identity service gave no time as token.expires_at");
        }
    }

    private KeystoneToken obtain(Account account) {
        Exchange answer = template.request(ROUTE, exchange -> exchange.setVariable(Poll.ACCOUNT, account));
        if (answer.getException() != null) {
            PollFailure failure = PollFailures.of(answer, answer.getException(), secrets);
            count(answer, account, failure.kind().name());
            throw new PollFailedException(failure, answer.getException());
        }
        count(answer, account, Metrics.SUCCEEDED);
        return requireNonNull(answer.getMessage().getBody(KeystoneToken.class), "the route gives the token");
    }

    private static void count(Exchange answer, Account account, String result) {
        Metrics.of(answer.getContext()).ifPresent(metrics -> metrics.tokenRefresh(account.name(), result));
    }
}
