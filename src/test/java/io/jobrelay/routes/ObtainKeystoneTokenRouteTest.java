package io.jobrelay.routes;

import static com.github.tomakehurst.wiremock.client.WireMock.equalTo;
import static com.github.tomakehurst.wiremock.client.WireMock.equalToJson;
import static com.github.tomakehurst.wiremock.client.WireMock.getRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.jsonResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.postRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.urlEqualTo;
import static org.assertj.core.api.Assertions.assertThat;

import io.jobrelay.account.KeystoneToken;
import io.jobrelay.provider.FailureKind;
import io.jobrelay.provider.PollFailedException;
import io.jobrelay.provider.PollFailure;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import org.apache.camel.Exchange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The identity service is played by WireMock; {@link KeystoneTokenTest} has its tokens renewed. */
class ObtainKeystoneTokenRouteTest extends RouteTestSupport {
    private static final String LOGIN = "/v3/auth/tokens?nocatalog=true";
    private static final String PASSWORD = "Test-Pass\\word\"1";
    private static final String REPLY = "{\"token\": {\"expires_at\": \"2026-11-23T10:00:00Z\"}}";

    ObtainKeystoneTokenRouteTest() {
        super("file:routes/signing/*.camel.yaml");
    }

    @Override
    Map<String, String> accounts() {
        return TestWatches.account(
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
                "eu-de");
    }

    @Test
    void obtains_a_token_by_password() {
        replies(jsonResponse(REPLY, 201).withHeader("X-Subject-Token", "MIITestToken"));

        Exchange answer = through("direct:obtain-keystone-token");

        assertThat(answer.getMessage().getBody())
                .isEqualTo(new KeystoneToken("MIITestToken", Instant.parse("2026-11-23T10:00:00Z")));
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
    @CsvSource(delimiter = '|', textBlock = """
            401 | {"error": {"code": 401, "message": "Wrong password."}} | UNAUTHENTICATED | Wrong password.
            429 | {"error_msg": "Too many", "error_code": "IAM.0012"}    | THROTTLED       | Too many
            503 | <html>                                                 | UNAVAILABLE     | HTTP status 503
            500 | {"error": "text"}                                      | UNAVAILABLE     | HTTP status 500
            201 | {"token": {"expires_at": "2026-11-23T10:00:00Z"}}      | MALFORMED       | X-Subject-Token
            201 | <html>                                                 | MALFORMED       | not valid JSON
            200 | {}                                                     | MALFORMED       | X-Subject-Token
            """)
    void says_why_there_is_no_token(int status, String body, FailureKind kind, String message) {
        replies(jsonResponse(body, status).withHeader("Retry-After", "120"));

        PollFailure failure =
                ((PollFailedException) through("direct:obtain-keystone-token").getException()).failure();

        assertThat(failure.kind()).isEqualTo(kind);
        assertThat(failure.message()).contains(message);
        assertThat(failure.retryAfter()).isEqualTo(kind == FailureKind.MALFORMED ? null : Duration.ofMinutes(2));
        provider.verify(1, postRequestedFor(urlEqualTo(LOGIN)));
    }

    private Exchange through(String route) {
        return template.request(route, exchange -> {
            exchange.setVariable("account", settings.accounts().get("otc"));
            exchange.setVariable("signing", "keystone-token");
            exchange.getMessage().setHeader(Exchange.HTTP_URI, provider.baseUrl() + "/job");
        });
    }
}
