package io.jobrelay.reliability;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.joining;
import static java.util.stream.Collectors.toMap;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Jobs that live by a clock of their own, behind two of the documented APIs: RES is asked for one job, Octopus
 * for a list of them, and both want a token. It alone knows what each job went through, and notes every answer before it
 * gives it. Each life of Jobrelay reaches it at an address of its own, so that no answer counts for the wrong life.
 */
final class SimulatedCloud implements AutoCloseable {
    private static final int JOBS_IN_LIST = 90;
    private static final Duration TOKEN_LIFE = Duration.ofSeconds(5);
    private static final List<String> RES_ENDS = List.of("SUCCEEDED", "FAILED", "CANCELED");
    private static final List<String> OCTOPUS_LIFE = List.of("QUEUING", "LAUNCHING", "RUNNING", "UPLOADING");
    private static final List<String> OCTOPUS_ENDS = List.of("FINISHED", "STOPPED", "RUN_FAILED", "UPLOAD_FAILED");

    private final Map<String, Job> single;
    private final Map<String, List<Job>> lists;
    private final List<Answer> answers = Collections.synchronizedList(new ArrayList<>());
    private final AtomicInteger faults = new AtomicInteger();
    private final Random random;
    private final double faultRate;
    private final long jobMillis;
    private final int lives;
    private volatile int life;
    private final AtomicLong firstRequest = new AtomicLong();
    private @Nullable HttpServer server;
    private @Nullable ExecutorService threads;
    private volatile String token = "none yet";

    /** A job and the states that it goes through; it enters state i+1 at the i-th of these times. */
    private record Job(String id, List<String> states, List<Long> millis) {
        private String state(long now) {
            return states.get((int) millis.stream().filter(time -> time <= now).count());
        }
    }

    /**
     * @param steps how many states each of the single jobs has that no page of the documentation knows
     * @param singles how many jobs are asked for one by one
     * @param inLists how many jobs are in lists
     * @param jobMillis the longest that a job takes
     * @param lives of Jobrelay that this is spread over: each sees its share of the changes, and one more sees the end
     * @param faultRate the share of requests that are throttled, refused or cut off
     */
    SimulatedCloud(int steps, int singles, int inLists, long jobMillis, int lives, double faultRate, long seed) {
        this.random = new Random(seed);
        this.faultRate = faultRate;
        this.jobMillis = jobMillis;
        this.lives = lives;
        this.single = IntStream.range(0, singles)
                .mapToObj(i -> job("job-" + i, steps(steps), RES_ENDS))
                .collect(toMap(Job::id, job -> job));
        this.lists = IntStream.range(0, inLists)
                .mapToObj(i -> job(String.valueOf(1000 + i), OCTOPUS_LIFE, OCTOPUS_ENDS))
                .collect(groupingBy(job -> "w" + (Integer.parseInt(job.id()) - 1000) / JOBS_IN_LIST));
    }

    private static List<String> steps(int steps) {
        return Stream.concat(IntStream.range(0, steps).mapToObj(step -> "STEP_" + step), Stream.of("RUNNING"))
                .toList();
    }

    private Job job(String id, List<String> life, List<String> ends) {
        List<String> states = new ArrayList<>(life.subList(random.nextInt(Math.min(life.size(), 4)), life.size()));
        states.add(ends.get(random.nextInt(ends.size())));
        List<Long> millis =
                random.longs(states.size() - 1, 0, jobMillis).sorted().boxed().toList();
        return new Job(id, List.copyOf(states), millis);
    }

