package io.jobrelay.sandbox;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.jobrelay.job.Json;
import io.jobrelay.sandbox.LoopbackServer.Reply;
import java.io.IOException;
import java.security.MessageDigest;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;

/** The part of Keystone v3 that issues tokens: {@code POST /v3/auth/tokens} by password, valid for an hour. */
final class TokenService {
    static final String REQUEST = "POST /v3/auth/tokens";

    private static final Duration LIFE = Duration.ofHours(1);

    private final String user;
    private final String password;
    private final Clock clock;
    private final Map<String, Instant> tokens = new ConcurrentHashMap<>();

    TokenService(String user, String password, Clock clock) {
        this.user = user;
        this.password = password;
        this.clock = clock;
    }

    /** True for a token that was issued here and has not expired. */
    boolean accepts(String token) {
        Instant end = tokens.get(token);
        return end != null && clock.instant().isBefore(end);
    }

    Reply reply(byte[] request) {
        ObjectNode body = Json.MAPPER.createObjectNode();
        if (!authenticates(request)) {
            body.putObject("error")
                    .put("code", 401)
                    .put("message", "The username or password is wrong.")
                    .put("title", "Unauthorized");
            return new Reply(401, Reply.JSON, body.toString());
        }
        String token = UUID.randomUUID().toString();
        Instant end = clock.instant().plus(LIFE);
        tokens.put(token, end);
        body.putObject("token").put("expires_at", end.toString());
        return new Reply(201, Map.of("Content-Type", "application/json", "X-Subject-Token", token), body.toString());
    }

    private boolean authenticates(byte[] request) {
        try {
            JsonNode given = Json.MAPPER.readTree(request).at("/auth/identity/password/user");
            return given.path("name").asText().equals(user)
                    && MessageDigest.isEqual(given.path("password").asText().getBytes(UTF_8), password.getBytes(UTF_8));
        } catch (IOException e) {
            return false;
        }
    }
}
