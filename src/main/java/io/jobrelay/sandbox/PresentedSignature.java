package io.jobrelay.sandbox;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.jobrelay.signing.Acs3HmacSha256;
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
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What the {@code Authorization} of a request says, taken apart by names, and what it must say.
 *
 * @param validity how long after its date the signature may be used, at most
 * @param nonce "" in a scheme without one
 */
record PresentedSignature(
        RequestSigner signer,
        String accessKey,
        List<String> signedHeaders,
        Instant date,
        Duration validity,
        String nonce,
        String signature) {
    private static final Duration LONGEST = Duration.ofMinutes(15);
    private static final int HEX_DIGITS = 64;
    private static final DateTimeFormatter SDK_DATE = DateTimeFormatter.ofPattern("uuuuMMdd'T'HHmmss'Z'");
    private static final Set<String> BCE_DEFAULT = Set.of("host", "content-length", "content-type", "content-md5");
    private static final Pattern MEMBER = Pattern.compile("(Access|Credential|SignedHeaders|Signature)=([^,\\s]*)");

    /**
     * @throws IllegalArgumentException if a part is missing or of no known scheme
     * @throws java.time.DateTimeException if the date is none
     */
    static PresentedSignature of(String authorization, ReceivedRequest request) {
        if (authorization.startsWith("bce-auth-v1/")) {
            return bce(authorization, request);
        }
        Map<String, String> members = new HashMap<>();
        Matcher matcher = MEMBER.matcher(authorization);
        while (matcher.find()) {
            members.put(matcher.group(1), matcher.group(2));
        }
        if (authorization.startsWith("ACS3-HMAC-SHA256 ")) {
            String nonce = required(request.headers(), "x-acs-signature-nonce");
            return new PresentedSignature(
                    new Acs3HmacSha256(() -> nonce),
                    required(members, "Credential"),
                    names(members),
                    Instant.parse(required(request.headers(), "x-acs-date")),
                    LONGEST,
                    nonce,
                    required(members, "Signature"));
        }
        if (authorization.startsWith("SDK-HMAC-SHA256 ")) {
            return sdk(members, request);
        }
        throw new IllegalArgumentException("Authorization: of no known scheme");
    }

    private static PresentedSignature sdk(Map<String, String> members, ReceivedRequest request) {
        RequestSigner signer = new SdkHmacSha256();
        String accessKey = members.get("Access");
        if (accessKey == null) {
            String[] scope = required(members, "Credential").split("/", -1);
            if (scope.length != 5) {
                throw new IllegalArgumentException("Credential: must have five parts");
            }
            accessKey = scope[0];
            signer = new SdkHmacSha256Scoped(scope[2], scope[3]);
        }
        Instant date = LocalDateTime.parse(required(request.headers(), "x-sdk-date"), SDK_DATE)
                .toInstant(ZoneOffset.UTC);
        return new PresentedSignature(
                signer, accessKey, names(members), date, LONGEST, "", required(members, "Signature"));
    }

    /**
     * {@code bce-auth-v1/<access key>/<date>/<seconds>/<header;header>/<signature>}. Where it names no header, those are
     * signed that Baidu signs by default.
     */
    private static PresentedSignature bce(String authorization, ReceivedRequest request) {
        String[] parts = authorization.split("/", -1);
        if (parts.length != 6) {
            throw new IllegalArgumentException("Authorization: must have six parts");
        }
        Duration expiry = Duration.ofSeconds(Long.parseLong(parts[3]));
        return new PresentedSignature(
                new BceAuthV1(expiry),
                parts[1],
                parts[4].isEmpty()
                        ? request.headers().keySet().stream()
                                .filter(name -> BCE_DEFAULT.contains(name) || name.startsWith("x-bce-"))
                                .toList()
                        : List.of(parts[4].split(";", -1)),
                Instant.parse(parts[2]),
                expiry.compareTo(LONGEST) < 0 ? expiry : LONGEST,
                "",
                parts[5]);
    }

    /** True when the date is neither too old nor too far ahead. */
    boolean isTimely(Instant now) {
        return date.plus(validity).isAfter(now) && date.minus(LONGEST).isBefore(now);
    }

    /**
     * True when the holder of these keys has signed exactly this request.
     *
     * @throws IllegalArgumentException if a signed header is missing, {@code host} is not signed, or the path is badly encoded
     */
    boolean isOf(ReceivedRequest request, Credentials keys) {
        signedHeaders.forEach(name -> required(request.headers(), name));
        Map<String, String> ours = signed(request.unsigned(signedHeaders), keys);
        // Every scheme ends with it.
        String authorization = ours.getOrDefault("authorization", "");
        return ours.keySet().stream()
                        .filter(name -> !name.equals("authorization"))
                        .allMatch(name ->
                                Objects.equals(ours.get(name), request.headers().get(name)))
                && MessageDigest.isEqual(
                        authorization
                                .substring(authorization.length() - HEX_DIGITS)
                                .getBytes(UTF_8),
                        signature.getBytes(UTF_8));
    }

    private Map<String, String> signed(UnsignedRequest request, Credentials keys) {
        return signer instanceof BceAuthV1 bce
                ? Map.of("authorization", bce.authorization(request, signedHeaders, keys, date))
                : signer.sign(request, keys, date);
    }

    private static List<String> names(Map<String, String> members) {
        return List.of(required(members, "SignedHeaders").split(";", -1));
    }

    private static String required(Map<String, String> values, String name) {
        String value = values.get(name);
        if (value == null || value.isEmpty()) {
            throw new IllegalArgumentException(name + ": required, is missing");
        }
        return value;
    }
}
