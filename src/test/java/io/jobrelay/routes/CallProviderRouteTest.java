package io.jobrelay.routes;

import static com.github.tomakehurst.wiremock.client.WireMock.anyRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.anyUrl;
import static com.github.tomakehurst.wiremock.client.WireMock.ok;
import static org.assertj.core.api.Assertions.assertThat;

import com.github.tomakehurst.wiremock.verification.LoggedRequest;
import io.jobrelay.account.Account;
import io.jobrelay.provider.FailureKind;
import io.jobrelay.provider.PollFailedException;
import io.jobrelay.signing.Acs3HmacSha256;
import io.jobrelay.signing.AwsSigV4;
import io.jobrelay.signing.BceAuthV1;
import io.jobrelay.signing.RequestSigner;
import io.jobrelay.signing.SdkHmacSha256;
import io.jobrelay.signing.SdkHmacSha256Scoped;
import io.jobrelay.signing.SentRequest;
import io.jobrelay.watch.Pace;
import io.jobrelay.watch.ProviderApi;
import io.jobrelay.watch.Watch;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Every scheme signs what then goes on the wire. */
class CallProviderRouteTest extends RouteTestSupport {
    private static final String TOKEN = "TestSecurityToken+/0123456789==";
    private static final String PATH = "/d%20a%2Fb%2Ac~d%2Be%25f%E4%B8%AD/?z=1&a=d%20a%2Fb&a=%2B&empty=";
    private static final Watch WATCH =
            new Watch("aws-batch-job", "aws-sigv4", Map.of(), Pace.DEFAULT, Map.of(), false, null, false);
    private static final Map<String, RequestSigner> SIGNERS = Stream.of(
                    new Acs3HmacSha256(() -> ""),
                    new SdkHmacSha256(),
                    new SdkHmacSha256Scoped(),
                    new BceAuthV1(),
                    new AwsSigV4("eu-central-1", "batch"))
            .collect(Collectors.toMap(RequestSigner::scheme, Function.identity()));

    @TempDir
    private static Path directory;

    private final Path tokenFile = directory.resolve("token");
    private final List<String> budget = new ArrayList<>();

    CallProviderRouteTest() {
        super("file:routes/signing/call-provider.camel.yaml");
    }

    @Override
    Map<String, String> accounts() {
        Map<String, String> accounts = new HashMap<>(TestWatches.account("none", provider.baseUrl(), "none"));
        accounts.putAll(TestWatches.account("bearer", provider.baseUrl(), "bearer", "token", "a-token.of~its/own="));
        accounts.putAll(
                TestWatches.account("bearer-file", provider.baseUrl(), "bearer", "token-file", tokenFile.toString()));
        accounts.putAll(TestWatches.account(
                "headers",
                provider.baseUrl(),
                "headers",
                "header.X-SLURM-USER-NAME",
                "relay",
                "header.X-SLURM-USER-TOKEN",
                "a.b.c"));
        SIGNERS.keySet().forEach(scheme -> {
            String[] region = {"region", "eu-central-1", "security-token", TOKEN};
            accounts.putAll(TestWatches.account(scheme, provider.baseUrl(), scheme, Arrays.copyOf(region, 2)));
            accounts.putAll(TestWatches.account(scheme + "-sts", provider.baseUrl(), scheme, region));
        });
        return accounts;
    }

    @Override
    protected CamelContext createCamelContext() throws Exception {
        CamelContext created = super.createCamelContext();
        ProviderApi api = new ProviderApi();
        api.setName(WATCH.api());
        api.setService("batch");
        created.getRegistry().bind(WATCH.api(), api);
        created.getRegistry().unbind("acquire-permit");
        created.getRegistry().bind("acquire-permit", (Processor) exchange ->
                budget.add(exchange.getVariable("account", Account.class).name()));
        return created;
    }

    @ParameterizedTest
    @CsvSource({
        "acs3-hmac-sha256,           host;x-acs-action;x-acs-content-sha256;x-acs-date;x-acs-signature-nonce",
        "acs3-hmac-sha256-sts,       host;x-acs-accesskey-id;x-acs-security-token",
        "sdk-hmac-sha256,            host;x-acs-action;x-sdk-date",
        "sdk-hmac-sha256-sts,        host;x-acs-action;x-sdk-date;x-security-token",
        "sdk-hmac-sha256-scoped,     host;x-sdk-date",
        "sdk-hmac-sha256-scoped-sts, host;x-sdk-date",
        "aws-sigv4,                  host;x-acs-action;x-amz-date",
        "aws-sigv4-sts,              host;x-acs-action;x-amz-date;x-amz-security-token",
        "bce-auth-v1,                host;x-bce-date",
        "bce-auth-v1-sts,            host;x-bce-date;x-bce-security-token",
    })
    void signs_what_it_sends(String account, String covered) {
        for (String body : new String[] {null, "{\"id\":\"中\"}"}) {
            SentRequest sent = sent(ask(account, body), account);

            assertThat(sent.headers()).containsEntry("host", "localhost:" + provider.getPort());
            assertThat(sent.signedHeaders()).contains(covered.split(";", -1));
            assertThat(sent.verifies(SIGNERS.get(account.replace("-sts", "")))).isTrue();
            assertThat(sent.headers().containsValue(TOKEN)).isEqualTo(account.endsWith("-sts"));
        }
    }

