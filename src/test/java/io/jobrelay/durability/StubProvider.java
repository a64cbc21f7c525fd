package io.jobrelay.durability;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/** Huawei Cloud RES as far as one job is asked for; says of each job what it was told to say. */
final class StubProvider implements AutoCloseable {
    private final HttpServer server;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final Map<String, String> states = new ConcurrentHashMap<>();
    private final List<String> asked = new CopyOnWriteArrayList<>();
    private final CountDownLatch end = new CountDownLatch(1);
    private volatile boolean hangs;
    private volatile int status = 200;
    private volatile Runnable before = () -> {};
    private volatile int limit = Integer.MAX_VALUE;
    private final Deque<Long> lately = new ArrayDeque<>();
    private final List<Integer> answers = new CopyOnWriteArrayList<>();

    StubProvider() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 100);
        server.setExecutor(threads);
        server.createContext("/v1/p/jobs/", this::answer);
        server.start();
    }

    String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    /** Every job that is not told otherwise is RUNNING. */
    void state(String job, String state) {
        states.put(job, state);
    }

    void hang() {
        hangs = true;
    }

    /** What every answer is from now on, whatever the job. */
    void status(int code) {
        status = code;
    }

    /** What is done before each answer. */
    void before(Runnable answer) {
        before = answer;
    }

    /** Within any second it answers so many requests, and those beyond with 429. */
    void limit(int perSecond) {
        limit = perSecond;
    }

    /** The status of every answer. */
    List<Integer> answers() {
        return answers;
    }

    private synchronized boolean tooMany() {
        long now = System.nanoTime();
        while (!lately.isEmpty() && now - lately.getFirst() >= TimeUnit.SECONDS.toNanos(1)) {
            lately.removeFirst();
        }
        if (lately.size() >= limit) {
            return true;
        }
        lately.addLast(now);
        return false;
    }

    /** The jobs that were asked for, one entry a request. */
    List<String> asked() {
        return asked;
    }

    long asked(String job) {
        return asked.stream().filter(job::equals).count();
    }

    private void answer(HttpExchange exchange) {
        String job = exchange.getRequestURI().getPath().replaceFirst(".*/", "");
        try (exchange) {
            asked.add(job);
            if (hangs) {
                end.await();
            }
            before.run();
            byte[] body = "{\"is_success\":true,\"job\":{\"project_id\":\"p\",\"job_id\":\"%s\",\"job_status\":\"%s\"}}"
                    .formatted(job, states.getOrDefault(job, "RUNNING"))
                    .getBytes(UTF_8);
            exchange.getResponseHeaders().add("Content-Type", "application/json");
            int answer = tooMany() ? 429 : status;
            answers.add(answer);
            exchange.sendResponseHeaders(answer, body.length);
            exchange.getResponseBody().write(body);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        end.countDown();
        server.stop(0);
        threads.shutdownNow();
    }
}
