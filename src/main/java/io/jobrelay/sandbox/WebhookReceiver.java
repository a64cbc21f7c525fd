package io.jobrelay.sandbox;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.jobrelay.sandbox.LoopbackServer.Reply;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * A receiver of webhooks that are signed as Standard Webhooks 1.0 specifies: it replies 204 to a good signature of the last
 * five minutes and 401 to anything else. It shares no code with the sender.
 */
public final class WebhookReceiver implements AutoCloseable {
    private static final Duration TOLERANCE = Duration.ofMinutes(5);
    private static final int SECRET_BYTES = 32;

    private final byte[] secret = new byte[SECRET_BYTES];
    private final Clock clock;
    private final List<Received> received = new CopyOnWriteArrayList<>();
    private final AtomicInteger refused = new AtomicInteger();
    private final LoopbackServer server = new LoopbackServer(this::reply);

    /** A webhook with a good signature. */
    public record Received(String id, String timestamp, String signature, String body) {}

    /** Starts the receiver. */
    public WebhookReceiver(Clock clock) {
        this.clock = clock;
        new SecureRandom().nextBytes(secret);
    }

    public String url() {
        return server.url() + "/";
    }

    /** Begins with {@code whsec_}. */
    public String secret() {
        return "whsec_" + Base64.getEncoder().encodeToString(secret);
    }

    /** Makes this the receiver of the destination {@code webhook}. */
    public Map<String, String> properties() {
        String prefix = "jobrelay.destination.webhook.";
        return Map.of(
                prefix + "enabled",
                "true",
                prefix + "url",
                url(),
                prefix + "secret",
                secret(),
                prefix + "allow-private",
                "true");
    }

    /** The webhooks with a good signature, in order, repetitions included. */
    public List<Received> received() {
        return List.copyOf(received);
    }

    /** How many had a bad signature or none. */
    public int refused() {
        return refused.get();
    }

    private Reply reply(ReceivedRequest request) {
        String id = request.headers().get("webhook-id");
        String timestamp = request.headers().get("webhook-timestamp");
        String signatures = request.headers().get("webhook-signature");
        if (id == null
                || timestamp == null
                || signatures == null
                || !isGood(id, timestamp, signatures, request.body())) {
            refused.incrementAndGet();
            return new Reply(401, Map.of(), "");
        }
        received.add(new Received(id, timestamp, signatures, new String(request.body(), UTF_8)));
        return new Reply(204, Map.of(), "");
    }

    private boolean isGood(String id, String timestamp, String signatures, byte[] body) {
        if (!isTimely(timestamp)) {
            return false;
        }
        byte[] expected =
                ("v1," + Base64.getEncoder().encodeToString(hmac(id + "." + timestamp + ".", body))).getBytes(US_ASCII);
        return Stream.of(signatures.split(" ", -1))
                .anyMatch(signature -> MessageDigest.isEqual(expected, signature.getBytes(US_ASCII)));
    }

    private boolean isTimely(String timestamp) {
        try {
            Instant sent = Instant.ofEpochSecond(Long.parseLong(timestamp));
            return Duration.between(sent, clock.instant()).abs().compareTo(TOLERANCE) <= 0;
        } catch (NumberFormatException | DateTimeException e) {
            return false;
        }
    }

    private byte[] hmac(String head, byte[] body) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(secret, "HmacSHA256"));
            mac.update(head.getBytes(UTF_8));
            return mac.doFinal(body);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java platform has HmacSHA256", e);
        }
    }

    @Override
    public void close() {
        server.close();
    }
}
