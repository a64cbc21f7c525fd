package io.jobrelay.sandbox;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.jobrelay.account.ServiceAccountKey;
import io.jobrelay.job.Json;
import io.jobrelay.testbed.MovableClock;
import io.jobrelay.testbed.ServiceAccountFile;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TokenServiceTest {
    private static final Instant NOW = Instant.parse("2026-11-22T12:00:00Z");
    private static final String GRANT = "grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Ajwt-bearer&assertion=";
    private static final String URL = "http://127.0.0.1:8080/oauth2/token";

    private final MovableClock clock = new MovableClock(NOW);
    private final ServiceAccount account = new ServiceAccount("acme");
    private final TokenService service = new TokenService("acme", "a:secret+", account, clock);

    @ParameterizedTest
    @CsvSource({
        "acme:a%3Asecret%2B, grant_type=client_credentials&scope=all,                                200, ",
        "'',                 grant_type=client_credentials&client_id=acme&client_secret=a%3Asecret%2B, 200, ",
        "acme:a%3Asecret,    grant_type=client_credentials,                                          401, invalid_client",
        "'',                 grant_type=client_credentials&client_id=acme,                           401, invalid_client",
        "acme:a%3Asecret%2B, grant_type=password,                                                    400, unsupported_grant_type",
    })
    void issues_a_token_to_a_client_that_it_knows(String basic, String form, int status, String error)
            throws IOException {
        LoopbackServer.Reply reply = ask(basic, form);

        assertThat(reply.status()).isEqualTo(status);
        assertThat(Json.MAPPER.readTree(reply.body()).path("error").asText(null))
                .isEqualTo(error);
        if (status == 200) {
            String token =
                    Json.MAPPER.readTree(reply.body()).path("access_token").asText();
            assertThat(service.accepts(token)).isTrue();
            assertThat(service.accepts(token + "x")).isFalse();
            clock.advance(Duration.ofHours(1));
            assertThat(service.accepts(token)).isFalse();
        }
    }

    @Test
    void takes_what_the_service_account_has_signed_and_nothing_else(@TempDir Path directory) throws IOException {
        ServiceAccountKey key = ServiceAccountKey.read(account.keyFile());
        ServiceAccountKey another = ServiceAccountKey.read(ServiceAccountFile.write(directory.resolve("key.json")));
        String assertion = key.assertion("all", URL, NOW);
        String token = key.token("https://aiplatform.googleapis.com/", NOW);

        assertThat(ask("", GRANT + assertion).status()).isEqualTo(200);
        assertThat(ask("", GRANT + changed(assertion)).status()).isEqualTo(400);
        assertThat(ask("", GRANT + key.assertion("", URL, NOW)).status()).isEqualTo(400);
        assertThat(ask("", GRANT + key.assertion("all", "https://elsewhere.example", NOW))
                        .status())
                .isEqualTo(400);
        assertThat(ask("", GRANT + another.assertion("all", URL, NOW)).status()).isEqualTo(400);
        assertThat(service.accepts(token)).isTrue();
        assertThat(service.accepts(changed(token))).isFalse();
        assertThat(service.accepts(assertion)).isFalse();
        clock.advance(ServiceAccountKey.LIFE);
        assertThat(service.accepts(token)).isFalse();
        assertThat(ask("", GRANT + assertion).status()).isEqualTo(400);
    }

    /** One byte of what is signed. */
    private static String changed(String token) {
        String[] parts = token.split("\\.", 3);
        String claims = new String(Base64.getUrlDecoder().decode(parts[1]), UTF_8).replace("acme@", "acmf@");
        return parts[0] + "." + Base64.getUrlEncoder().withoutPadding().encodeToString(claims.getBytes(UTF_8)) + "."
                + parts[2];
    }

    private LoopbackServer.Reply ask(String basic, String form) {
        Map<String, String> headers = basic.isEmpty()
                ? Map.of("content-type", "application/x-www-form-urlencoded")
                : Map.of(
                        "content-type",
                        "application/x-www-form-urlencoded",
                        "authorization",
                        "Basic " + Base64.getEncoder().encodeToString(basic.getBytes(UTF_8)));
        return service.reply(new ReceivedRequest("POST", TokenService.OAUTH, "", headers, form.getBytes(UTF_8)))
                .orElseThrow();
    }
}
