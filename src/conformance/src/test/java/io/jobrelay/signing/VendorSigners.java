package io.jobrelay.signing;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import com.aliyun.openapiutil.Client;
import com.aliyun.tea.TeaRequest;
import com.baidubce.auth.BceV1Signer;
import com.baidubce.auth.DefaultBceCredentials;
import com.baidubce.auth.SignOptions;
import com.baidubce.internal.InternalRequest;
import com.huaweicloud.dis.core.DefaultRequest;
import com.huaweicloud.dis.core.Request;
import com.huaweicloud.dis.core.auth.signer.DefaultSigner;
import com.huaweicloud.dis.core.auth.signer.internal.SignerRequestParams;
import com.huaweicloud.sdk.core.auth.AKSKSigner;
import com.huaweicloud.sdk.core.auth.BasicCredentials;
import com.huaweicloud.sdk.core.http.HttpMethod;
import com.huaweicloud.sdk.core.http.HttpRequest;
import io.jobrelay.signing.RandomRequests.RandomRequest;
import java.io.ByteArrayInputStream;
import java.lang.reflect.Method;
import java.net.URI;
import java.time.Clock;
import java.time.ZoneOffset;
import java.util.Date;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import software.amazon.awssdk.http.ContentStreamProvider;
import software.amazon.awssdk.http.SdkHttpMethod;
import software.amazon.awssdk.http.SdkHttpRequest;
import software.amazon.awssdk.http.auth.aws.signer.AwsV4HttpSigner;
import software.amazon.awssdk.identity.spi.AwsCredentialsIdentity;
import software.amazon.awssdk.identity.spi.AwsSessionCredentialsIdentity;

/** The vendors' own signers, on a request of ours. */
final class VendorSigners {
    private static final Pattern SCOPE = Pattern.compile("Credential=[^/]*/\\d{8}/([^/]*)/([^/]*)/sdk_request");

    private VendorSigners() {}

    /** Every header of the signed request but {@code authorization}, in a map of its own. */
    private static Map<String, String> headersToSign(RandomRequest request, Map<String, String> signed) {
        Map<String, String> headers = new HashMap<>(request.headers());
        headers.putAll(signed);
        headers.remove("authorization");
        return headers;
    }

    static String acs3BodyHash(String body) {
        try {
            return Client.hexEncode(Client.hash(Digests.utf8(body), "ACS3-HMAC-SHA256"));
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    static String acs3(RandomRequest request, Map<String, String> signed) {
        TeaRequest tea = new TeaRequest();
        tea.method = request.method();
        tea.pathname = request.encodedPath();
        tea.query = request.singleValues();
        tea.headers = headersToSign(request, signed);
        try {
            return Client.getAuthorization(
                    tea,
                    "ACS3-HMAC-SHA256",
                    acs3BodyHash(request.body()),
                    request.credentials().accessKey(),
                    request.credentials().secretKey());
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    static String access(RandomRequest request, Map<String, String> signed) {
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

    static boolean verifies(RandomRequest request, Map<String, String> signed) {
        Request<Void> dis = disRequest(request, signed);
        dis.addHeader("authorization", signed.get("authorization"));
        return disSigner(requireNonNull(signed.get("authorization"))).verify(dis, disCredentials(request));
    }

    /** The vendor's signer reads the clock, so its steps are called one by one, with the date of the request. */
    static String credential(RandomRequest request, Map<String, String> signed, String region, String service) {
        String date = requireNonNull(signed.get("x-sdk-date"));
        DatedSigner signer = new DatedSigner();
        signer.setRegionName(region);
        signer.setServiceName(service);
        return signer.authorization(disRequest(request, signed), disCredentials(request), date);
    }

    private static final class DatedSigner extends DefaultSigner {
        private DatedSigner() {
            super(false);
        }

        private String authorization(
                Request<Void> request,
                com.huaweicloud.dis.core.auth.credentials.BasicCredentials credentials,
                String date) {
            SignerRequestParams parameters =
                    new SignerRequestParams(request, regionName, serviceName, "SDK-HMAC-SHA256", date);
            String text =
                    createStringToSign(createCanonicalRequest(request, calculateContentHash(request)), parameters);
            byte[] key = (byte[]) step("deriveSigningKey", credentials, parameters);
            return (String) step(
                    "buildAuthorizationHeader",
                    request,
                    computeSignature(text, key, parameters),
                    credentials,
                    parameters);
        }

        private Object step(String name, Object... arguments) {
            try {
                Method step = Stream.of(DefaultSigner.class.getDeclaredMethods())
                        .filter(method -> method.getName().equals(name))
                        .findFirst()
                        .orElseThrow();
                step.setAccessible(true);
                return requireNonNull(step.invoke(this, arguments));
            } catch (ReflectiveOperationException e) {
                throw new LinkageError(name, e);
            }
        }
    }

    private static Request<Void> disRequest(RandomRequest request, Map<String, String> signed) {
        DefaultRequest<Void> dis = new DefaultRequest<>("modelarts");
        dis.setEndpoint(URI.create("https://" + request.host()));
        dis.setResourcePath(request.decodedPath().replaceFirst("/*$", "/"));
        dis.setHttpMethod(com.huaweicloud.dis.core.http.HttpMethodName.valueOf(request.method()));
        Map<String, String> headers = headersToSign(request, signed);
        headers.keySet().removeAll(List.of("x-project-id", "x-domain-id", "x-security-token"));
        dis.setHeaders(headers);
        dis.setParameters(request.singleValues());
        dis.setContent(new ByteArrayInputStream(Digests.utf8(request.body())));
        return dis;
    }

    private static DefaultSigner disSigner(String authorization) {
        DefaultSigner signer = new DefaultSigner(false);
        Matcher scope = SCOPE.matcher(authorization);
        assertThat(scope.find()).as("has a scope").isTrue();
        signer.setRegionName(scope.group(1));
        signer.setServiceName(scope.group(2));
        return signer;
    }

    private static com.huaweicloud.dis.core.auth.credentials.BasicCredentials disCredentials(RandomRequest request) {
        return new com.huaweicloud.dis.core.auth.credentials.BasicCredentials(
                request.credentials().accessKey(), request.credentials().secretKey());
    }

    static String aws(RandomRequest request, String region, String service) {
        SdkHttpRequest.Builder aws = SdkHttpRequest.builder()
                .method(SdkHttpMethod.fromValue(request.method()))
                .uri(URI.create("https://" + request.host()))
                .encodedPath(request.encodedPath());
        request.parameters().forEach(aws::putRawQueryParameter);
        request.headers().forEach(aws::putHeader);
        Credentials keys = request.credentials();
        AwsCredentialsIdentity identity = keys.securityToken() == null
                ? AwsCredentialsIdentity.create(keys.accessKey(), keys.secretKey())
                : AwsSessionCredentialsIdentity.create(keys.accessKey(), keys.secretKey(), keys.securityToken());
        return AwsV4HttpSigner.create()
                .sign(sign -> sign.identity(identity)
                        .request(aws.build())
                        .payload(ContentStreamProvider.fromUtf8String(request.body()))
                        .putProperty(AwsV4HttpSigner.REGION_NAME, region)
                        .putProperty(AwsV4HttpSigner.SERVICE_SIGNING_NAME, service)
                        .putProperty(AwsV4HttpSigner.SIGNING_CLOCK, Clock.fixed(request.now(), ZoneOffset.UTC)))
                .request()
                .firstMatchingHeader("Authorization")
                .orElseThrow();
    }

    static String bce(RandomRequest request, Map<String, String> signed) {
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
