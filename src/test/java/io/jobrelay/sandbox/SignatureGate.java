package io.jobrelay.sandbox;

import io.jobrelay.signing.Credentials;
import java.time.Clock;
import java.time.DateTimeException;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The sandbox's check of signatures for a server of tests. Unlike the sandbox it keeps no nonces: it is asked often. */
public final class SignatureGate {
    private final Credentials keys;
    private final Clock clock;

    public SignatureGate(Credentials keys, Clock clock) {
        this.keys = keys;
        this.clock = clock;
    }

    /**
     * True for a request that the keys have signed as a whole, lately.
     *
     * @param headers lower-case names
     */
    public boolean letsIn(String method, String uri, Map<String, String> headers, byte[] body) {
        int mark = uri.indexOf('?');
        ReceivedRequest request = new ReceivedRequest(
                method,
                mark < 0 ? uri : uri.substring(0, mark),
                mark < 0 ? "" : uri.substring(mark + 1),
                headers,
                body);
        @Nullable String authorization = request.headers().get("authorization");
        try {
            PresentedSignature signature = PresentedSignature.of(authorization == null ? "" : authorization, request);
            return signature.accessKey().equals(keys.accessKey())
                    && signature.isTimely(clock.instant())
                    && signature.isOf(request, keys);
        } catch (IllegalArgumentException | DateTimeException e) {
            return false;
        }
    }
}
