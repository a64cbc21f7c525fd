package io.jobrelay.sandbox;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.jobrelay.signing.Acs3HmacSha256;
import io.jobrelay.signing.AwsSigV4;
import io.jobrelay.signing.BceAuthV1;
import io.jobrelay.signing.Credentials;
import io.jobrelay.signing.RequestSigner;
import io.jobrelay.signing.SdkHmacSha256;
import io.jobrelay.signing.SdkHmacSha256Scoped;
import io.jobrelay.signing.UnsignedRequest;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What the {@code Authorization} of a request says of its signature.
 *
 * @param signer signs a request in the same way
 * @param validity how long after its date the signature may be used, at most
 * @param nonce "" in a scheme without one
 */
record PresentedSignature(
        RequestSigner signer,
        String accessKey,
        List<String> signedHeaders,
        Instant date,
        Duration validity,
        String nonce) {
    private static final Duration LONGEST = Duration.ofMinutes(15);
    private static final int HEX_DIGITS = 64;
    private static final DateTimeFormatter SDK_DATE = DateTimeFormatter.ofPattern("uuuuMMdd'T'HHmmss'Z'");
    private static final Pattern HMAC = Pattern.compile("(ACS3|SDK|AWS4)-HMAC-SHA256 (?:Access|Credential)=([^,/]+)"
            + "(/\\d+/([^,/]*)/([^,/]*)/(?:sdk|aws4)_request)?,\\s*SignedHeaders=([^,]+),\\s*Signature=[0-9a-f]{64}");
    private static final Pattern BCE = Pattern.compile("bce-auth-v1/([^/]+)/([^/]+)/(\\d{1,9})/([^/]*)/[0-9a-f]{64}");
    private static final Set<String> BCE_DEFAULT = Set.of("host", "content-length", "content-type", "content-md5");

    /**
     * @throws IllegalArgumentException if it follows no known scheme, or a header that the scheme needs is missing
     * @throws java.time.DateTimeException if the date is none
     */
    static PresentedSignature of(String authorization, ReceivedRequest request) {
        Matcher bce = BCE.matcher(authorization);
        if (bce.matches()) {
            Duration expiry = Duration.ofSeconds(Long.parseLong(bce.group(3)));
            return new PresentedSignature(
                    new BceAuthV1(expiry),
                    bce.group(1),
                    bce.group(4).isEmpty()
                            ? bceDefault(request)
                            : List.of(bce.group(4).split(";", -1)),
                    Instant.parse(bce.group(2)),
                    expiry.compareTo(LONGEST) < 0 ? expiry : LONGEST,
                    "");
        }
        Matcher hmac = HMAC.matcher(authorization);
        if (!hmac.matches()) {
            throw new IllegalArgumentException("Authorization: of no known scheme");
        }
        List<String> signedHeaders = List.of(hmac.group(6).split(";", -1));
        if (hmac.group(1).equals("ACS3")) {
            String nonce = required(request, "x-acs-signature-nonce");
            Instant date = Instant.parse(required(request, "x-acs-date"));
            return new PresentedSignature(
                    new Acs3HmacSha256(() -> nonce), hmac.group(2), signedHeaders, date, LONGEST, nonce);
        }
        boolean aws = hmac.group(1).equals("AWS4");
        Instant date = LocalDateTime.parse(required(request, aws ? "x-amz-date" : "x-sdk-date"), SDK_DATE)
                .toInstant(ZoneOffset.UTC);
        return new PresentedSignature(scoped(hmac, aws), hmac.group(2), signedHeaders, date, LONGEST, "");
    }

    private static RequestSigner scoped(Matcher hmac, boolean aws) {
        if (hmac.group(3) == null) {
            return new SdkHmacSha256();
        }
        return aws ? new AwsSigV4(hmac.group(4), hmac.group(5)) : new SdkHmacSha256Scoped(hmac.group(4), hmac.group(5));
    }

    /** The headers that Baidu signs where the {@code Authorization} names none. */
    private static List<String> bceDefault(ReceivedRequest request) {
        return request.headers().keySet().stream()
                .filter(name -> BCE_DEFAULT.contains(name) || name.startsWith("x-bce-"))
                .toList();
    }

    /** True when the date is neither too old nor too far ahead. */
    boolean isTimely(Instant now) {
        return date.plus(validity).isAfter(now) && date.minus(LONGEST).isBefore(now);
    }

    /**
     * True when the holder of these keys has signed exactly this request: signed again, it has the same headers and signature.
     *
     * @throws IllegalArgumentException if a signed header is missing, {@code host} is not signed, or the path is badly encoded
     */
    boolean isOf(ReceivedRequest request, Credentials keys) {
        signedHeaders.forEach(name -> required(request, name));
        UnsignedRequest unsigned = request.unsigned(signedHeaders);
        Map<String, String> expected = signer instanceof BceAuthV1 bce
                ? Map.of("authorization", bce.authorization(unsigned, signedHeaders, keys, date))
                : signer.sign(unsigned, keys, date);
        return expected.entrySet().stream().allMatch(header -> {
            String presented = required(request, header.getKey());
            return header.getKey().equals("authorization")
                    ? MessageDigest.isEqual(signature(header.getValue()), signature(presented))
                    : header.getValue().equals(presented);
        });
    }

    /** Every scheme puts it last. */
    private static byte[] signature(String authorization) {
        return authorization.substring(authorization.length() - HEX_DIGITS).getBytes(UTF_8);
    }

    private static String required(ReceivedRequest request, String name) {
        String value = request.headers().get(name);
        if (value == null || value.isEmpty()) {
            throw new IllegalArgumentException(name + ": required, is missing");
        }
        return value;
    }
}