    @Test
    void signs_for_the_region_of_the_account_and_the_service_of_the_api() {
        assertThat(ownHeaders(ask("aws-sigv4", null)).get("authorization"))
                .contains("/20261122/eu-central-1/batch/aws4_request, ");
    }

    @Test
    void adds_nothing_for_an_account_without_signing() {
        assertThat(ownHeaders(ask("none", null))).containsOnlyKeys("x-acs-action");
    }

    @Test
    void puts_the_token_of_the_account_on_the_request() {
        assertThat(ownHeaders(ask("bearer", null))).containsEntry("authorization", "Bearer a-token.of~its/own=");
    }

    @Test
    void reads_a_token_file_again_when_it_has_changed() throws IOException {
        Files.writeString(tokenFile, "first-token\n");
        Map<String, String> first = ownHeaders(ask("bearer-file", null));
        Files.writeString(tokenFile, "other-token\n");

        assertThat(first).containsEntry("authorization", "Bearer first-token");
        assertThat(ownHeaders(ask("bearer-file", null))).containsEntry("authorization", "Bearer other-token");
        assertThat(secrets.mask("first-token, other-token")).isEqualTo("***, ***");
    }

    @ParameterizedTest
    @CsvSource({"true, holds none", "false, cannot be read"})
    void sends_nothing_without_a_token(boolean exists, String problem) throws IOException {
        Files.deleteIfExists(tokenFile);
        if (exists) {
            Files.writeString(tokenFile, "two words\n");
        }

        assertThat(exchange("bearer-file", null).getException())
                .isInstanceOfSatisfying(PollFailedException.class, failed -> {
                    assertThat(failed.failure().kind()).isEqualTo(FailureKind.UNAUTHENTICATED);
                    assertThat(failed.failure().message())
                            .isEqualTo(
                                    "jobrelay.account.bearer-file.token-file: must be a file that holds a token, '%s' %s",
                                    tokenFile, problem);
                });
        provider.verify(0, anyRequestedFor(anyUrl()));
    }

    @Test
    void puts_the_headers_of_the_account_on_the_request() {
        assertThat(ownHeaders(ask("headers", null)))
                .containsOnlyKeys("x-acs-action", "x-slurm-user-name", "x-slurm-user-token")
                .containsEntry("x-slurm-user-name", "relay")
                .containsEntry("x-slurm-user-token", "a.b.c");
    }

    @Test
    void signs_every_request_anew() {
        Map<String, String> first = ownHeaders(ask("acs3-hmac-sha256", null));
        clock.advance(Duration.ofSeconds(3));
        Map<String, String> second = ownHeaders(ask("acs3-hmac-sha256", null));

        assertThat(first).containsEntry("x-acs-date", "2026-11-22T10:00:00Z");
        assertThat(second).containsEntry("x-acs-date", "2026-11-22T10:00:03Z");
        assertThat(second.get("x-acs-signature-nonce")).isNotEqualTo(first.get("x-acs-signature-nonce"));
        assertThat(second.get("authorization")).isNotEqualTo(first.get("authorization"));
    }

    @Test
    void takes_every_request_from_the_budget_of_its_account() {
        ask("none", null);
        ask("bce-auth-v1", null);
        ask("none", null);

        assertThat(budget).containsExactly("none", "bce-auth-v1", "none");
    }

    private LoggedRequest ask(String name, String body) {
        provider.resetRequests();
        replies(ok());
        assertThat(exchange(name, body).getException()).isNull();
        return request();
    }

    private Exchange exchange(String name, String body) {
        Account account = settings.accounts().get(name);
        return template.request("direct:call-provider", exchange -> {
            exchange.setVariable("account", account);
            exchange.setVariable("watch", WATCH);
            exchange.setVariable("signing", account.signing().scheme());
            exchange.getMessage().setHeader(Exchange.HTTP_METHOD, body == null ? "GET" : "POST");
            exchange.getMessage().setHeader(Exchange.HTTP_URI, provider.baseUrl() + PATH);
            exchange.getMessage().setHeader("x-acs-action", "Get");
            exchange.getMessage().setBody(body);
        });
    }

    private SentRequest sent(LoggedRequest request, String account) {
        Map<String, String> headers = ownHeaders(request);
        headers.put("host", request.getHeader("Host"));
        String[] url = request.getUrl().split("\\?", 2);
        return new SentRequest(
                request.getMethod().value(),
                url[0],
                url[1],
                headers,
                request.getBodyAsString(),
                settings.accounts().get(account).credentials());
    }
}
