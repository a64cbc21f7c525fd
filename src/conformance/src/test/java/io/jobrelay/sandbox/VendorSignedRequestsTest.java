package io.jobrelay.sandbox;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.aliyun.openapiutil.Client;
import com.aliyun.tea.TeaRequest;
import com.baidubce.auth.BceV1Signer;
import com.baidubce.auth.DefaultBceCredentials;
import com.baidubce.auth.SignOptions;
import com.baidubce.internal.InternalRequest;
import com.huaweicloud.sdk.core.auth.AKSKSigner;
import com.huaweicloud.sdk.core.auth.BasicCredentials;
import com.huaweicloud.sdk.core.http.HttpMethod;
import com.huaweicloud.sdk.core.http.HttpRequest;
import io.jobrelay.signing.Credentials;
import java.net.URI;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Date;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The sandbox lets in what the vendors' own signers have signed. */
class VendorSignedRequestsTest {
    private static final Credentials KEYS = new Credentials("an-access-key", "a-secret-key", null);
    private static final Instant NOW = Instant.parse("2026-11-22T12:00:00Z");

    private final SignatureVerifier verifier =
            new SignatureVerifier(KEYS, Map.of(), token -> false, Clock.fixed(NOW, ZoneOffset.UTC));

    @Test
    void lets_in_what_alibabas_own_signer_has_signed_and_refuses_it_changed() throws Exception {
        TeaRequest tea = new TeaRequest();
        tea.method = "GET";
        tea.pathname = "/api/v1/datasets/d-1/datasetjobs/j-1";
        tea.query = Map.of("WorkspaceId", "478");
        String hash = Client.hexEncode(Client.hash(new byte[0], "ACS3-HMAC-SHA256"));
        tea.headers = new HashMap<>(Map.of(
                "host", "127.0.0.1:8080",
                "x-acs-action", "GetDatasetJob",
                "x-acs-version", "2021-02-04",
                "x-acs-date", "2026-11-22T12:00:00Z",
                "x-acs-signature-nonce", "a-nonce",
                "x-acs-content-sha256", hash));
        tea.headers.put(
                "authorization",
                Client.getAuthorization(tea, "ACS3-HMAC-SHA256", hash, KEYS.accessKey(), KEYS.secretKey()));

        assertThat(verifier.verify(get("/api/v1/datasets/d-1/datasetjobs/j-2", "WorkspaceId=478", tea.headers)))
                .contains(Refusal.MISMATCH);
        assertThat(verifier.verify(get(tea.pathname, "WorkspaceId=478", tea.headers)))
                .isEmpty();
    }

    @Test
    void lets_in_what_huaweis_own_signer_has_signed_and_refuses_it_changed() {
        HttpRequest request = HttpRequest.newBuilder()
                .withMethod(HttpMethod.GET)
                .withEndpoint("http://127.0.0.1:8080")
                .withPath("/v1/p-1/jobs/j-1")
                .addHeader("Host", "127.0.0.1:8080")
                .addHeader("X-Sdk-Date", "20261122T120000Z")
                .build();
        Map<String, String> headers = new HashMap<>();
        AKSKSigner.getInstance()
                .sign(request, new BasicCredentials().withAk(KEYS.accessKey()).withSk(KEYS.secretKey()))
                .forEach((name, value) -> headers.put(name.toLowerCase(Locale.ROOT), value));
        headers.put("host", "127.0.0.1:8080");
        headers.put("x-sdk-date", "20261122T120000Z");

        assertThat(verifier.verify(get("/v1/p-1/jobs/j-1", "", headers))).isEmpty();
        assertThat(verifier.verify(get("/v1/p-1/jobs/j-2", "", headers))).contains(Refusal.MISMATCH);
    }

    /** It signs more headers than ours does: the request says which. */
    @Test
    void lets_in_what_baidus_own_signer_has_signed_and_refuses_it_changed() {
        InternalRequest request = new InternalRequest(
                com.baidubce.http.HttpMethodName.POST, URI.create("http://127.0.0.1:8080/v2/dataset"));
        request.addParameter("Action", "DescribeImportTask");
        request.addHeader("Content-Type", "application/json");
        request.addHeader("x-bce-date", "2026-11-22T12:00:00Z");
        SignOptions options = new SignOptions();
        options.setTimestamp(Date.from(NOW));
        new BceV1Signer().sign(request, new DefaultBceCredentials(KEYS.accessKey(), KEYS.secretKey()), options);
        Map<String, String> headers = new HashMap<>();
        request.getHeaders().forEach((name, value) -> headers.put(name.toLowerCase(Locale.ROOT), value));
        headers.put("host", "127.0.0.1:8080");

        assertThat(verifier.verify(post("/v2/dataset", "Action=DescribeImportTask", headers)))
                .isEmpty();
        headers.put("content-type", "text/plain");
        assertThat(verifier.verify(post("/v2/dataset", "Action=DescribeImportTask", headers)))
                .contains(Refusal.MISMATCH);
    }

    private static ReceivedRequest post(String path, String query, Map<String, String> headers) {
        return new ReceivedRequest("POST", path, query, headers, "{}".getBytes(UTF_8));
    }

    private static ReceivedRequest get(String path, String query, Map<String, String> headers) {
        return new ReceivedRequest("GET", path, query, headers, new byte[0]);
    }
}
