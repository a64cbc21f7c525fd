package io.jobrelay.routes;

import static com.github.tomakehurst.wiremock.client.WireMock.anyRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.anyUrl;
import static com.github.tomakehurst.wiremock.client.WireMock.equalTo;
import static com.github.tomakehurst.wiremock.client.WireMock.equalToJson;
import static com.github.tomakehurst.wiremock.client.WireMock.getRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.jsonResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.ok;
import static com.github.tomakehurst.wiremock.client.WireMock.postRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.urlEqualTo;
import static org.assertj.core.api.Assertions.assertThat;

import io.jobrelay.account.AccessToken;
import io.jobrelay.account.Account;
import io.jobrelay.account.ServiceAccountKey;
import io.jobrelay.provider.FailureKind;
import io.jobrelay.provider.PollFailedException;
import io.jobrelay.provider.PollFailure;
import io.jobrelay.testbed.ServiceAccountFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.apache.camel.Exchange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The identity service is played by WireMock; {@link AccessTokenTest} has its tokens renewed. */
class ObtainTokenRouteTest extends RouteTestSupport {
    private static final String LOGIN = "/v3/auth/tokens?nocatalog=true";
    private static final String PASSWORD = "Test-Pass\\word\"1";
    private static final String REPLY = "{\"token\": {\"expires_at\": \"2026-11-23T10:00:00Z\"}}";

    private static final String OAUTH_REPLY =
            "{\"access_token\": \"an-access-token\", \"expires_in\": 3599, \"token_type\": \"Bearer\"}";

    @TempDir
    private static Path directory;

    private final Path keyFile = directory.resolve("key.json");

    ObtainTokenRouteTest() throws IOException {
        super("file:routes/signing/*.camel.yaml");
        ServiceAccountFile.write(keyFile);
    }

    @Override
    Map<String, String> accounts() {
        Map<String, String> accounts = new HashMap<>(TestWatches.account(
                "otc",
                provider.baseUrl(),
                "keystone-token",
                "auth-url",
                provider.baseUrl() + "/v3",
                "user",
                "relay",
                "password",
                PASSWORD,
                "domain",
                "OTC-EU-DE-1",
                "project",
                "eu-de"));
        String url = provider.baseUrl();
        String[] client = {
            "token-url", url + "/token", "client-id", "an id", "client-secret", "hush:hush+1", "scope", "a b"
        };
        accounts.putAll(TestWatches.account("oauth", url, "oauth2-client-credentials", client));
        accounts.putAll(TestWatches.account("no-scope", url, "oauth2-client-credentials", Arrays.copyOf(client, 6)));
        String[] login = {"token-url", url + "/auth/token", "user", "ada", "password", "hush:hush+1"};
        accounts.putAll(TestWatches.account("airflow", url, "password-token", login));
        String[] key = {"key-file", keyFile.toString(), "token-url", url + "/token"};
        accounts.putAll(TestWatches.account("google", url, "google-service-account", key));
        accounts.putAll(TestWatches.account(
                "self-signed",
                url,
                "google-service-account",
                "key-file",
                keyFile.toString(),
                "audience",
                "https://aiplatform.googleapis.com/"));
        return accounts;
    }

    @Test
    void obtains_a_token_by_password() {
        replies(jsonResponse(REPLY, 201).withHeader("X-Subject-Token", "MIITestToken"));

        Exchange answer = through("direct:obtain-token");

        assertThat(answer.getMessage().getBody())
                .isEqualTo(new AccessToken("MIITestToken", Instant.parse("2026-11-23T10:00:00Z")));
        assertThat(secrets.mask("with MIITestToken")).isEqualTo("with ***");
        provider.verify(postRequestedFor(urlEqualTo(LOGIN)).withRequestBody(equalToJson("""
                {"auth": {
                  "identity": {"methods": ["password"], "password": {"user":
                    {"name": "relay", "password": "Test-Pass\\\\word\\"1", "domain": {"name": "OTC-EU-DE-1"}}}},
                  "scope": {"project": {"name": "eu-de"}}}}
                """)));
        assertThat(ownHeaders(request()))
                .containsOnlyKeys("content-type", "content-length")
                .containsEntry("content-type", "application/json");
    }

