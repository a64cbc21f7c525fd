package io.jobrelay.httpclient;

import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.camel.component.http.HttpClientConfigurer;
import org.apache.hc.client5.http.DnsResolver;
import org.apache.hc.client5.http.config.ConnectionConfig;
import org.apache.hc.client5.http.config.RequestConfig;
import org.apache.hc.client5.http.impl.DefaultSchemePortResolver;
import org.apache.hc.client5.http.impl.classic.HttpClientBuilder;
import org.apache.hc.client5.http.impl.io.DefaultHttpClientConnectionOperator;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManager;
import org.apache.hc.client5.http.ssl.DefaultClientTlsStrategy;
import org.apache.hc.client5.http.ssl.TlsSocketStrategy;
import org.apache.hc.core5.http.config.Http1Config;
import org.apache.hc.core5.http.io.SocketConfig;
import org.apache.hc.core5.io.CloseMode;
import org.apache.hc.core5.pool.PoolConcurrencyPolicy;
import org.apache.hc.core5.pool.PoolReusePolicy;
import org.apache.hc.core5.util.TimeValue;
import org.apache.hc.core5.util.Timeout;
import org.jspecify.annotations.Nullable;

/**
 * Makes an {@code http:} or {@code https:} endpoint of Camel send exactly one request per call: no retry, no redirect,
 * no cookie, no wait for {@code Retry-After}; the whole exchange within one deadline ({@link
 * DeadlinePassedException}), the decompressed reply within a limit ({@link ReplyTooLargeException}). Every failure is
 * an {@link java.io.IOException}.
 *
 * <p>Named in a route as {@code httpClientConfigurer: "#provider-client"}. It brings its own connection pool, because
 * camel-http offers neither an address rule nor a limit on reply headers, so the component's options for the pool, the
 * timeouts, redirects, retries and TLS have no effect on such an endpoint.
 */
public final class BoundedClient implements HttpClientConfigurer {
    private static final Duration LONGEST_CONNECT = Duration.ofSeconds(5);
    private static final Http1Config HEADER_LIMITS = Http1Config.custom()
            .setMaxLineLength(16 * 1024)
            .setMaxHeaderCount(100)
            .build();

    /** HttpClient's own timeouts, behind the deadline, so that it is the deadline that is reported. */
    private final Timeout backstop;

    private final Timeout connect;
    private final int connections;
    private final DnsResolver addresses;
    private final TrustedServers servers;
    private final BoundedExchange exchange;

    /**
     * @param deadline of one exchange, from the wait for a connection to the last byte of the reply, above zero
     * @param replyLimitBytes the largest reply body, decompressed, above zero
     * @param connections how many requests may be in flight at once on one endpoint, above zero
     * @param addresses looks up the addresses of a host each time it is connected to, and may refuse them
     * @param servers what {@code https} trusts
     */
    public BoundedClient(
            Duration deadline, int replyLimitBytes, int connections, DnsResolver addresses, TrustedServers servers) {
        this.exchange = new BoundedExchange(deadline, replyLimitBytes);
        if (connections < 1) {
            throw new IllegalArgumentException("connections: must be above zero, was " + connections);
        }
        this.backstop = Timeout.of(deadline.plusSeconds(5));
        this.connect = Timeout.of(deadline.compareTo(LONGEST_CONNECT) < 0 ? deadline : LONGEST_CONNECT);
        this.connections = connections;
        this.addresses = Objects.requireNonNull(addresses, "addresses is null");
        this.servers = Objects.requireNonNull(servers, "servers is null");
    }

    @Override
    public void configureHttpClient(HttpClientBuilder client) {
        AtomicBoolean closed = new AtomicBoolean();
        client.disableAutomaticRetries()
                .disableRedirectHandling()
                .disableCookieManagement()
                .disableAuthCaching()
                .setUserAgent(userAgent())
                .setDefaultRequestConfig(RequestConfig.custom()
                        .setConnectionRequestTimeout(backstop)
                        .setResponseTimeout(backstop)
                        .build())
                .setConnectionManager(pool(closed))
                .setConnectionManagerShared(false)
                .addRequestInterceptorLast((request, entity, context) -> request.setPath(plainTilde(request.getPath())))
                .addExecInterceptorFirst(
                        "bounded-exchange",
                        (request, scope, chain) -> exchange.execute(request, scope, chain, closed::get));
    }

    /**
     * Ends what is in flight with an {@link java.io.IOException}, and lets nothing more be sent: for a stop that does not
     * wait for receivers that do not answer.
     */
    public void stop() {
        exchange.stop();
    }

    /** Camel closes it while requests are in flight, where a route is taken away that does not come to its end. */
    private PoolingHttpClientConnectionManager pool(AtomicBoolean closed) {
        TlsSocketStrategy https = (socket, host, port, attachment, context) ->
                new DefaultClientTlsStrategy(servers.tls(host, port)).upgrade(socket, host, port, attachment, context);
        PoolingHttpClientConnectionManager pool =
                new PoolingHttpClientConnectionManager(
                        new DefaultHttpClientConnectionOperator(
                                DefaultSchemePortResolver.INSTANCE,
                                addresses,
                                scheme -> scheme.equals("https") ? https : null),
                        PoolConcurrencyPolicy.STRICT,
                        PoolReusePolicy.LIFO,
                        null,
                        new CleanConnections(HEADER_LIMITS, System::nanoTime)) {
                    @Override
                    public void close(CloseMode mode) {
                        closed.set(true);
                        super.close(mode);
                    }
                };
        pool.setMaxTotal(connections);
        pool.setDefaultMaxPerRoute(connections);
        pool.setDefaultConnectionConfig(ConnectionConfig.custom()
                .setConnectTimeout(connect)
                .setSocketTimeout(backstop)
                // Each time, see CleanConnections.
                .setValidateAfterInactivity(TimeValue.ZERO_MILLISECONDS)
                .build());
        pool.setDefaultSocketConfig(SocketConfig.custom().setSoTimeout(backstop).build());
        return pool;
    }

    /** Camel writes ~ as %7E; what was signed has the plain one, which RFC 3986, section 2.3, prefers too. */
    private static @Nullable String plainTilde(@Nullable String path) {
        return path == null ? null : path.replace("%7E", "~");
    }

    /** The version is the jar's; a source tree has none. */
    private static String userAgent() {
        String version = BoundedClient.class.getPackage().getImplementationVersion();
        return version == null ? "jobrelay" : "jobrelay/" + version;
    }
}
