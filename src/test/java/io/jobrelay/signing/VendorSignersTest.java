package io.jobrelay.signing;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import com.aliyun.openapiutil.Client;
import com.aliyun.tea.TeaRequest;
import com.baidubce.auth.BceV1Signer;
import com.baidubce.auth.DefaultBceCredentials;
import com.baidubce.auth.SignOptions;
import com.baidubce.internal.InternalRequest;
import com.huaweicloud.dis.core.DefaultRequest;
import com.huaweicloud.dis.core.auth.signer.DefaultSigner;
import com.huaweicloud.sdk.core.auth.AKSKSigner;
import com.huaweicloud.sdk.core.auth.BasicCredentials;
import com.huaweicloud.sdk.core.http.HttpMethod;
import com.huaweicloud.sdk.core.http.HttpRequest;
import io.jobrelay.signing.RandomRequests.RandomRequest;
import java.io.ByteArrayInputStream;
import java.net.URI;
import java.util.Date;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** Our signers against the vendors' own on random requests; each test says where the vendor's cannot follow. */
class VendorSignersTest {

    private static final RequestSigner CREDENTIAL_FORM = new SdkHmacSha256Scoped("eu-de", "modelarts");

    @BeforeAll
    static void silence() {
        ((Logger) LoggerFactory.getLogger("com.baidubce")).setLevel(Level.WARN);
    }

    /** Alibaba's takes its parameters in a map, so no name is repeated. */
    @Test
    void agrees_with_alibabas_signer() {
        RequestSigner signer = new Acs3HmacSha256();
        requests(1, RandomRequest::withoutRepeatedNames).forEach(request -> {
            Map<String, String> signed = sign(signer, request);
            assertThat(signed.get("authorization")).as("%s", request).isEqualTo(acs3(request, signed));
        });
    }

    /**
     * Huawei's takes the path in decoded form and through {@link java.net.URL}, so no segment has a {@code /},
     * {@code ?} or {@code #} or ends in white space. It makes an empty path of several slashes alone, so there is none
     * of these. It signs a parameter twice, encoded and raw, if the name needs encoding, so no name does.
     */
    @Test
    void agrees_with_huaweis_signer_of_the_access_form() {
        RequestSigner signer = new SdkHmacSha256();
        requests(
                        2,
                        request -> request.withSegments(segment ->
                                        segment.replaceAll("[/?#]", "").stripTrailing())
                                .withNames(name -> "k" + name.replaceAll("[^A-Za-z0-9._~-]", "")))
                .filter(request -> !request.decodedPath().matches("//+"))
                .forEach(request -> {
                    Map<String, String> signed = sign(signer, request);
                    assertThat(signed.get("authorization")).as("%s", request).isEqualTo(access(request, signed));
                });
    }

    /**
     * Huawei's takes the path in decoded form and its parameters in a map, so no segment has a {@code /} and no name
     * is repeated. It does not sort names without regard to case, as the Open Telekom Cloud's clients do, so all are in
     * lower case. It adds no slash to the path, so it is given one.
     */
    @Test
    void satisfies_huaweis_verifier_of_the_credential_form() {
        requests(
                        3,
                        request -> request.withSegments(segment -> segment.replace("/", ""))
                                .withNames(name -> name.toLowerCase(Locale.ROOT))
                                .withoutRepeatedNames())
                .forEach(request -> {
                    Map<String, String> signed = sign(CREDENTIAL_FORM, request);
                    assertThat(verifies(request, signed)).as("%s", request).isTrue();
                });
    }

    @Test
    void fails_huaweis_verifier_with_another_path() {
        RandomRequest request = new RandomRequests(4)
                .stream(100)
                        .filter(any -> !any.segments().isEmpty())
                        .findFirst()
                        .orElseThrow();
        Map<String, String> signed = sign(CREDENTIAL_FORM, request.withSegments(segment -> segment + "x"));

        assertThat(verifies(request, signed)).isFalse();
    }

    /** Baidu's takes its parameters in a map, so no name is repeated. */
    @Test
    void agrees_with_baidus_signer() {
        RequestSigner signer = new BceAuthV1();
        requests(5, RandomRequest::withoutRepeatedNames).forEach(request -> {
            Map<String, String> signed = sign(signer, request);
            assertThat(signed.get("authorization")).as("%s", request).isEqualTo(bce(request, signed));
        });
    }