    @Test
    void signs_with_one_token_until_it_ends() {
        replies(jsonResponse(REPLY, 201).withHeader("X-Subject-Token", "MIITestToken"));

        for (int requests = 0; requests < 2; requests++) {
            assertThat(through("direct:call-provider").getException()).isNull();
        }

        provider.verify(1, postRequestedFor(urlEqualTo(LOGIN)));
        provider.verify(2, getRequestedFor(urlEqualTo("/job")).withHeader("X-Auth-Token", equalTo("MIITestToken")));
    }

    @ParameterizedTest
    @CsvSource({"oauth, &scope=a%20b", "no-scope, ''"})
    void obtains_a_token_with_the_clients_credentials(String account, String scope) {
        replies(jsonResponse(OAUTH_REPLY, 200));

        Exchange answer = through("direct:obtain-token", account);

        assertThat(answer.getMessage().getBody())
                .isEqualTo(new AccessToken("an-access-token", Instant.parse("2026-11-22T10:59:59Z")));
        assertThat(secrets.mask("with an-access-token")).isEqualTo("with ***");
        assertThat(request().getBodyAsString()).isEqualTo("grant_type=client_credentials" + scope);
        assertThat(ownHeaders(request()))
                .containsOnlyKeys("content-type", "content-length", "authorization")
                .containsEntry("content-type", "application/x-www-form-urlencoded")
                // an%20id:hush%3Ahush%2B1, RFC 6749, section 2.3.1
                .containsEntry("authorization", "Basic YW4lMjBpZDpodXNoJTNBaHVzaCUyQjE=");
        provider.verify(1, postRequestedFor(urlEqualTo("/token")));
    }

    @Test
    void obtains_a_token_for_what_a_service_account_has_signed() throws IOException {
        replies(jsonResponse(OAUTH_REPLY, 200));

        Exchange answer = through("direct:obtain-token", "google");

        assertThat(answer.getMessage().getBody())
                .isEqualTo(new AccessToken("an-access-token", Instant.parse("2026-11-22T10:59:59Z")));
        assertThat(request().getBodyAsString())
                .isEqualTo("grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Ajwt-bearer&assertion="
                        + ServiceAccountKey.read(keyFile)
                                .assertion(
                                        "https://www.googleapis.com/auth/cloud-platform",
                                        provider.baseUrl() + "/token",
                                        clock.instant()));
        assertThat(ownHeaders(request())).containsOnlyKeys("content-type", "content-length");
    }

    @Test
    void signs_with_a_token_of_the_service_account_itself_and_asks_for_none() throws IOException {
        replies(ok());

        for (int requests = 0; requests < 2; requests++) {
            assertThat(through("direct:call-provider", "self-signed").getException())
                    .isNull();
        }

        String token = ServiceAccountKey.read(keyFile).token("https://aiplatform.googleapis.com/", clock.instant());
        provider.verify(2, getRequestedFor(urlEqualTo("/job")).withHeader("Authorization", equalTo("Bearer " + token)));
        provider.verify(2, anyRequestedFor(anyUrl()));
        assertThat(secrets.mask(token)).isEqualTo("***");
    }

    @ParameterizedTest
    @ValueSource(strings = {"oauth", "google"})
    void signs_with_one_bearer_token_until_it_ends(String account) {
        replies(jsonResponse(OAUTH_REPLY, 200));

        for (int requests = 0; requests < 2; requests++) {
            assertThat(through("direct:call-provider", account).getException()).isNull();
        }

        provider.verify(1, postRequestedFor(urlEqualTo("/token")));
        provider.verify(
                2, getRequestedFor(urlEqualTo("/job")).withHeader("Authorization", equalTo("Bearer an-access-token")));
        clock.advance(Duration.ofMinutes(55));
        assertThat(through("direct:call-provider", account).getException()).isNull();
        provider.verify(2, postRequestedFor(urlEqualTo("/token")));
    }

