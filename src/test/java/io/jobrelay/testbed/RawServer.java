package io.jobrelay.testbed;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ServerSocketFactory;

/**
 * An HTTP server on a real socket of this machine: keeps every request as it came in, and answers it with the bytes that
 * it was told, right or wrong.
 */
public final class RawServer implements AutoCloseable {
    /** Closes the connection without a word. */
    public static final Answer CLOSE = (request, client) -> client.close();

    /** Answers with a TCP reset. */
    public static final Answer RESET = (request, client) -> reset(client);

    private static final int WAITING_CLIENTS = 200;

    private final ServerSocket socket;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final List<Request> requests = new CopyOnWriteArrayList<>();
    private final AtomicInteger connections = new AtomicInteger();
    private final CountDownLatch cut = new CountDownLatch(1);
    private volatile boolean accepts = true;
    private volatile Answer answer = CLOSE;

    /** What is done with the connection that a request came in on. */
    @FunctionalInterface
    public interface Answer {
        void write(Request request, Socket client) throws IOException;
    }

    /** A request, byte for byte; the names of its headers in lower case. */
    public record Request(String line, Map<String, String> headers, String body) {
        public String method() {
            return line.split(" ", 3)[0];
        }

        /** Path and query, as they stood in the request line. */
        public String target() {
            return line.split(" ", 3)[1];
        }

        public String path() {
            return target().split("\\?", 2)[0];
        }

        public String query() {
            return target().contains("?") ? target().split("\\?", 2)[1] : "";
        }

        public String header(String name) {
            return headers.getOrDefault(name, "");
        }
    }

    public RawServer() {
        this(ServerSocketFactory.getDefault());
    }

    /**
     * @param sockets makes the socket that is listened on, of TLS for instance
     */
    public RawServer(ServerSocketFactory sockets) {
        try {
            socket = sockets.createServerSocket(0, WAITING_CLIENTS, InetAddress.getLoopbackAddress());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        threads.execute(this::accept);
    }

    /** From now on; requests so far are forgotten. */
    public void answer(Answer next) {
        requests.clear();
        answer = next;
    }

    /** From now on each request gets these bytes. */
    public void answer(String bytes) {
        answer(bytes(bytes));
    }

    /** From now on each request gets this reply. */
    public void reply(int status, String body, String... headers) {
        answer((request, client) -> send(client, whole(status, body.getBytes(UTF_8), headers)));
    }

    /** From now on each connection is reset as soon as it is made. */
    public void refuseConnections() {
        accepts = false;
    }

    /** These bytes, and then nothing more on a connection that stays open. */
    public static Answer bytes(String bytes) {
        return (request, client) -> send(client, bytes.getBytes(ISO_8859_1));
    }

    /** These bytes, and then the end of the connection. */
    public static Answer last(String bytes) {
        return (request, client) -> {
            bytes(bytes).write(request, client);
            client.close();
        };
    }

    /** These bytes, and then a reset of the connection. */
    public static Answer resetAfter(String bytes) {
        return (request, client) -> {
            bytes(bytes).write(request, client);
            reset(client);
        };
    }

    /** The start once, and then the part again and again, with a pause between two of them. */
    public static Answer endless(String start, String part, Duration pause) {
        return (request, client) -> {
            bytes(start).write(request, client);
            while (!Thread.currentThread().isInterrupted()) {
                bytes(part).write(request, client);
                rest(pause);
            }
        };
    }

    /** The bytes of a reply with its length; headers as {@code Name: value}, JSON unless they say otherwise. */
    public static byte[] whole(int status, byte[] body, String... headers) {
        StringBuilder head =
                new StringBuilder("HTTP/1.1 " + status + " Told\r\nContent-Length: " + body.length + "\r\n");
        if (List.of(headers).stream()
                .noneMatch(header -> header.toLowerCase(Locale.ROOT).startsWith("content-type:"))) {
            head.append("Content-Type: application/json\r\n");
        }
        for (String header : headers) {
            head.append(header).append("\r\n");
        }
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        bytes.writeBytes(head.append("\r\n").toString().getBytes(ISO_8859_1));
        bytes.writeBytes(body);
        return bytes.toByteArray();
    }

    public static void send(Socket client, byte[] bytes) throws IOException {
        client.getOutputStream().write(bytes);
        client.getOutputStream().flush();
    }

    /** The requests since the last answer was told. */
    public List<Request> requests() {
        return List.copyOf(requests);
    }

    /** The one request since the last answer was told. */
    public Request request() {
        if (requests.size() != 1) {
            throw new AssertionError("not one request but " + requests);
        }
        return requests.get(0);
    }

    /** How many connections were ever made. */
    public int connections() {
        return connections.get();
    }

    /** Waits until a client has closed its connection. */
    public void awaitCut() {
        try {
            assertThat(cut.await(10, TimeUnit.SECONDS))
                    .as("connection closed by the client")
                    .isTrue();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    public int port() {
        return socket.getLocalPort();
    }

    public String host() {
        return "127.0.0.1:" + port();
    }

    public String url() {
        return "http://" + host();
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
                if (accepts) {
                    threads.execute(() -> serve(client));
                } else {
                    reset(client);
                }
            } catch (IOException closed) {
                return;
            }
        }
    }

    private void serve(Socket client) {
        try (client) {
            InputStream in = client.getInputStream();
            for (String head = head(in); !head.isEmpty(); head = head(in)) {
                Request request = request(head, in);
                Answer current = answer;
                requests.add(request);
                current.write(request, client);
            }
        } catch (IOException gone) {
            // The client has closed the connection, or the test has ended.
        }
        cut.countDown();
    }

    private static Request request(String head, InputStream in) throws IOException {
        List<String> lines = new ArrayList<>(head.lines().toList());
        String line = lines.remove(0);
        Map<String, String> headers = new LinkedHashMap<>();
        for (String header : lines) {
            String[] parts = header.split(":\\s*", 2);
            headers.merge(parts[0].toLowerCase(Locale.ROOT), parts[1], (one, two) -> one + " AND " + two);
        }
        int length = Integer.parseInt(headers.getOrDefault("content-length", "0"));
        return new Request(line, headers, new String(in.readNBytes(length), UTF_8));
    }

    private static String head(InputStream in) throws IOException {
        StringBuilder head = new StringBuilder();
        for (int octet = in.read(); octet >= 0; octet = in.read()) {
            head.append((char) octet);
            if (octet == '\n' && head.indexOf("\r\n\r\n") >= 0) {
                return head.toString().strip();
            }
        }
        return "";
    }

    private static void reset(Socket client) throws IOException {
        client.setSoLinger(true, 0);
        client.close();
    }

    private static void rest(Duration pause) {
        try {
            Thread.sleep(pause.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
