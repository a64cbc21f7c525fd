package io.jobrelay.api;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.jobrelay.settings.Settings.HttpSettings;
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
 * Decides which requests get in: none of a client that sends too many, none that a page of another site makes a browser send,
 * and where a token is set, none without it. Without a token only this machine can connect, and then the Host must name this
 * machine, or another site's name that resolves to it would get in (DNS rebinding).
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
            // The other paths serve files of the program: opening the page loads dozens at once, none from the ledger.
            boolean api = path(context).startsWith("/api/");
            MultiMap headers = context.request().headers();
            boolean authenticated = token != null && hasToken(headers, token);
            if (api) {
                throttle(context.request(), authenticated);
            }
            String host = host(headers);
            if (token == null) {
                requireThisMachine(host);
            }
            requireSameSite(context.request().method(), headers, host);
            requireLength(headers);
            if (token != null && api && !authenticated) {
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

    /** Adds the headers of every reply. */
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

    /** Clients that guess tokens do not use up the permits of those that have it, though all come through one proxy. */
    private void throttle(HttpServerRequest request, boolean authenticated) {
        String client = ClientAddress.of(
                request.remoteAddress().hostAddress(),
                request.headers().getAll("X-Forwarded-For"),
                settings.trustedProxies());
        int seconds = limit.acquire(client, authenticated);
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

    /** Browsers say which site a request comes from; programs do not. Following a link from another site is allowed. */
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

    private static boolean hasToken(MultiMap headers, byte[] token) {
        String given = headers.get("Authorization");
        // Digests: the comparison takes constant time only for texts of equal length.
        return given != null
                && given.regionMatches(true, 0, BEARER, 0, BEARER.length())
                && MessageDigest.isEqual(digest(given.substring(BEARER.length())), token);
    }

    private static byte[] digest(String text) {
        return Digests.sha256(text.getBytes(UTF_8));
    }
}
