package io.jobrelay.httpclient;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.jobrelay.testbed.RawServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.locks.LockSupport;
import java.util.zip.GZIPOutputStream;
import org.apache.camel.Exchange;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.http.base.HttpOperationFailedException;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.hc.client5.http.DnsResolver;
import org.apache.hc.client5.http.SystemDefaultDnsResolver;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A real Camel route against a server that writes bytes: what the receiver sees, and what the route sees. */
@Timeout(30)
class BoundedClientTest {
    private static final int LIMIT = 1000;
    private static final Duration PATIENT = Duration.ofSeconds(20);
    private static final Duration SHORT = Duration.ofMillis(800);

    private final RawServer server = new RawServer();
    private final DefaultCamelContext camel = new DefaultCamelContext();

    @AfterEach
    void stop() throws Exception {
        camel.close();
        server.close();
    }

    @Test
    void gives_the_body_and_its_content_type_to_the_route() {
        server.answer("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 7\r\n\r\n{\"a\":1}");

        Exchange reply = call(PATIENT);

        assertThat(reply.getMessage().getBody(String.class)).isEqualTo("{\"a\":1}");
        assertThat(reply.getMessage().getHeader(Exchange.CONTENT_TYPE)).isEqualTo("application/json");
    }

    @Test
    void sends_under_its_own_name() {
        server.answer("HTTP/1.1 204 No Content\r\n\r\n");

        call(PATIENT);

        assertThat(server.request().header("user-agent")).isEqualTo("jobrelay");
    }

    @Test
    void uses_a_connection_again_after_a_good_reply() {
        server.answer("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n");
        start(PATIENT, LIMIT, 1, SystemDefaultDnsResolver.INSTANCE);

        assertThat(send().getException()).isNull();
        assertThat(send().getException()).isNull();

        assertThat(server.requests()).hasSize(2);
        assertThat(server.connections()).isEqualTo(1);
    }

    @Test
    void sends_a_request_that_is_answered_503_once_and_does_not_wait_for_retry_after() {
        server.answer("HTTP/1.1 503 Busy\r\nRetry-After: 3600\r\nContent-Length: 4\r\n\r\nbusy");

        Throwable failure = call(PATIENT).getException();

        assertThat(failure).isInstanceOfSatisfying(HttpOperationFailedException.class, refused -> {
            assertThat(refused.getStatusCode()).isEqualTo(503);
            assertThat(refused.getResponseBody()).isEqualTo("busy");
            assertThat(refused.getResponseHeaders()).containsEntry("Retry-After", "3600");
        });
        assertThat(server.requests()).hasSize(1);
    }

    @Test
    void does_not_follow_a_redirect() {
        server.answer("HTTP/1.1 302 Found\r\nLocation: " + server.url() + "/elsewhere\r\nContent-Length: 0\r\n\r\n");

        Throwable failure = call(PATIENT).getException();

        assertThat(failure)
                .isInstanceOfSatisfying(
                        HttpOperationFailedException.class,
                        refused -> assertThat(refused.getStatusCode()).isEqualTo(302));
        assertThat(server.requests()).hasSize(1);
    }

    @Test
    void sends_no_cookie_back() {
        server.answer("HTTP/1.1 200 OK\r\nSet-Cookie: a=b\r\nContent-Length: 0\r\n\r\n");
        start(PATIENT, LIMIT, 1, SystemDefaultDnsResolver.INSTANCE);

        send();
        send();

        assertThat(server.requests())
                .hasSize(2)
                .noneMatch(request -> request.headers().containsKey("cookie"));
    }

    @Test
    void accepts_a_body_of_exactly_the_limit() {
        server.answer("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n" + "x".repeat(LIMIT));

        assertThat(call(PATIENT).getMessage().getBody(String.class)).hasSize(LIMIT);
    }

    @Test
    void refuses_a_body_announced_above_the_limit_without_reading_it() {
        server.answer("HTTP/1.1 200 OK\r\nContent-Length: 1001\r\n\r\n");

        assertThat(call(PATIENT).getException())
                .isInstanceOf(ReplyTooLargeException.class)
                .hasMessage("127.0.0.1:" + server.port()
                        + ": the reply is larger than the limit of 1000 bytes, the connection was cut");
        server.awaitCut();
    }

