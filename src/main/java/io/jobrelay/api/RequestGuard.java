package io.jobrelay.api;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.jobrelay.settings.HttpSettings;
import io.jobrelay.signing.Digests;
import io.vertx.core.Handler;
import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;
import java.security.MessageDigest;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The boundary: who is let in. A client that asks too much is not; a browser that another site has sent is not; and where
 * a token is set, nobody is who does not bring it. Without a token only this machine gets here, and then the request must
 * name this machine, or a name of another site that resolves to this machine would be let in (DNS rebinding).
 */
final class RequestGuard implements Handler<RoutingContext> {
    private static final Set<HttpMethod> READING = Set.of(HttpMethod.GET, HttpMethod.HEAD, HttpMethod.OPTIONS);
    private static final String BEARER = "Bearer ";

    private final HttpSettings settings;
    private final RateLimit limit;
    private final byte @Nullable [] token;

    RequestGuard(HttpSettings settings, RateLimit limit) {
        this.settings = settings;
        this.limit = limit;
        this.token = settings.token() == null ? null : digest(settings.token());
    }

    @Override
    public void handle(RoutingContext context) {
        secure(context.response());
        try {
            // The other paths give files of the program: a page that is opened takes dozens at once, and none asks the
            // ledger.
            boolean asks = path(context).startsWith("/api/");
            MultiMap headers = context.request().headers();
            boolean signedIn = token != null && bringsToken(headers, token);
            if (asks) {
                throttle(context.request(), signedIn);
            }
            String host = host(headers);
            if (token == null) {
                requireThisMachine(host);
            }
            requireSameSite(context.request().method(), headers, host);
            requireLength(headers);
            if (token != null && asks && !signedIn) {
                throw RefusedException.of(401, "Authorization: must be 'Bearer ' and the token of jobrelay.http.token")
                        .with("WWW-Authenticate", "Bearer realm=\"jobrelay\"");
            }
        } catch (RefusedException e) {
            e.reply().send(context.response());
            return;
        }
        context.next();
    }

    private static String path(RoutingContext context) {
        try {
            return context.normalizedPath();
        } catch (IllegalArgumentException e) {
            throw RefusedException.of(400, "path: must be percent-encoded UTF-8");
        }
    }

    /** What goes with every answer. */
    static void secure(HttpServerResponse response) {
        response.putHeader(
                        "Content-Security-Policy",
                        "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; object-src 'none'")
                .putHeader("X-Content-Type-Options", "nosniff")
                .putHeader("X-Frame-Options", "DENY")
                .putHeader("Referrer-Policy", "no-referrer")
                .putHeader("Cross-Origin-Resource-Policy", "same-origin")
                .putHeader("Cross-Origin-Opener-Policy", "same-origin")
                .putHeader("Cache-Control", "no-store");
    }

    /** Who has the token is not held up by those who guess, though all come from one proxy. */
    private void throttle(HttpServerRequest request, boolean signedIn) {
        String client = ClientAddress.of(
                request.remoteAddress().hostAddress(),
                request.headers().getAll("X-Forwarded-For"),
                settings.trustedProxies());
        int seconds = limit.take(client, signedIn);
        if (seconds > 0) {
            throw RefusedException.of(
                            429,
                            "At most %d requests a second from one address; wait %d s."
                                    .formatted(RateLimit.PER_SECOND, seconds))
                    .with("Retry-After", Integer.toString(seconds));
        }
    }

    private static String host(MultiMap headers) {
        List<String> hosts = headers.getAll("Host");
        if (hosts.size() != 1) {
            throw RefusedException.of(400, "Host: required once, was given %d times".formatted(hosts.size()));
        }
        return hosts.get(0);
    }

    private void requireThisMachine(String host) {
        String name = host.replaceFirst(":\\d*$", "");
        if (!HttpSettings.isLoopback(name) && !name.equalsIgnoreCase(settings.host())) {
            throw RefusedException.of(
                    421,
                    "Host: must be localhost, 127.0.0.1 or [::1] as long as there is no jobrelay.http.token, was '%s'"
                            .formatted(host));
        }
    }

    /** Browsers say whose page made them ask; programs say nothing. A link that is followed is asked for by a person. */
    private static void requireSameSite(HttpMethod method, MultiMap headers, String host) {
        boolean reads = READING.contains(method);
        String site = headers.get("Sec-Fetch-Site");
        boolean foreign = site != null && !site.equals("same-origin") && !site.equals("none");
        boolean follows = reads && "navigate".equals(headers.get("Sec-Fetch-Mode"));
        if (foreign && !follows) {
            throw RefusedException.of(403, "Sec-Fetch-Site: must be same-origin or none, was '%s'".formatted(site));
        }
        String origin = headers.get("Origin");
        if (!reads && origin != null && !origin.replaceFirst("^https?://", "").equalsIgnoreCase(host)) {
            throw RefusedException.of(403, "Origin: must be that of the Host, was '%s'".formatted(origin));
        }
    }

    private static void requireLength(MultiMap headers) {
        String length = headers.get("Content-Length");
        if (length != null && (length.length() > 9 || Long.parseLong(length) > Routes.BODY_BYTES)) {
            throw RefusedException.of(413, "body: at most %d bytes, was %s".formatted(Routes.BODY_BYTES, length))
                    .with("Connection", "close");
        }
    }

    private static boolean bringsToken(MultiMap headers, byte[] token) {
        String given = headers.get("Authorization");
        // Digests, since the comparison takes the same time only for texts of one length.
        return given != null
                && given.regionMatches(true, 0, BEARER, 0, BEARER.length())
                && MessageDigest.isEqual(digest(given.substring(BEARER.length())), token);
    }

    private static byte[] digest(String text) {
        return Digests.sha256(text.getBytes(UTF_8));
    }
}