    /** Opens an address for the next life of Jobrelay and closes that of the last one, its requests all noted. */
    String nextLife() throws IOException {
        closeLife();
        int mine = life + 1;
        life = mine;
        firstRequest.set(0);
        HttpServer opened = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 1000);
        threads = Executors.newFixedThreadPool(8);
        opened.setExecutor(threads);
        opened.createContext("/v3/auth/tokens", this::login);
        opened.createContext("/v1/p/jobs/", exchange -> answerOne(mine, exchange));
        opened.createContext("/v1.0/p/data/system-jobs", exchange -> answerList(mine, exchange));
        opened.start();
        server = opened;
        return "http://127.0.0.1:" + opened.getAddress().getPort();
    }

    /** The watches of all jobs, as a watch file has them. */
    String watches(String every) {
        String singles = single.keySet().stream()
                .sorted()
                .map(job -> watch("huawei-res-job", "{ project_id: p, job_id: %s }".formatted(job), every))
                .collect(joining());
        return lists.keySet().stream()
                .sorted()
                .map(list -> watch(
                        "huawei-octopus-system-jobs", "{ project_id: p, workspace_id: %s }".formatted(list), every))
                .collect(joining("", singles, ""));
    }

    static String watch(String api, String parameters, String every) {
        return """
                - api: %s
                  account: cloud
                  parameters: %s
                  every: %s
                """.formatted(api, parameters, every);
    }

    /** All answers so far, in the order in which they were given. */
    List<Answer> answers() {
        return List.copyOf(answers);
    }

    int requests() {
        return answers.size();
    }

    int faults() {
        return faults.get();
    }

    int jobs() {
        return single.size() + lists.values().stream().mapToInt(List::size).sum();
    }

    /** How long it takes until this life has seen its share. */
    long millisToGo() {
        return Math.min(jobMillis, jobMillis / lives * life) - now();
    }

    /** The jobs' own time. In each life it goes on with the first request, and stands still at the end of its share. */
    private long now() {
        long share = jobMillis / lives;
        long since =
                firstRequest.get() == 0 ? 0 : TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - firstRequest.get());
        return Math.min(jobMillis, share * (life - 1) + Math.min(share, since));
    }

    private void login(HttpExchange exchange) throws IOException {
        firstRequest.compareAndSet(0, System.nanoTime());
        token = UUID.randomUUID().toString();
        exchange.getResponseHeaders().add("X-Subject-Token", token);
        say(
                exchange,
                201,
                "{\"token\":{\"expires_at\":\"%s\"}}".formatted(Instant.now().plus(TOKEN_LIFE)));
    }

    /** A job that it does not know runs for ever. */
    private void answerOne(int asker, HttpExchange exchange) throws IOException {
        String id = exchange.getRequestURI().getPath().replaceFirst(".*/", "");
        if (isRefused(asker, id, exchange)) {
            return;
        }
        String state = single.containsKey(id) ? single.get(id).state(now()) : "RUNNING";
        answers.add(new Answer(asker, id, Map.of("huawei-res-job/cloud/p/" + id, state)));
        say(
                exchange,
                200,
                "{\"is_success\":true,\"job\":{\"project_id\":\"p\",\"job_id\":\"%s\",\"job_status\":\"%s\"}}"
                        .formatted(id, state));
    }

    private void answerList(int asker, HttpExchange exchange) throws IOException {
        String list = parameter(exchange.getRequestURI(), "workspace_id");
        if (isRefused(asker, list, exchange)) {
            return;
        }
        long now = now();
        List<Job> jobs = lists.getOrDefault(list, List.of());
        answers.add(new Answer(
                asker,
                list,
                jobs.stream()
                        .collect(toMap(
                                job -> "huawei-octopus-system-jobs/cloud/p/%s/%s".formatted(list, job.id()),
                                job -> job.state(now)))));
        say(
                exchange,
                200,
                jobs.stream()
                        .map(job -> "{\"id\":%s,\"project_id\":\"p\",\"status\":\"%s\"}"
                                .formatted(job.id(), job.state(now)))
                        .collect(joining(
                                ",",
                                "{\"payload\":{\"list\":[",
                                "],\"page_info\":{\"offset\":0,\"limit\":100,\"total\":%d}}}".formatted(jobs.size()))));
    }

    private static String parameter(URI uri, String name) {
        return uri.getQuery().replaceFirst("(?:.*&)?" + name + "=([^&]*).*", "$1");
    }

    /** Now and then it throttles, breaks down, cuts the connection or no longer knows the token. */
    private boolean isRefused(int asker, String watch, HttpExchange exchange) throws IOException {
        boolean known = token.equals(exchange.getRequestHeaders().getFirst("X-Auth-Token"));
        double lot;
        synchronized (random) {
            lot = random.nextDouble() / faultRate;
        }
        if (known && lot >= 1) {
            return false;
        }
        answers.add(new Answer(asker, watch, Map.of()));
        if (!known) {
            say(
                    exchange,
                    401,
                    "{\"error_code\":\"APIGW.0301\",\"error_msg\":\"Incorrect IAM authentication information\"}");
            return true;
        }
        faults.incrementAndGet();
        if (lot < 0.3) {
            exchange.getResponseHeaders().add("Retry-After", "1");
            say(
                    exchange,
                    429,
                    "{\"error_code\":\"APIGW.0308\",\"error_msg\":\"The throttling threshold has been reached\"}");
        } else if (lot < 0.6) {
            say(exchange, 503, "<html>Service Unavailable</html>");
        } else {
            exchange.close();
        }
        return true;
    }

    private static void say(HttpExchange exchange, int status, String json) throws IOException {
        try (exchange) {
            exchange.getRequestBody().readAllBytes();
            exchange.getResponseHeaders().add("Content-Type", "application/json");
            byte[] body = json.getBytes(UTF_8);
            exchange.sendResponseHeaders(status, body.length);
            exchange.getResponseBody().write(body);
        }
    }

    private void closeLife() {
        if (server == null || threads == null) {
            return;
        }
        server.stop(0);
        threads.shutdown();
        try {
            if (!threads.awaitTermination(5, TimeUnit.SECONDS)) {
                throw new IllegalStateException("a request of the last life is still being answered");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        closeLife();
    }
}
