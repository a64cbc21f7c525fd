package io.jobrelay.benchmark;

import static java.util.Objects.requireNonNull;

import io.jobrelay.signing.Acs3HmacSha256;
import io.jobrelay.signing.BceAuthV1;
import io.jobrelay.signing.RequestSigner;
import io.jobrelay.signing.UnsignedRequest;
import io.netty.handler.codec.http.HttpRequest;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A poll as it came over the wire. */
@SuppressWarnings("ArrayRecordComponent") // read once, never compared
record ReceivedPoll(HttpRequest request, byte[] body) {
    private static final Pattern SIGNED_HEADERS = Pattern.compile("SignedHeaders=([^,]*)");
    private static final List<String> BCE_DEFAULT = List.of("host", "content-length", "content-type", "content-md5");
    private static final int HEX_DIGITS = 64;
    private static final DateTimeFormatter SDK_DATE =
            DateTimeFormatter.ofPattern("uuuuMMdd'T'HHmmss'Z'").withZone(ZoneOffset.UTC);

    boolean isSignedBy(String accessKey) {
        return header("authorization").contains(accessKey);
    }

    /** True if its signature is the one that our signer makes of it, with the headers that are signed. */
    boolean isSignedAsAWhole(Api api) {
        String authorization = header("authorization");
        List<String> names = signedHeaders(authorization);
        SortedMap<String, String> covered = new TreeMap<>(Map.of("host", header("host")));
        names.forEach(name -> covered.put(name, header(name)));
        int mark = request.uri().indexOf('?');
        UnsignedRequest unsigned = new UnsignedRequest(
                request.method().name(),
                mark < 0 ? request.uri() : request.uri().substring(0, mark),
                mark < 0 ? "" : request.uri().substring(mark + 1),
                covered,
                body);
        RequestSigner signer = api.signer instanceof Acs3HmacSha256
                ? new Acs3HmacSha256(() -> header("x-acs-signature-nonce"))
                : api.signer;
        String ours = signer instanceof BceAuthV1 bce
                ? bce.authorization(
                        unsigned, names, Api.KEYS, Instant.parse(authorization.split("/", -1)[2]))
                : requireNonNull(signer.sign(unsigned, Api.KEYS, date()).get("authorization"));
        // Every scheme ends with it.
        return authorization.endsWith(ours.substring(ours.length() - HEX_DIGITS));
    }

    /** Baidu's, where none is named, are those that its clients sign by default. */
    private List<String> signedHeaders(String authorization) {
        Matcher matcher = SIGNED_HEADERS.matcher(authorization);
        if (matcher.find()) {
            return List.of(matcher.group(1).split(";", -1));
        }
        String names = authorization.split("/", -1)[4];
        return names.isEmpty()
                ? request.headers().names().stream()
                        .map(name -> name.toLowerCase(Locale.ROOT))
                        .filter(name -> BCE_DEFAULT.contains(name) || name.startsWith("x-bce-"))
                        .toList()
                : List.of(names.split(";", -1));
    }

    private Instant date() {
        String sdk = header("x-sdk-date");
        return sdk.isEmpty() ? Instant.parse(header("x-acs-date")) : SDK_DATE.parse(sdk, Instant::from);
    }

    private String header(String name) {
        return request.headers().get(name, "");
    }
}
