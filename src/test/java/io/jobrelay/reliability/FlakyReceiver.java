package io.jobrelay.reliability;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.standardwebhooks.Webhook;
import com.standardwebhooks.exceptions.EmptyWebhookSecretException;
import com.standardwebhooks.exceptions.WebhookVerificationException;
import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.http.HttpHeaders;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A webhook receiver that notes every request and only then answers it, and does not always say that it has it: now and
 * then it answers 500, cuts the connection or says nothing for longer than anybody waits.
 */
final class FlakyReceiver implements AutoCloseable {
    static final String SECRET = "whsec_c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0";

    private final HttpServer server;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final CountDownLatch end = new CountDownLatch(1);
    private final List<Arrival> arrivals = Collections.synchronizedList(new ArrayList<>());
    private final AtomicInteger faults = new AtomicInteger();
    private final Random random;
    private final double faultRate;
    private volatile int always;
    private volatile int once;

    FlakyReceiver(double faultRate, long seed) throws IOException {
        this.random = new Random(seed);
        this.faultRate = faultRate;
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 100);
        server.setExecutor(threads);
        server.createContext("/", this::receive);
        server.start();
    }

    String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort() + "/hook";
    }

    /** In the order in which they came. */
    List<Arrival> arrivals() {
        return List.copyOf(arrivals);
    }

    int faults() {
        return faults.get();
    }

    /** What is answered from now on; 0 for an end of that. */
    void answer(int status) {
        always = status;
    }

    /** What is answered next, once. */
    void answerOnce(int status) {
        once = status;
    }

    private void receive(HttpExchange exchange) throws IOException {
        try (exchange) {
            String body = new String(exchange.getRequestBody().readAllBytes(), UTF_8);
            double lot;
            int status;
            synchronized (this) {
                arrivals.add(arrival(exchange.getRequestHeaders(), body));
                lot = random.nextDouble() / faultRate;
                status = once == 0 ? always : once;
                once = 0;
            }
            if (status != 0) {
                exchange.sendResponseHeaders(status, -1);
            } else if (lot >= 1) {
                exchange.sendResponseHeaders(204, -1);
            } else {
                faults.incrementAndGet();
                doItButSayNo(lot, exchange);
            }
        }
    }

    private void doItButSayNo(double lot, HttpExchange exchange) throws IOException {
        if (lot < 0.5) {
            exchange.sendResponseHeaders(500, -1);
        } else if (lot < 0.8) {
            exchange.close();
        } else {
            try {
                boolean ended = end.await(10, TimeUnit.SECONDS);
                exchange.sendResponseHeaders(ended ? 500 : 204, -1);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private static Arrival arrival(Headers headers, String body) {
        String signature = String.valueOf(headers.getFirst("webhook-signature"));
        Arrival arrival = Arrival.of("webhook", body, signature, genuine(headers, body));
        boolean sameId = arrival.id().equals(headers.getFirst("webhook-id"));
        return sameId ? arrival : Arrival.of("webhook", body, signature, false);
    }

    private static boolean genuine(Headers headers, String body) {
        try {
            new Webhook(SECRET).verify(body, HttpHeaders.of(headers, (name, value) -> true));
            return true;
        } catch (WebhookVerificationException | EmptyWebhookSecretException e) {
            return false;
        }
    }

    @Override
    public void close() {
        end.countDown();
        server.stop(0);
        threads.shutdownNow();
    }
}