    @Test
    void refuses_a_body_that_grows_above_the_limit_and_does_not_drain_it() {
        server.answer(RawServer.endless("HTTP/1.1 200 OK\r\n\r\n", "x".repeat(100), Duration.ZERO));

        assertThat(call(PATIENT).getException()).isInstanceOf(ReplyTooLargeException.class);
        server.awaitCut();
    }

    @Test
    void counts_the_limit_after_decompression() throws Exception {
        server.answer(compressed("gzip", 200_000));

        assertThat(call(PATIENT).getException()).isInstanceOf(ReplyTooLargeException.class);
        server.awaitCut();
    }

    @Test
    void reads_a_small_compressed_body() throws Exception {
        server.answer(compressed("gzip", 500));

        assertThat(call(PATIENT).getMessage().getBody(String.class)).isEqualTo("x".repeat(500));
    }

    @Test
    void lets_nobody_decompress_past_the_limit_what_it_did_not_decompress_itself() throws Exception {
        server.answer(compressed("not-gzip", 200_000));

        assertThat(call(PATIENT).getMessage().getBody(byte[].class)).hasSizeLessThan(LIMIT);
    }

    @Test
    void refuses_a_reply_with_endless_headers() {
        server.answer(RawServer.endless("HTTP/1.1 200 OK\r\n", "X: y\r\n", Duration.ZERO));

        assertThat(call(PATIENT).getException())
                .isInstanceOf(IOException.class)
                .isNotInstanceOf(DeadlinePassedException.class);
        server.awaitCut();
    }

    @Test
    void refuses_a_reply_with_an_endless_header_line() {
        server.answer(RawServer.endless("HTTP/1.1 200 OK\r\nX: ", "y".repeat(100), Duration.ZERO));

        assertThat(call(PATIENT).getException())
                .isInstanceOf(IOException.class)
                .isNotInstanceOf(DeadlinePassedException.class);
        server.awaitCut();
    }

    @Test
    void cuts_a_body_that_drips_at_the_deadline() {
        server.answer(RawServer.endless("HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n", "x", Duration.ofMillis(100)));

        assertThat(call(SHORT).getException())
                .isInstanceOf(DeadlinePassedException.class)
                .hasMessage("127.0.0.1:" + server.port() + ": no complete reply within 800 ms, the connection was cut");
        server.awaitCut();
    }

    @Test
    void cuts_headers_that_drip_at_the_deadline() {
        server.answer(RawServer.endless("HTTP/1.1 200 OK\r\nX: ", "y", Duration.ofMillis(100)));

        assertThat(call(SHORT).getException()).isInstanceOf(DeadlinePassedException.class);
        server.awaitCut();
    }

    @Test
    void cuts_a_server_that_says_continue_for_ever() {
        server.answer(RawServer.endless("", "HTTP/1.1 100 Continue\r\n\r\n", Duration.ofMillis(50)));

        assertThat(call(SHORT).getException()).isInstanceOf(DeadlinePassedException.class);
        server.awaitCut();
    }

    @Test
    void cuts_a_server_that_never_answers() {
        server.answer("");

        assertThat(call(SHORT).getException()).isInstanceOf(DeadlinePassedException.class);
        server.awaitCut();
    }

    @Test
    void sends_nothing_when_the_lookup_of_the_host_took_longer_than_the_deadline() {
        server.answer("HTTP/1.1 204 No Content\r\n\r\n");
        start(SHORT, LIMIT, 1, slowLookup(SHORT.multipliedBy(2)));

        assertThat(send().getException()).isInstanceOf(DeadlinePassedException.class);
        assertThat(server.requests()).isEmpty();
    }

    @Test
    void ends_every_exchange_that_waits_for_the_one_connection() throws Exception {
        server.answer("");
        start(SHORT, LIMIT, 1, SystemDefaultDnsResolver.INSTANCE);
        ExecutorService senders = Executors.newFixedThreadPool(8);
        try {
            List<Future<Exchange>> exchanges = senders.invokeAll(Collections.nCopies(8, this::send));

            for (Future<Exchange> exchange : exchanges) {
                assertThat(exchange.get().getException()).isInstanceOf(DeadlinePassedException.class);
            }
        } finally {
            senders.shutdownNow();
        }
    }

