package io.jobrelay.signing;

import static java.util.Objects.requireNonNull;
import static java.util.stream.Collectors.toCollection;

import io.jobrelay.signing.RandomRequests.RandomRequest;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A request as it arrived, whose signature is checked as a gateway does it: from the headers that the signature lists.
 *
 * @param headers names in lower case
 */
public record SentRequest(
        String method, String path, String query, Map<String, String> headers, String body, Credentials credentials) {
    private static final Pattern SIGNED_HEADERS =
            Pattern.compile("SignedHeaders=([^,]*)|/\\d+/([a-z0-9;-]+)/[0-9a-f]{64}");
    private static final DateTimeFormatter SDK_DATE =
            DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'").withZone(ZoneOffset.UTC);

    /** The names of the headers that the signature covers. */
    public TreeSet<String> signedHeaders() {
        Matcher matcher = SIGNED_HEADERS.matcher(authorization());
        if (!matcher.find()) {
            throw new AssertionError("no signature in " + headers);
        }
        String names = requireNonNull(matcher.group(1) == null ? matcher.group(2) : matcher.group(1));
        return Stream.of(names.split(";", -1)).collect(toCollection(TreeSet::new));
    }

    /** True if our signer of the scheme makes the same signature of it. */
    public boolean verifies(RequestSigner signer) {
        SortedMap<String, String> covered = covered();
        UnsignedRequest request = new UnsignedRequest(method, path, query, covered, Digests.utf8(body));
        return authorization()
                .equals(signer.sign(request, credentials, date(), nonce()).get("authorization"));
    }

    /** True if the vendor's own signer makes the same signature of it, or its verifier accepts it. */
    public boolean satisfiesTheVendor(String scheme) {
        RandomRequest request = new RandomRequest(
                method,
                requireNonNull(headers.get("host")),
                Stream.of(path.substring(1).split("/", -1))
                        .map(PercentEncoding::decode)
                        .toList(),
                parameters(),
                covered(),
                body,
                credentials,
                date(),
                nonce());
        Map<String, String> signed = Map.of("authorization", authorization());
        return switch (scheme) {
            case "acs3-hmac-sha256" -> VendorSigners.acs3(request, signed).equals(authorization());
            case "sdk-hmac-sha256" -> VendorSigners.access(request, signed).equals(authorization());
            case "sdk-hmac-sha256-scoped" -> VendorSigners.verifies(request, signed);
            case "bce-auth-v1" -> VendorSigners.bce(request, signed).equals(authorization());
            default -> throw new AssertionError(scheme);
        };
    }

    private SortedMap<String, String> covered() {
        SortedMap<String, String> covered = new TreeMap<>();
        for (String name : signedHeaders()) {
            covered.put(name, requireNonNull(headers.get(name), name));
        }
        return covered;
    }

    private Map<String, List<String>> parameters() {
        Map<String, List<String>> parameters = new LinkedHashMap<>();
        QueryParameter.parse(query)
                .forEach(parameter -> parameters
                        .computeIfAbsent(parameter.name(), name -> new ArrayList<>())
                        .add(parameter.value()));
        return parameters;
    }

    private Instant date() {
        String sdk = headers.get("x-sdk-date");
        if (sdk != null) {
            return SDK_DATE.parse(sdk, Instant::from);
        }
        String date = headers.getOrDefault("x-acs-date", headers.get("x-bce-date"));
        return Instant.parse(requireNonNull(date, "no date"));
    }

    private String nonce() {
        return headers.getOrDefault("x-acs-signature-nonce", "");
    }

    private String authorization() {
        return requireNonNull(headers.get("authorization"), "not signed");
    }
}