    @Test
    void obtains_a_token_for_a_user_s_password() {
        replies(jsonResponse("{\"access_token\": \"an-access-token\"}", 201));

        assertThat(through("direct:call-provider", "airflow").getException()).isNull();

        provider.verify(postRequestedFor(urlEqualTo("/auth/token"))
                .withHeader("Content-Type", equalTo("application/json"))
                .withRequestBody(equalToJson("{\"username\": \"ada\", \"password\": \"hush:hush+1\"}")));
        provider.verify(
                getRequestedFor(urlEqualTo("/job")).withHeader("Authorization", equalTo("Bearer an-access-token")));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            400 | {"error": "invalid_grant", "error_description": "Invalid JWT: clock"} | UNAUTHENTICATED | Invalid JWT: clock
            401 | {"error": "invalid_client", "error_description": "AADSTS7000215"}     | UNAUTHENTICATED | AADSTS7000215
            400 | {"error": "unauthorized_client"}                                    | FORBIDDEN       | unauthorized_client
            400 | {"error": "invalid_scope"}                                          | REJECTED        | invalid_scope
            200 | {"access_token": "a b"}                                             | MALFORMED       | access_token
            200 | {"access_token": "cut-off-in-the-m                                  | MALFORMED       | not valid JSON
            """)
    void says_why_there_is_no_access_token(int status, String body, FailureKind kind, String message) {
        replies(jsonResponse(body, status));

        PollFailure failure =
                ((PollFailedException) through("direct:call-provider", "oauth").getException()).failure();

        assertThat(failure.kind()).isEqualTo(kind);
        assertThat(failure.message()).contains(message);
        assertThat(failure.reply()).as("which may have half a token in it").isNull();
        provider.verify(1, anyRequestedFor(anyUrl()));
    }

    @Test
    void asks_nothing_without_the_key_of_the_service_account() throws IOException {
        Files.writeString(keyFile, "{}");

        PollFailure failure =
                ((PollFailedException) through("direct:call-provider", "google").getException()).failure();

        assertThat(failure.kind()).isEqualTo(FailureKind.UNAUTHENTICATED);
        assertThat(failure.message())
                .isEqualTo(
                        "jobrelay.account.google.key-file: must be the key file of a service account, '%s' has no client_email",
                        keyFile);
        provider.verify(0, anyRequestedFor(anyUrl()));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            401 | {"error": {"code": 401, "message": "Wrong password."}} | UNAUTHENTICATED | Wrong password.
            429 | {"error_msg": "Too many", "error_code": "IAM.0012"}    | THROTTLED       | Too many
            503 | <html>                                                 | UNAVAILABLE     | HTTP status 503
            500 | {"error": "text"}                                      | UNAVAILABLE     | text
            201 | {"token": {"expires_at": "2026-11-23T10:00:00Z"}}      | MALFORMED       | X-Subject-Token
            201 | <html>                                                 | MALFORMED       | not valid JSON
            200 | {}                                                     | MALFORMED       | X-Subject-Token
            """)
    void says_why_there_is_no_token(int status, String body, FailureKind kind, String message) {
        replies(jsonResponse(body, status).withHeader("Retry-After", "120"));

        PollFailure failure =
                ((PollFailedException) through("direct:obtain-token").getException()).failure();

        assertThat(failure.kind()).isEqualTo(kind);
        assertThat(failure.message()).contains(message);
        assertThat(failure.retryAfter()).isEqualTo(kind == FailureKind.MALFORMED ? null : Duration.ofMinutes(2));
        provider.verify(1, postRequestedFor(urlEqualTo(LOGIN)));
    }

    private Exchange through(String route) {
        return through(route, "otc");
    }

    private Exchange through(String route, String name) {
        Account account = settings.accounts().get(name);
        return template.request(route, exchange -> {
            exchange.setVariable("account", account);
            exchange.setVariable("signing", account.signing().scheme());
            exchange.getMessage().setHeader(Exchange.HTTP_URI, provider.baseUrl() + "/job");
        });
    }
}