    private static Stream<RandomRequest> requests(long seed, UnaryOperator<RandomRequest> asTheVendorCanTakeIt) {
        return new RandomRequests(seed).stream(3_000).map(asTheVendorCanTakeIt);
    }

    private static Map<String, String> sign(RequestSigner signer, RandomRequest request) {
        return signer.sign(request.unsigned(), request.credentials(), request.now(), request.nonce());
    }

    /** Every header of the signed request but {@code authorization}, in a map of its own. */
    private static Map<String, String> headersToSign(RandomRequest request, Map<String, String> signed) {
        Map<String, String> headers = new HashMap<>(request.headers());
        headers.putAll(signed);
        headers.remove("authorization");
        return headers;
    }

    private static String acs3(RandomRequest request, Map<String, String> signed) {
        TeaRequest tea = new TeaRequest();
        tea.method = request.method();
        tea.pathname = request.encodedPath();
        tea.query = request.singleValues();
        tea.headers = headersToSign(request, signed);
        try {
            return Client.getAuthorization(
                    tea,
                    "ACS3-HMAC-SHA256",
                    Client.hexEncode(Client.hash(Digests.utf8(request.body()), "ACS3-HMAC-SHA256")),
                    request.credentials().accessKey(),
                    request.credentials().secretKey());
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    private static String access(RandomRequest request, Map<String, String> signed) {
        HttpRequest.HttpRequestBuilder builder = HttpRequest.newBuilder()
                .withMethod(HttpMethod.valueOf(request.method()))
                .withEndpoint("https://" + request.host())
                .withPath(request.decodedPath());
        request.parameters().forEach(builder::addQueryParam);
        headersToSign(request, signed).forEach((name, value) -> builder.addHeader(spelledLikeTheVendor(name), value));
        if (!request.body().isEmpty()) {
            builder.withBodyAsString(request.body());
        }
        BasicCredentials credentials = new BasicCredentials()
                .withAk(request.credentials().accessKey())
                .withSk(request.credentials().secretKey());
        return requireNonNull(
                AKSKSigner.getInstance().sign(builder.build(), credentials).get("Authorization"));
    }

    /** The vendor's request finds these names only in this spelling, and would sign the present time otherwise. */
    private static String spelledLikeTheVendor(String name) {
        return switch (name) {
            case "host" -> "Host";
            case "x-sdk-date" -> "X-Sdk-Date";
            case "content-type" -> "Content-Type";
            default -> name;
        };
    }

    private static boolean verifies(RandomRequest request, Map<String, String> signed) {
        DefaultRequest<Void> dis = new DefaultRequest<>("modelarts");
        dis.setEndpoint(URI.create("https://" + request.host()));
        dis.setResourcePath(request.decodedPath().replaceFirst("/*$", "/"));
        dis.setHttpMethod(com.huaweicloud.dis.core.http.HttpMethodName.valueOf(request.method()));
        Map<String, String> headers = headersToSign(request, signed);
        headers.keySet().removeAll(List.of("x-project-id", "x-domain-id", "x-security-token"));
        headers.put("authorization", signed.get("authorization"));
        dis.setHeaders(headers);
        dis.setParameters(request.singleValues());
        dis.setContent(new ByteArrayInputStream(Digests.utf8(request.body())));
        DefaultSigner signer = new DefaultSigner(false);
        signer.setRegionName("eu-de");
        signer.setServiceName("modelarts");
        return signer.verify(
                dis,
                new com.huaweicloud.dis.core.auth.credentials.BasicCredentials(
                        request.credentials().accessKey(), request.credentials().secretKey()));
    }

    private static String bce(RandomRequest request, Map<String, String> signed) {
        InternalRequest bce = new InternalRequest(
                com.baidubce.http.HttpMethodName.valueOf(request.method()),
                URI.create("https://" + request.host() + request.encodedPath()));
        request.singleValues().forEach(bce::addParameter);
        Map<String, String> headers = headersToSign(request, signed);
        headers.forEach(bce::addHeader);
        bce.getHeaders().remove("host");
        SignOptions options = new SignOptions();
        options.setTimestamp(Date.from(request.now()));
        options.setExpirationInSeconds(1800);
        headers.keySet().removeIf(name -> !name.equals("host") && !name.startsWith("x-bce-"));
        options.setHeadersToSign(headers.keySet());
        new BceV1Signer()
                .sign(
                        bce,
                        new DefaultBceCredentials(
                                request.credentials().accessKey(),
                                request.credentials().secretKey()),
                        options);
        return requireNonNull(bce.getHeaders().get("Authorization"));
    }
}
