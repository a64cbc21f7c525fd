package io.jobrelay.benchmark;

import io.jobrelay.sandbox.SignatureGate;
import io.netty.handler.codec.http.HttpRequest;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** A poll as it came over the wire. */
@SuppressWarnings("ArrayRecordComponent") // read once, never compared
record ReceivedPoll(HttpRequest request, byte[] body) {
    boolean isSignedBy(String accessKey) {
        String authorization = request.headers().get("authorization");
        return authorization != null && authorization.contains(accessKey);
    }

    boolean isLetIn(SignatureGate gate) {
        Map<String, String> headers = new TreeMap<>();
        request.headers().forEach(header -> headers.put(header.getKey().toLowerCase(Locale.ROOT), header.getValue()));
        return gate.letsIn(request.method().name(), request.uri(), headers, body);
    }
}