    @Test
    void a_cut_connection_makes_room_for_the_next() {
        server.answer("");
        start(SHORT, LIMIT, 1, SystemDefaultDnsResolver.INSTANCE);
        assertThat(send().getException()).isInstanceOf(DeadlinePassedException.class);

        server.answer("HTTP/1.1 204 No Content\r\n\r\n");
        assertThat(send().getException()).isNull();
    }

    @Test
    void a_truncated_body_is_an_error() {
        server.answer(RawServer.last("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nshort"));

        assertThat(call(PATIENT).getException())
                .isInstanceOf(IOException.class)
                .isNotInstanceOf(HttpOperationFailedException.class);
    }

    @Test
    void a_connection_closed_without_a_reply_is_an_error_and_is_not_tried_again() {
        server.answer(RawServer.last(""));

        assertThat(call(PATIENT).getException()).isInstanceOf(IOException.class);
        assertThat(server.requests()).hasSize(1);
    }

    @Test
    void a_reset_is_an_error_and_is_not_tried_again() {
        server.answer(RawServer.RESET);

        assertThat(call(PATIENT).getException()).isInstanceOf(IOException.class);
        assertThat(server.requests()).hasSize(1);
    }

    @Test
    void a_refused_connection_is_an_error() {
        server.close();

        assertThat(call(PATIENT).getException()).isInstanceOf(IOException.class);
    }

    @Test
    void connects_only_where_the_address_rule_allows() {
        start(PATIENT, LIMIT, 1, new PublicAddresses("alerts", InetAddress::getAllByName));

        assertThat(send().getException()).isInstanceOf(AddressRefusedException.class);
        assertThat(server.connections()).isZero();
    }

    @Test
    void refuses_a_deadline_and_limits_that_are_not_above_zero() {
        assertThat(catchThrowable(() -> client(Duration.ZERO, 1, 1))).hasMessageStartingWith("deadline: ");
        assertThat(catchThrowable(() -> client(SHORT, 0, 1))).hasMessageStartingWith("replyLimitBytes: ");
        assertThat(catchThrowable(() -> client(SHORT, 1, 0))).hasMessageStartingWith("connections: ");
    }

    private Exchange call(Duration deadline) {
        start(deadline, LIMIT, 1, SystemDefaultDnsResolver.INSTANCE);
        return send();
    }

    private Exchange send() {
        return camel.createProducerTemplate().request("direct:call", exchange -> {
            exchange.getMessage().setBody("{}");
            exchange.getMessage().setHeader(Exchange.HTTP_METHOD, "POST");
        });
    }

    private void start(Duration deadline, int limit, int connections, DnsResolver addresses) {
        try {
            camel.getRegistry()
                    .bind(
                            "client",
                            new BoundedClient(
                                    deadline,
                                    limit,
                                    connections,
                                    addresses,
                                    new TrustedServers((host, port) -> Optional.empty())));
            // Whatever the endpoint itself asks for, the client decides.
            String endpoint =
                    server.url() + "/?httpClientConfigurer=#client&disableStreamCache=true&followRedirects=true";
            camel.addRoutes(new RouteBuilder() {
                @Override
                public void configure() {
                    errorHandler(noErrorHandler());
                    from("direct:call").to(endpoint);
                }
            });
            camel.start();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private static BoundedClient client(Duration deadline, int limit, int connections) throws Exception {
        return new BoundedClient(
                deadline,
                limit,
                connections,
                SystemDefaultDnsResolver.INSTANCE,
                new TrustedServers((host, port) -> Optional.empty()));
    }

    private static DnsResolver slowLookup(Duration pause) {
        return new DnsResolver() {
            @Override
            public InetAddress[] resolve(String host) {
                LockSupport.parkNanos(pause.toNanos());
                return new InetAddress[] {InetAddress.getLoopbackAddress()};
            }

            @Override
            public String resolveCanonicalHostname(String host) {
                return host;
            }
        };
    }

    private static String compressed(String coding, int size) throws IOException {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(body)) {
            gzip.write("x".repeat(size).getBytes(ISO_8859_1));
        }
        assertThat(body.size()).isLessThan(LIMIT);
        return "HTTP/1.1 200 OK\r\nContent-Encoding: " + coding + "\r\nContent-Length: " + body.size() + "\r\n\r\n"
                + body.toString(ISO_8859_1);
    }
}
