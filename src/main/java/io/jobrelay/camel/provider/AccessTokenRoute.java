package io.jobrelay.camel.provider;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.annotation.JsonValue;
import com.fasterxml.jackson.databind.JsonNode;
import io.jobrelay.account.AccessToken;
import io.jobrelay.account.AccessTokens;
import io.jobrelay.account.Account;
import io.jobrelay.account.ServiceAccountKey;
import io.jobrelay.account.Signing;
import io.jobrelay.camel.metrics.Metrics;
import io.jobrelay.camel.watches.KeepReply;
import io.jobrelay.camel.watches.Poll;
import io.jobrelay.camel.watches.PollFailures;
import io.jobrelay.provider.FailureKind;
import io.jobrelay.provider.PollFailedException;
import io.jobrelay.provider.PollFailure;
import io.jobrelay.secrets.Secrets;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Collection;
import java.util.Map;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.ProducerTemplate;

/**
 * What the routes need to sign with tokens that are obtained: {@code add} puts the token on a request, {@code read} takes it
 * from a reply, {@code ask} gives what one is asked with, and {@code renew} forgets one that was not accepted.
 * The asking itself is {@code direct:obtain-token}.
 */
public final class AccessTokenRoute {
    private static final String ROUTE = "direct:obtain-token";
    private static final String KEY_FILE = "key-file";
    private static final String TOKEN_URL = "token-url";
    private static final String GOOGLE_SCOPE = "https://www.googleapis.com/auth/cloud-platform";

    /** What RFC 6749 leaves open where a reply has no {@code expires_in}: a 401 renews what ends before. */
    private static final int SECONDS = 300;

    /** Exchange property: the token that the request was sent with. The poll policy renews it if it was refused. */
    static final String SENT = "jobrelay-token";

    /**
     * Exchange property: set once the token has been renewed. Camel's own count of redeliveries is in a header, and the
     * providers' routes remove all headers.
     */
    private static final String RENEWED = "jobrelay-token-renewed";

    private final ProducerTemplate template;
    private final Secrets secrets;
    private final Clock clock;
    private final AccessTokens tokens;

    /**
     * @param secrets learn every token
     */
    AccessTokenRoute(CamelContext context, Secrets secrets, Clock clock) {
        this.template = context.createProducerTemplate();
        this.secrets = secrets;
        this.clock = clock;
        this.tokens = new AccessTokens(this::obtain, clock);
    }

    /** Puts the account's token on the request. */
    public void add(Exchange exchange) {
        Account account = Poll.account(exchange);
        String token = tokens.token(account);
        boolean keystone = account.signing() == Signing.KEYSTONE_TOKEN;
        exchange.getMessage()
                .setHeader(keystone ? "X-Auth-Token" : "Authorization", keystone ? token : "Bearer " + token);
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

    /** What a token is asked with, and where. Never shows it, for Camel logs what a bean gives. */
    public record Asked(@JsonValue Map<String, String> proof) {
        @Override
        public String toString() {
            return "Asked";
        }
    }

    /** What the account has for it; a service account has an assertion. */
    public Asked ask(Exchange exchange) {
        Account account = Poll.account(exchange);
        if (account.signing() != Signing.GOOGLE_SERVICE_ACCOUNT) {
            return new Asked(account.proof());
        }
        ServiceAccountKey key = key(account);
        String url = account.given(TOKEN_URL).orElse(key.tokenUrl());
        String assertion = key.assertion(account.given("scope").orElse(GOOGLE_SCOPE), url, clock.instant());
        secrets.addPassing(assertion);
        return new Asked(Map.of(TOKEN_URL, url, "assertion", assertion));
    }

    private static ServiceAccountKey key(Account account) {
        String file = account.given(KEY_FILE).orElse("");
        try {
            return ServiceAccountKey.read(Path.of(file));
        } catch (IOException e) {
            throw new PollFailedException(PollFailure.without(
                    FailureKind.UNAUTHENTICATED,
                    "%s: must be the key file of a service account, '%s' %s"
                            .formatted(account.property(KEY_FILE), file, e.getMessage())));
        }
    }

    /** The token of a good reply: Keystone has its value in a header and its end in the body, OAuth both in the body. */
    public AccessToken read(Exchange exchange) {
        Message reply = exchange.getMessage();
        JsonNode body = requireNonNull(reply.getBody(JsonNode.class));
        boolean keystone = Poll.account(exchange).signing() == Signing.KEYSTONE_TOKEN;
        String value = keystone
                ? reply.getHeader("X-Subject-Token", "", String.class)
                : body.path("access_token").asText("");
        secrets.addPassing(value);
        String end = body.path("token").path("expires_at").asText("");
        if (!BearerToken.SENDABLE.matcher(value).matches() || (keystone && end.isEmpty())) {
            throw KeepReply.malformed(
                    exchange,
                    "the identity service gave no "
                            + (keystone ? "X-Subject-Token or no token.expires_at" : "access_token"));
        }
        try {
            return new AccessToken(
                    value,
                    keystone
                            ? Instant.parse(end)
                            : clock.instant()
                                    .plusSeconds(body.path("expires_in").asInt(SECONDS)));
        } catch (DateTimeParseException e) {
            throw KeepReply.malformed(exchange, "the identity service gave no time as token.expires_at");
        }
    }

    private AccessToken obtain(Account account) {
        String audience = account.given("audience").orElse(null);
        if (account.signing() == Signing.GOOGLE_SERVICE_ACCOUNT && audience != null) {
            Instant now = clock.instant();
            String token = key(account).token(audience, now);
            secrets.addPassing(token);
            return new AccessToken(token, now.plus(ServiceAccountKey.LIFE));
        }
        Exchange answer = template.request(ROUTE, exchange -> exchange.setVariable(Poll.ACCOUNT, account));
        if (answer.getException() != null) {
            PollFailure failure = PollFailures.of(answer, answer.getException(), secrets);
            count(answer, account, failure.kind().name());
            throw new PollFailedException(withoutReply(failure), answer.getException());
        }
        count(answer, account, Metrics.SUCCEEDED);
        return requireNonNull(answer.getMessage().getBody(AccessToken.class), "the route gives the token");
    }

    /** A reply that cannot be read may have half a token in it, which nothing would mask. */
    private static PollFailure withoutReply(PollFailure failure) {
        return new PollFailure(
                failure.kind(), failure.httpStatus(), failure.code(), failure.message(), failure.retryAfter(), null);
    }

    private static void count(Exchange answer, Account account, String result) {
        Metrics.of(answer.getContext()).ifPresent(metrics -> metrics.tokenRefresh(account.name(), result));
    }
}
