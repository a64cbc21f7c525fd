package io.jobrelay.sandbox;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.github.tomakehurst.wiremock.client.ResponseDefinitionBuilder;
import com.github.tomakehurst.wiremock.http.ResponseDefinition;
import io.jobrelay.job.Json;
import java.io.IOException;
import java.security.MessageDigest;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;

/** Keystone v3 as far as it gives tokens: {@code POST /v3/auth/tokens} by password, good for an hour. */
final class KeystoneService {
    static final String PATH = "/v3/auth/tokens";

    private static final Duration LIFE = Duration.ofHours(1);

    private final String user;
    private final String password;
    private final Clock clock;
    private final Map<String, Instant> tokens = new ConcurrentHashMap<>();

    KeystoneService(String user, String password, Clock clock) {
        this.user = user;
        this.password = password;
        this.clock = clock;
    }

    /** True for a token that was given here and has not expired. */
    boolean accepts(String token) {
        Instant end = tokens.get(token);
        return end != null && clock.instant().isBefore(end);
    }

    ResponseDefinition answer(byte[] request) {
        ObjectNode body = Json.MAPPER.createObjectNode();
        if (!knows(request)) {
            body.putObject("error")
                    .put("code", 401)
                    .put("message", "The username or password is wrong.")
                    .put("title", "Unauthorized");
            return reply(401, body).build();
        }
        String token = UUID.randomUUID().toString();
        Instant end = clock.instant().plus(LIFE);
        tokens.put(token, end);
        body.putObject("token").put("expires_at", end.toString());
        return reply(201, body).withHeader("X-Subject-Token", token).build();
    }

    private boolean knows(byte[] request) {
        try {
            JsonNode given = Json.MAPPER.readTree(request).at("/auth/identity/password/user");
            return given.path("name").asText().equals(user)
                    && MessageDigest.isEqual(given.path("password").asText().getBytes(UTF_8), password.getBytes(UTF_8));
        } catch (IOException e) {
            return false;
        }
    }

    private static ResponseDefinitionBuilder reply(int status, ObjectNode body) {
        return new ResponseDefinitionBuilder()
                .withStatus(status)
                .withHeader("Content-Type", "application/json")
                .withBody(body.toString());
    }
}
