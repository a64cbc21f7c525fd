package io.jobrelay.durability;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;

/**
 * Jobs that live their lives by the clock on the wall, behind two of the documented APIs: RES asks for one job, Octopus
 * lists all. It alone knows what each job went through.
 */
final class SimulatedCloud implements AutoCloseable {
    private static final List<String> RES_ENDS = List.of("SUCCEEDED", "FAILED", "CANCELED");
    private static final List<String> OCTOPUS_ENDS = List.of("FINISHED", "STOPPED", "RUN_FAILED", "UPLOAD_FAILED");
    private static final List<String> OCTOPUS_LIFE = List.of("QUEUING", "LAUNCHING", "RUNNING", "UPLOADING");

    private final HttpServer server;
    private final ExecutorService threads = Executors.newFixedThreadPool(8);
    private final AtomicInteger requests = new AtomicInteger();
    private final List<Job> single = new ArrayList<>();
    private final List<Job> listed = new ArrayList<>();
    private final long start = System.nanoTime();

    /** A job and the states that it goes through; it enters state i+1 at the i-th of these times. */
    record Job(String id, List<String> states, List<Long> millis) {
        String state(long now) {
            int passed = (int) millis.stream().filter(time -> time <= now).count();
            return states.get(passed);
        }

        String end() {
            return states.get(states.size() - 1);
        }
    }

    /**
     * @param lifeMillis the longest life of a job
     */
    SimulatedCloud(int singles, int inList, long lifeMillis, long seed) throws IOException {
        Random random = new Random(seed);
        for (int i = 0; i < singles; i++) {
            single.add(job("job-" + i, List.of("RUNNING"), RES_ENDS, lifeMillis, random));
        }
        for (int i = 0; i < inList; i++) {
            listed.add(job(String.valueOf(1000 + i), OCTOPUS_LIFE, OCTOPUS_ENDS, lifeMillis, random));
        }
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 100);
        server.setExecutor(threads);
        server.createContext("/v1/p/jobs/", this::answerOne);
        server.createContext("/v1.0/p/data/system-jobs", this::answerList);
        server.start();
    }

    private static Job job(String id, List<String> life, List<String> ends, long lifeMillis, Random random) {
        List<String> states = new ArrayList<>(life.subList(random.nextInt(life.size()), life.size()));
        states.add(ends.get(random.nextInt(ends.size())));
        List<Long> millis =
                random.longs(states.size() - 1, 0, lifeMillis).sorted().boxed().toList();
        return new Job(id, List.copyOf(states), millis);
    }

    String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    List<Job> single() {
        return single;
    }

    List<Job> listed() {
        return listed;
    }

    int requests() {
        return requests.get();
    }

    private long now() {
        return (System.nanoTime() - start) / 1_000_000;
    }

    private void answerOne(HttpExchange exchange) {
        String id = exchange.getRequestURI().getPath().replaceFirst(".*/", "");
        Job job = single.stream()
                .filter(known -> known.id().equals(id))
                .findFirst()
                .orElseThrow();
        answer(
                exchange,
                "{\"is_success\":true,\"job\":{\"project_id\":\"p\",\"job_id\":\"%s\",\"job_status\":\"%s\"}}"
                        .formatted(id, job.state(now())));
    }

    private void answerList(HttpExchange exchange) {
        long now = now();
        answer(
                exchange,
                listed.stream()
                        .map(job -> "{\"id\":%s,\"project_id\":\"p\",\"status\":\"%s\"}"
                                .formatted(job.id(), job.state(now)))
                        .collect(Collectors.joining(
                                ",",
                                "{\"payload\":{\"list\":[",
                                "],\"page_info\":{\"offset\":0,\"limit\":100,\"total\":%d}}}"
                                        .formatted(listed.size()))));
    }

    private void answer(HttpExchange exchange, String json) {
        requests.incrementAndGet();
        try (exchange) {
            exchange.getRequestBody().readAllBytes();
            exchange.getResponseHeaders().add("Content-Type", "application/json");
            byte[] body = json.getBytes(UTF_8);
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
