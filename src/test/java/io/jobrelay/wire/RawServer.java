package io.jobrelay.wire;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** An HTTP server that answers each request with the bytes it was told, right or wrong. */
final class RawServer implements AutoCloseable {
    private final ServerSocket socket;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final Queue<String> requests = new ConcurrentLinkedQueue<>();
    private final AtomicInteger connections = new AtomicInteger();
    private final CountDownLatch cut = new CountDownLatch(1);
    private volatile Answer answer = (out, client) -> {};

    private interface Answer {
        void write(OutputStream out, Socket client) throws IOException;
    }

    RawServer() {
        try {
            socket = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        threads.execute(this::accept);
    }

    void answer(String bytes) {
        answer = (out, client) -> send(out, bytes);
    }

    void answerAndClose(String bytes) {
        answer = (out, client) -> {
            send(out, bytes);
            client.close();
        };
    }

    void reset() {
        answer = (out, client) -> {
            client.setSoLinger(true, 0);
            client.close();
        };
    }

    void endless(String start, String part, Duration pause) {
        answer = (out, client) -> {
            send(out, start);
            while (!Thread.currentThread().isInterrupted()) {
                send(out, part);
                rest(pause);
            }
        };
    }

    /** Waits until a client has closed its connection. */
    void awaitCut() {
        try {
            assertThat(cut.await(10, TimeUnit.SECONDS))
                    .as("connection closed by the client")
                    .isTrue();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    List<String> requests() {
        return List.copyOf(requests);
    }

    int connections() {
        return connections.get();
    }

    int port() {
        return socket.getLocalPort();
    }

    String url() {
        return "http://127.0.0.1:" + port();
    }

    @Override
    public void close() {
        threads.shutdownNow();
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void accept() {
        while (!socket.isClosed()) {
            try {
                Socket client = socket.accept();
                connections.incrementAndGet();
                threads.execute(() -> serve(client));
            } catch (IOException closed) {
                return;
            }
        }
    }

    private void serve(Socket client) {
        try (client) {
            for (String request = read(client.getInputStream()); !request.isEmpty(); ) {
                requests.add(request);
                answer.write(client.getOutputStream(), client);
                request = read(client.getInputStream());
            }
            cut.countDown();
        } catch (IOException gone) {
            cut.countDown();
        }
    }

    /** One request with the body {@code {}}; empty at the end of the stream. */
    private static String read(InputStream in) throws IOException {
        StringBuilder request = new StringBuilder();
        for (int octet = in.read(); octet >= 0; octet = in.read()) {
            request.append((char) octet);
            if (request.indexOf("\r\n\r\n{}") > 0) {
                return request.toString();
            }
        }
        return "";
    }

    private static void send(OutputStream out, String bytes) throws IOException {
        out.write(bytes.getBytes(ISO_8859_1));
        out.flush();
    }

    private static void rest(Duration pause) {
        try {
            Thread.sleep(pause.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
