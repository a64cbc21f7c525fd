package io.jobrelay.sandbox;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.microsoft.aad.msal4j.ClientCredentialFactory;
import com.microsoft.aad.msal4j.ClientCredentialParameters;
import com.microsoft.aad.msal4j.ConfidentialClientApplication;
import com.microsoft.aad.msal4j.HttpMethod;
import com.microsoft.aad.msal4j.HttpRequest;
import com.microsoft.aad.msal4j.HttpResponse;
import com.microsoft.aad.msal4j.MsalServiceException;
import java.net.MalformedURLException;
import java.time.Clock;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.Test;

/** The sandbox's token service gives Microsoft's own client what it asks for. */
class VendorTokensTest {
    private final TokenService service =
            new TokenService("a-client", "a+secret", new ServiceAccount("acme"), Clock.systemUTC());

    @Test
    void issues_a_token_to_microsofts_library_and_none_for_another_secret() throws Exception {
        String token = client("a+secret")
                .acquireToken(ClientCredentialParameters.builder(Set.of("https://management.azure.com/.default"))
                        .build())
                .get()
                .accessToken();

        assertThat(service.accepts(token)).isTrue();
        assertThatThrownBy(() -> client("another")
                        .acquireToken(
                                ClientCredentialParameters.builder(Set.of("https://management.azure.com/.default"))
                                        .build())
                        .get())
                .isInstanceOf(ExecutionException.class)
                .hasCauseInstanceOf(MsalServiceException.class);
    }

    private ConfidentialClientApplication client(String secret) throws MalformedURLException {
        return ConfidentialClientApplication.builder("a-client", ClientCredentialFactory.createFromSecret(secret))
                .authority("https://login.microsoftonline.com/11111111-2222-3333-4444-555555555555/")
                .validateAuthority(false)
                .instanceDiscovery(false)
                .httpClient(this::send)
                .build();
    }

    private HttpResponse send(HttpRequest request) {
        HttpResponse response = new HttpResponse();
        if (request.httpMethod() != HttpMethod.POST) {
            throw new AssertionError("it asks for nothing else: " + request.url());
        }
        Map<String, String> headers = new TreeMap<>();
        request.headers().forEach((name, value) -> headers.put(name.toLowerCase(Locale.ROOT), value));
        LoopbackServer.Reply reply = service.reply(new ReceivedRequest(
                        "POST", TokenService.OAUTH, "", headers, request.body().getBytes(UTF_8)))
                .orElseThrow();
        response.statusCode(reply.status());
        response.body(reply.body());
        response.addHeaders(Map.of("Content-Type", List.of("application/json")));
        return response;
    }
}
