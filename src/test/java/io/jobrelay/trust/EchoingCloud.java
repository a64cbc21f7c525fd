package io.jobrelay.trust;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.jobrelay.job.Json;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URLEncoder;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A provider, an identity service and a receiver of webhooks that say back all they know: what they were sent, and the
 * secrets of the account, in every form. How a job's request is answered is in the name of the job.
 */
final class EchoingCloud implements AutoCloseable {
    static final List<String> ANSWERS =
            List.of("good", "failed", "refused", "malformed", "broken", "unmapped", "redirect", "cut", "proxy");

    private final HttpServer server;
    private final ExecutorService threads = Executors.newFixedThreadPool(8);
    private final List<String> secrets;
    private final String token;
    private final Map<String, AtomicInteger> asked = new ConcurrentHashMap<>();
    private final List<String> webhooks = new CopyOnWriteArrayList<>();
    private volatile int receipt = 204;

    EchoingCloud(List<String> secrets, String token) throws IOException {
        this.secrets = secrets;
        this.token = token;
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 100);
        server.setExecutor(threads);
        server.createContext("/v1/", this::answer);
        server.createContext("/v3/", this::giveToken);
        server.createContext("/hook", this::receive);
        server.start();
    }

    String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    /** How often a job was asked for with the answer of this name. */
    int asked(String answer) {
        return asked.getOrDefault(answer, new AtomicInteger()).get();
    }

    int received() {
        return asked("webhook");
    }

    /** All that came in with webhooks. */
    String webhooks() {
        return String.join("\n", webhooks);
    }

    void receipt(int status) {
        receipt = status;
    }

    @Override
    public String toString() {
        return "asked for " + asked;
    }

    private String everything(HttpExchange exchange) {
        StringBuilder all = new StringBuilder();
        List<String> known = new ArrayList<>(secrets);
        // A token is a secret from when it was given: whoever echoes it has been sent it.
        known.addAll(exchange.getRequestHeaders().getOrDefault("X-Auth-Token", List.of()));
        for (String secret : known) {
            byte[] bytes = secret.getBytes(UTF_8);
            all.append(" plain ").append(secret);
            all.append(" url ").append(URLEncoder.encode(secret, UTF_8));
            all.append(" hex ").append(HexFormat.of().formatHex(bytes));
            for (String before : List.of("", "u", "us")) {
                all.append(" base64 ")
                        .append(Base64.getEncoder().encodeToString((before + secret + ":x").getBytes(UTF_8)));
                all.append(" url64 ").append(Base64.getUrlEncoder().encodeToString((before + secret).getBytes(UTF_8)));
            }
        }
        exchange.getRequestHeaders()
                .forEach((name, values) -> all.append(' ').append(name).append(values));
        return all.toString();
    }

    private void answer(HttpExchange exchange) throws IOException {
        String job = exchange.getRequestURI().getPath().replaceFirst(".*/", "");
        String answer = job.replaceFirst("-.*", "");
        String echo = everything(exchange);
        asked.computeIfAbsent(answer, name -> new AtomicInteger()).incrementAndGet();
        exchange.getResponseHeaders().add("X-Echo", echo.replaceAll("[\\r\\n]", " "));
        try (exchange) {
            switch (answer) {
                case "good", "failed" -> {
                    Map<String, Object> members = new LinkedHashMap<>();
                    members.put("project_id", "p");
                    members.put("job_id", job);
                    members.put(
                            "job_status",
                            answer.equals("failed") ? "FAILED" : asked(answer) % 2 == 0 ? "RUNNING" : "CHANGED");
                    members.put("job_name", "echo of " + echo);
                    members.put("job_description", echo);
                    members.put(secrets.get(0), secrets);
                    String json = Json.write(Map.of("is_success", true, "job", members));
                    send(
                            exchange,
                            200,
                            "application/json",
                            json.replace("/", "\\/").replace("+", "\\u002B"));
                }
                case "refused" ->
                    send(exchange, 401, "application/json", Json.write(Map.of("error_code", echo, "error_msg", echo)));
                case "malformed" -> send(exchange, 200, "text/html; echo=" + secrets.get(0), "<p>" + echo);
                case "broken" -> send(exchange, 200, "application/json", "{\"job\": " + secrets.get(0) + echo);
                case "unmapped" ->
                    send(
                            exchange,
                            200,
                            "application/json",
                            Json.write(
                                    Map.of("is_success", true, "job", Map.of("job_id", secrets, "job_status", echo))));
                case "redirect" -> {
                    exchange.getResponseHeaders().add("Location", url() + "/v1/?key=" + secrets.get(0));
                    send(exchange, 302, "text/plain", echo);
                }
                case "proxy" -> send(exchange, 502, "text/html", echo);
                default -> {
                    // cut: the connection ends without an answer
                }
            }
        }
    }

    private void giveToken(HttpExchange exchange) throws IOException {
        try (exchange) {
            String asked = new String(exchange.getRequestBody().readAllBytes(), UTF_8);
            if (asked.contains("nobody")) {
                String told = Json.write(Map.of("error", Map.of("code", 401, "message", "asked with " + asked)));
                send(exchange, 401, "application/json", told);
            } else {
                exchange.getResponseHeaders().add("X-Subject-Token", token);
                String told = Json.write(Map.of("token", Map.of("expires_at", "2099-01-01T00:00:00Z", "asked", asked)));
                send(exchange, 201, "application/json", told);
            }
        }
    }

    private void receive(HttpExchange exchange) throws IOException {
        try (exchange) {
            webhooks.add(exchange.getRequestHeaders().entrySet()
                    + new String(exchange.getRequestBody().readAllBytes(), UTF_8));
            asked.computeIfAbsent("webhook", name -> new AtomicInteger()).incrementAndGet();
            exchange.getResponseHeaders().add("X-Echo", everything(exchange));
            exchange.getResponseHeaders()
                    .add("Location", exchange.getRequestURI().toString());
            send(exchange, receipt, "text/plain", everything(exchange));
        }
    }

    private static void send(HttpExchange exchange, int status, String type, String body) throws IOException {
        byte[] bytes = body.getBytes(UTF_8);
        exchange.getResponseHeaders().add("Content-Type", type);
        exchange.sendResponseHeaders(status, status == 204 ? -1 : bytes.length);
        if (status != 204) {
            exchange.getResponseBody().write(bytes);
        }
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
