package io.jobrelay.routes;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** A provider on a real socket: keeps every request as it came in, and answers with the bytes that it was told. */
final class ProviderSocket implements AutoCloseable {
    private final ServerSocket socket;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final List<Request> requests = new CopyOnWriteArrayList<>();
    private volatile Answer answer = (request, client) -> client.close();

    /** What is done with the connection that a request came in on. */
    interface Answer {
        void write(Request request, Socket client) throws IOException;
    }

    /** A request, byte for byte; the names of its headers in lower case. */
    record Request(String line, Map<String, String> headers, String body) {
        String method() {
            return line.split(" ", 3)[0];
        }

        /** Path and query, as they stood in the request line. */
        String target() {
            return line.split(" ", 3)[1];
        }

        String path() {
            return target().split("\\?", 2)[0];
        }

        String query() {
            return target().contains("?") ? target().split("\\?", 2)[1] : "";
        }

        String header(String name) {
            return headers.getOrDefault(name, "");
        }
    }

    ProviderSocket() {
        try {
            socket = new ServerSocket(0, 200, InetAddress.getLoopbackAddress());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        threads.execute(this::accept);
    }

    /** From now on; requests so far are forgotten. */
    void answer(Answer next) {
        requests.clear();
        answer = next;
    }

    /** From now on each request gets this reply. */
    void reply(int status, String body, String... headers) {
        answer((request, client) -> send(client, whole(status, body.getBytes(UTF_8), headers)));
    }

    /** The bytes of a reply with its length; headers as {@code Name: value}, JSON unless they say otherwise. */
    static byte[] whole(int status, byte[] body, String... headers) {
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

    static void send(Socket client, byte[] bytes) throws IOException {
        client.getOutputStream().write(bytes);
        client.getOutputStream().flush();
    }

    List<Request> requests() {
        return List.copyOf(requests);
    }

    /** The one request since the last answer was told. */
    Request request() {
        if (requests.size() != 1) {
            throw new AssertionError("not one request but " + requests);
        }
        return requests.get(0);
    }

    String host() {
        return "127.0.0.1:" + socket.getLocalPort();
    }

    String url() {
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
                threads.execute(() -> serve(client));
            } catch (IOException closed) {
                return;
            }
        }
    }

    private void serve(Socket client) {
        try (client) {
            InputStream in = client.getInputStream();
            for (String head = head(in); !head.isEmpty(); head = head(in)) {
                List<String> lines = new ArrayList<>(head.lines().toList());
                String line = lines.remove(0);
                Map<String, String> headers = new LinkedHashMap<>();
                for (String header : lines) {
                    String[] parts = header.split(":\\s*", 2);
                    headers.merge(parts[0].toLowerCase(Locale.ROOT), parts[1], (one, two) -> one + " AND " + two);
                }
                int length = Integer.parseInt(headers.getOrDefault("content-length", "0"));
                Request request = new Request(line, headers, new String(in.readNBytes(length), UTF_8));
                Answer current = answer;
                requests.add(request);
                current.write(request, client);
            }
        } catch (IOException gone) {
            // The client has closed the connection, or the test has ended.
        }
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
}
