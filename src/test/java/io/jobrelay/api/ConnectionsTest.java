package io.jobrelay.api;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Connections that take their time, with limits that a test can wait for. */
@Timeout(60)
class ConnectionsTest {
    private static final Connections.Limits LIMITS = new Connections.Limits(1_000, 1_000);
    /** One after the other, with a pause after each: far longer than the limits. */
    private static final int MOST = 1_000;

    private final Vertx vertx = Vertx.vertx();
    private HttpServer server;

    @BeforeEach
    void listens() throws Exception {
        Connections connections = new Connections(vertx, LIMITS);
        server = vertx.createHttpServer(ApiServer.options())
                .connectionHandler(connections)
                .requestHandler(request -> connections.began(request.connection()))
                .listen(0, "127.0.0.1")
                .toCompletionStage()
                .toCompletableFuture()
                .get();
    }

    @AfterEach
    void stops() throws Exception {
        vertx.close().toCompletionStage().toCompletableFuture().get();
    }

    /** One byte now and then keeps a connection busy, but not for longer than a request may take. */
    @Test
    void a_client_that_sends_a_request_byte_by_byte_is_cut_off() throws IOException {
        assertCutOff("GET /api/jobs HTTP/1.1\r\nHost: localhost\r\nX: ", 'x');
    }

    @Test
    void a_client_that_sends_a_body_byte_by_byte_is_cut_off() throws IOException {
        assertCutOff("POST /api/watches HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100000\r\n\r\n", ' ');
    }

    private void assertCutOff(String begin, char next) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.actualPort())) {
            socket.setSoTimeout(50);
            socket.getOutputStream().write(begin.getBytes(UTF_8));
            boolean open = true;
            for (int bytes = 0; open && bytes < MOST; bytes++) {
                try {
                    socket.getOutputStream().write(next);
                    open = socket.getInputStream().read() >= 0;
                } catch (SocketTimeoutException e) {
                    // Nobody has answered, and nobody has closed.
                } catch (SocketException e) {
                    open = false;
                }
            }
            assertThat(open).isFalse();
        }
    }
}
