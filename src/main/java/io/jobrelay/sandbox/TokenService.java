package io.jobrelay.sandbox;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.jobrelay.job.Json;
import io.jobrelay.sandbox.LoopbackServer.Reply;
import io.netty.handler.codec.http.QueryStringDecoder;
import java.io.IOException;
import java.net.URLDecoder;
import java.security.MessageDigest;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Issues tokens that are valid for an hour: the part of Keystone v3 that does so by password, and an OAuth 2.0 token endpoint
 * for a client's credentials, for a user's password, and for the assertions of a service account. It takes the tokens that the
 * service account signs, too.
 */
final class TokenService {
    static final String KEYSTONE = "/v3/auth/tokens";
    static final String OAUTH = "/oauth2/token";

    private static final Duration LIFE = Duration.ofHours(1);
    private static final String BASIC = "Basic ";

    private final String user;
    private final String password;
    private final ServiceAccount serviceAccount;
    private final Clock clock;
    private final Map<String, Instant> tokens = new ConcurrentHashMap<>();

    TokenService(String user, String password, ServiceAccount serviceAccount, Clock clock) {
        this.user = user;
        this.password = password;
        this.serviceAccount = serviceAccount;
        this.clock = clock;
    }

    /** True for a token that was issued here, or signed by the service account, and has not expired. */
    boolean accepts(String token) {
        Instant end = tokens.get(token);
        return end != null
                ? clock.instant().isBefore(end)
                : serviceAccount
                        .claims(token, clock.instant())
                        .filter(claims -> claims.path("sub").equals(claims.path("iss"))
                                && claims.path("aud").asText().startsWith("https://"))
                        .isPresent();
    }

    /** The reply to a request for a token; empty for any other request. */
    Optional<Reply> reply(ReceivedRequest request) {
        if (!request.method().equals("POST")) {
            return Optional.empty();
        }
        return switch (request.path()) {
            case KEYSTONE -> Optional.of(keystone(request.body()));
            case OAUTH -> Optional.of(oauth(request));
            default -> Optional.empty();
        };
    }

    private Reply keystone(byte[] request) {
        ObjectNode body = Json.MAPPER.createObjectNode();
        if (!authenticates(request)) {
            body.putObject("error")
                    .put("code", 401)
                    .put("message", "The username or password is wrong.")
                    .put("title", "Unauthorized");
            return new Reply(401, Reply.JSON, body.toString());
        }
        String token = issue();
        body.putObject("token").put("expires_at", String.valueOf(tokens.get(token)));
        return new Reply(201, Map.of("Content-Type", "application/json", "X-Subject-Token", token), body.toString());
    }

    private boolean authenticates(byte[] request) {
        try {
            JsonNode given = Json.MAPPER.readTree(request).at("/auth/identity/password/user");
            return given.path("name").asText().equals(user)
                    && isPassword(given.path("password").asText());
        } catch (IOException e) {
            return false;
        }
    }

    /** RFC 6749, sections 2.3.1, 4.4 and 5, and RFC 7523. */
    private Reply oauth(ReceivedRequest request) {
        Map<String, String> form = new HashMap<>();
        new QueryStringDecoder(new String(request.body(), UTF_8), false)
                .parameters()
                .forEach((name, values) -> form.put(name, String.join(" ", values)));
        String type = request.headers().getOrDefault("content-type", "");
        if (type.startsWith("application/json")) {
            return hasPassword(request.body())
                    ? token()
                    : new Reply(401, Reply.JSON, "{\"detail\":\"Invalid credentials\"}");
        }
        if (!type.startsWith("application/x-www-form-urlencoded")) {
            return error(400, "invalid_request", "A token is asked for with a form.");
        }
        return switch (form.getOrDefault("grant_type", "")) {
            case "client_credentials" ->
                knowsClient(request, form) ? token() : error(401, "invalid_client", "Client authentication failed.");
            case "urn:ietf:params:oauth:grant-type:jwt-bearer" ->
                asserts(form.getOrDefault("assertion", ""))
                        ? token()
                        : error(400, "invalid_grant", "Invalid JWT: signature, audience, scope or time is wrong.");
            default -> error(400, "unsupported_grant_type", "Neither client_credentials nor jwt-bearer.");
        };
    }

    /** As Apache Airflow takes it. */
    private boolean hasPassword(byte[] request) {
        try {
            JsonNode given = Json.MAPPER.readTree(request);
            return given.path("username").asText().equals(user)
                    && isPassword(given.path("password").asText());
        } catch (IOException e) {
            return false;
        }
    }

    /** A client may authenticate in the header or in the form. */
    private boolean knowsClient(ReceivedRequest request, Map<String, String> form) {
        String authorization = request.headers().getOrDefault("authorization", "");
        if (!authorization.startsWith(BASIC)) {
            return user.equals(form.get("client_id")) && isPassword(form.getOrDefault("client_secret", ""));
        }
        try {
            String decoded = new String(Base64.getDecoder().decode(authorization.substring(BASIC.length())), UTF_8);
            List<String> parts = List.of(decoded.split(":", 2));
            return URLDecoder.decode(parts.get(0), UTF_8).equals(user)
                    && isPassword(URLDecoder.decode(parts.get(parts.size() - 1), UTF_8));
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    private boolean asserts(String assertion) {
        return serviceAccount
                .claims(assertion, clock.instant())
                .filter(claims -> claims.path("aud").asText().endsWith(OAUTH)
                        && !claims.path("scope").asText().isEmpty())
                .isPresent();
    }

    private Reply token() {
        ObjectNode body = Json.MAPPER.createObjectNode();
        body.put("access_token", issue()).put("expires_in", LIFE.toSeconds()).put("token_type", "Bearer");
        return new Reply(200, Reply.JSON, body.toString());
    }

    private static Reply error(int status, String code, String description) {
        ObjectNode body = Json.MAPPER.createObjectNode();
        return new Reply(
                status,
                Reply.JSON,
                body.put("error", code).put("error_description", description).toString());
    }

    private String issue() {
        String token = UUID.randomUUID().toString();
        tokens.put(token, clock.instant().plus(LIFE));
        return token;
    }

    private boolean isPassword(String given) {
        return MessageDigest.isEqual(given.getBytes(UTF_8), password.getBytes(UTF_8));
    }
}
