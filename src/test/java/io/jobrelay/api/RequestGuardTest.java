package io.jobrelay.api;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.jobrelay.httpclient.AddressRange;
import io.jobrelay.settings.PortInUseException;
import io.jobrelay.settings.Settings.HttpSettings;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.SocketException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;

@Timeout(120)
class RequestGuardTest {
    private static final String TOKEN = "0123456789abcdef0123";

    @TempDir
    private Path directory;

    @SuppressWarnings("NullAway.Init") // every test starts its own
    private Served api;

    @AfterEach
    void stops() {
        api.close();
    }

    @Test
    void accepts_a_request_with_the_token() {
        api = Served.start(directory, TOKEN);

        assertThat(api.get("/api/jobs").status()).isEqualTo(200);
        assertThat(api.get("/api/jobs", "Authorization", "bearer " + TOKEN).status())
                .isEqualTo(200);
        assertThat(api.get("/api/jobs", "Host-Name", "anything").status()).isEqualTo(200);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "x",
                "Bearer ",
                "Bearer 0123456789abcdef012",
                "Bearer 0123456789abcdef01234",
                "Bearer 0123456789ABCDEF0123",
                "Basic 0123456789abcdef0123",
                "0123456789abcdef0123"
            })
    void asks_for_the_token_where_it_is_missing_or_wrong(String authorization) {
        api = Served.start(directory, TOKEN);

        for (String path :
                List.of("/api/jobs", "/api/stream", "/api/openapi.json", "/api/nothing", "/api/../api/jobs")) {
            Served.Answer refused = api.get(path, "Authorization", authorization);
            assertThat(refused.status()).as(path).isEqualTo(401);
            assertThat(refused.header("www-authenticate")).isEqualTo("Bearer realm=\"jobrelay\"");
            assertThat(refused.text()).doesNotContain(TOKEN);
        }
    }

    /** A name of another site that resolves to this machine: the browser sends it as the Host. */
    @ParameterizedTest
    @CsvSource({
        "localhost, 200",
        "localhost:8080, 200",
        "LocalHost, 200",
        "127.0.0.1:1, 200",
        "[::1]:8080, 200",
        "evil.example, 421",
        "evil.example:8080, 421",
        "127.0.0.1.evil.example, 421",
        "localhost.evil.example, 421",
        "10.0.0.1, 421",
        "[::2], 421",
        "'', 421"
    })
    void without_a_token_a_request_must_name_this_machine(String host, int status) throws IOException {
        api = Served.start(directory);

        assertThat(api.raw("GET /api/jobs HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n\r\n".formatted(host)))
                .startsWith("HTTP/1.1 " + status + " ");
    }

    @Test
    void a_request_names_one_host() throws IOException {
        api = Served.start(directory);

        assertThat(api.raw("GET /api/jobs HTTP/1.1\r\nConnection: close\r\n\r\n"))
                .startsWith("HTTP/1.1 400 ");
        assertThat(api.raw("GET /api/jobs HTTP/1.1\r\nHost: localhost\r\nHost: localhost\r\nConnection: close\r\n\r\n"))
                .startsWith("HTTP/1.1 400 ");
        assertThat(api.raw(
                        "GET http://evil.example/api/jobs HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n"))
                .doesNotStartWith("HTTP/1.1 200 ");
    }

    @ParameterizedTest
    @CsvSource({
        "POST, Origin: http://evil.example, 403",
        "POST, Origin: null, 403",
        "POST, Origin: http://localhost:1, 403",
        "POST, Origin: http://localhost, 400",
        "POST, Origin: https://localhost, 400",
        "POST, Sec-Fetch-Site: cross-site, 403",
        "POST, Sec-Fetch-Site: same-site, 403",
        "POST, Sec-Fetch-Site: same-origin, 400",
        "DELETE, Origin: http://evil.example, 405",
        "GET, Sec-Fetch-Site: cross-site, 403",
        "GET, Sec-Fetch-Site: none, 200",
        "GET, Origin: http://evil.example, 200",
    })
    void another_site_cannot_make_a_browser_ask(String method, String header, int status) throws IOException {
        api = Served.start(directory);
        int expected = method.equals("DELETE") ? 403 : status; // whatever the path would say

        String answer = api.raw(
                "%s /api/watches HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 2\r\n%s\r\nConnection: close\r\n\r\n{}"
                        .formatted(method, header));

        assertThat(answer).startsWith("HTTP/1.1 " + expected + " ").doesNotContainIgnoringCase("Access-Control-");
    }

    @Test
    void a_link_from_another_site_may_be_followed() throws IOException {
        api = Served.start(directory);

        assertThat(
                        api.raw(
                                "GET /api/jobs HTTP/1.1\r\nHost: localhost\r\nSec-Fetch-Site: cross-site\r\nSec-Fetch-Mode: navigate\r\nConnection: close\r\n\r\n"))
                .startsWith("HTTP/1.1 200 ");
    }

    @Test
    void every_answer_has_the_headers_that_protect_a_browser() throws IOException {
        api = Served.start(directory);

        for (String request : List.of(
                "GET /api/jobs HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
                "GET /nothing HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
                "GET /api/jobs HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n",
                "GET / nonsense\r\n\r\n")) {
            assertThat(api.raw(request))
                    .containsIgnoringCase("Content-Security-Policy: default-src 'self';")
                    .contains("frame-ancestors 'none'")
                    .containsIgnoringCase("X-Content-Type-Options: nosniff")
                    .containsIgnoringCase("Referrer-Policy: no-referrer")
                    .containsIgnoringCase("Cache-Control: no-store");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\r\n\r\nGET\r\n\r\n",
                "GET\r\n\r\n",
                "\u0000\u0001\u0002\r\n\r\n",
                "GET /api/jobs HTTP/9.9\r\nHost: localhost\r\n\r\n",
                "GET /api/%zz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
                "GET /api/jobs/%ff%fe HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
                "GET /api/jobs?q=%zz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
                "GET /../../etc/passwd HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
                "GET /api/jobs HTTP/1.1\r\nHost: localhost\r\nbad header\r\nConnection: close\r\n\r\n",
                "POST /api/watches HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: -1\r\nConnection: close\r\n\r\n{}",
                "POST /api/watches HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n{}",
                "POST /api/watches HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\nzz\r\n",
                "POST /api/watches HTTP/1.1\r\nHost: localhost\r\nContent-Type: multipart/form-data; boundary=x\r\nContent-Length: 4\r\nConnection: close\r\n\r\n--x\r",
                "GET /api/stream HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: x\r\nSec-WebSocket-Version: 13\r\nAccept: text/html\r\n\r\nGET /nothing HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
                "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
            })
    void nonsense_is_refused_and_breaks_nothing(String request) throws IOException {
        api = Served.start(directory);

        assertThat(api.raw(request)).doesNotContain("HTTP/1.1 5").doesNotContain("HTTP/1.1 2");
        assertThat(api.get("/api/jobs").status()).isEqualTo(200);
    }

    @Test
    void a_body_without_end_is_cut_off() throws IOException {
        api = Served.start(directory);
        try (Socket socket = api.connect()) {
            socket.getOutputStream()
                    .write(
                            "POST /api/watches HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
                                    .getBytes(UTF_8));
            byte[] chunk = ("10000\r\n" + " ".repeat(65_536) + "\r\n").getBytes(UTF_8);
            String answer = "";
            try {
                for (int i = 0; i < 40; i++) {
                    socket.getOutputStream().write(chunk);
                }
            } catch (SocketException e) {
                answer = "HTTP/1.1 413 "; // cut off before it could be read
            }
            if (answer.isEmpty()) {
                answer = new String(socket.getInputStream().readNBytes(13), UTF_8);
            }
            assertThat(answer).isEqualTo("HTTP/1.1 413 ");
        }
    }

    @Test
    void throttles_a_client_that_sends_too_many_requests() throws IOException {
        api = Served.start(directory);
        String one = "GET /api/nothing HTTP/1.1\r\nHost: localhost\r\n\r\n";
        String last = "GET /api/nothing HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";

        String answers = api.raw(one.repeat(3 * RateLimit.AT_ONCE) + last);

        assertThat(answers)
                .contains("HTTP/1.1 404 ")
                .contains("HTTP/1.1 429 ")
                .containsIgnoringCase("Retry-After: 1\r\n")
                .contains("At most 50 requests a second from one address");
        assertThat(answers.split("HTTP/1.1 404 ", -1).length - 1).isBetween(RateLimit.AT_ONCE, 2 * RateLimit.AT_ONCE);
    }

    /** A request that there is nothing at, 404 where it is let through; the last one of a connection closes it. */
    private static String request(String connection, String... headers) {
        return "GET /api/nothing HTTP/1.1\r\nHost: localhost\r\nConnection: %s\r\n%s\r\n"
                .formatted(
                        connection,
                        Stream.of(headers).map(header -> header + "\r\n").collect(joining()));
    }

    /** The status of the last request, right behind more of the others than are let through. */
    private String afterMany(String others, String last) throws IOException {
        String answers = api.raw(others.repeat(2 * RateLimit.AT_ONCE) + last);
        assertThat(answers).contains("HTTP/1.1 429 ");
        return answers.replaceFirst("(?s).*HTTP/1\\.1 (\\d+).*", "$1");
    }

    @Test
    void failed_sign_ins_do_not_lock_out_clients_with_the_token() throws IOException {
        api = Served.start(directory, TOKEN);

        assertThat(afterMany(
                        request("keep-alive", "Authorization: Bearer guess"),
                        request("close", "Authorization: Bearer " + TOKEN)))
                .isEqualTo("404");
    }

    @ParameterizedTest
    @ValueSource(strings = {"none", "Bearer " + TOKEN})
    void a_client_behind_a_trusted_proxy_does_not_lock_out_the_others(String authorization) throws IOException {
        api = Served.at(
                directory, new HttpSettings(true, "127.0.0.1", 0, TOKEN, List.of(AddressRange.parse("127.0.0.0/8"))));
        String signIn = "Authorization: " + authorization;

        assertThat(afterMany(
                        request("keep-alive", signIn, "X-Forwarded-For: 203.0.113.9"),
                        request("close", signIn, "X-Forwarded-For: 203.0.113.10")))
                .isEqualTo(authorization.equals("none") ? "401" : "404");
    }

    @Test
    void an_address_that_somebody_else_forwards_is_not_believed() throws IOException {
        api = Served.start(directory);
        String forged = IntStream.range(0, 2 * RateLimit.AT_ONCE)
                .mapToObj(i -> request("keep-alive", "X-Forwarded-For: 203.0.113." + i % 256))
                .collect(joining());

        assertThat(api.raw(forged + request("close"))).contains("HTTP/1.1 429 ");
    }

    @Test
    void opening_the_page_again_and_again_is_not_throttled() throws IOException {
        api = Served.start(directory);
        String one = "GET /page/page.js HTTP/1.1\r\nHost: localhost\r\n\r\n";
        String last = "GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";

        assertThat(api.raw(one.repeat(2 * RateLimit.AT_ONCE) + last)).doesNotContain("HTTP/1.1 429 ");
    }

    @Test
    void the_allowance_is_that_of_an_address_and_fills_again() {
        api = Served.start(directory);
        AtomicLong nanos = new AtomicLong();
        RateLimit limit = new RateLimit(nanos::get);
        for (int i = 0; i < RateLimit.AT_ONCE; i++) {
            assertThat(limit.acquire("2001:db8:0:1:0:0:0:" + Integer.toHexString(i), true))
                    .isZero();
        }
        assertThat(limit.acquire("2001:db8:0:1:0:0:0:ffff", true)).isEqualTo(1);
        assertThat(limit.acquire("2001:db8:0:2:0:0:0:1", true)).isZero();
        assertThat(limit.acquire("2001:db8:0:1:0:0:0:ffff", false)).isZero();
        assertThat(limit.acquire("192.0.2.1", true)).isZero();
        nanos.addAndGet(1_000_000_000L / RateLimit.PER_SECOND);
        assertThat(limit.acquire("2001:db8:0:1:0:0:0:ffff", true)).isZero();
        assertThat(limit.acquire("2001:db8:0:1:0:0:0:ffff", true)).isEqualTo(1);
    }

    @Test
    void there_are_only_so_many_connections() throws IOException {
        api = Served.start(directory);
        List<Socket> sockets = new ArrayList<>();
        try {
            for (int i = 0; i < Connections.MOST; i++) {
                sockets.add(api.connect());
            }
            Socket refused = api.connect();
            sockets.add(refused);
            assertThat(read(refused)).isEqualTo(-1);
        } finally {
            for (Socket socket : sockets) {
                socket.close();
            }
        }
    }

    private static int read(Socket socket) throws IOException {
        try (InputStream stream = socket.getInputStream()) {
            return stream.read();
        } catch (SocketException e) {
            return -1;
        }
    }

    @Test
    void a_client_that_hangs_up_in_the_middle_of_a_body_logs_no_error() throws Exception {
        Logger root = (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
        ListAppender<ILoggingEvent> log = new ListAppender<>();
        log.start();
        root.addAppender(log);
        api = Served.start(directory);
        for (int i = 0; i < 20; i++) {
            try (Socket socket = api.connect()) {
                socket.getOutputStream()
                        .write(("POST /api/watches HTTP/1.1\r\nHost: localhost\r\n"
                                        + "Content-Type: application/json\r\nContent-Length: 100\r\n\r\n{")
                                .getBytes(UTF_8));
            }
            assertThat(api.get("/api/jobs").status()).isEqualTo(200);
        }
        root.detachAppender(log);

        assertThat(log.list).noneMatch(event -> event.getLevel().isGreaterOrEqual(Level.WARN));
    }

    @Test
    void a_port_that_is_taken_is_named() {
        api = Served.start(directory);
        int port = Integer.parseInt(api.url().replaceFirst(".*:", ""));

        assertThatExceptionOfType(PortInUseException.class)
                .isThrownBy(() -> Served.at(
                        directory.resolve("other"), new HttpSettings(true, "127.0.0.1", port, null, List.of())))
                .withMessageStartingWith(
                        "jobrelay.http.port: cannot listen at 127.0.0.1:" + port + " (Address already in use); ");
    }
}
