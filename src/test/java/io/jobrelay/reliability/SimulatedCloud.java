package io.jobrelay.reliability;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.joining;
import static java.util.stream.Collectors.toMap;
import static java.util.stream.Collectors.toSet;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.jobrelay.watch.Pace;
import io.jobrelay.watch.Watch;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Jobs that live by a clock of their own, behind two of the documented APIs: RES is asked for one job, Octopus
 * for a list of them, and both want a token. It alone knows what each job went through, and notes every answer before it
 * gives it. Each process of Jobrelay reaches it at an address of its own, so that no answer counts for the wrong life.
 */
final class SimulatedCloud implements AutoCloseable {
    private static final int JOBS_IN_LIST = 90;
    /** Which several nodes share. */
    private static final int ACCOUNTS = 6;

    private static final Pattern USER = Pattern.compile("\"name\"\\s*:\\s*\"(cloud\\d)\"");
    private static final Duration TOKEN_LIFE = Duration.ofSeconds(5);
    private static final List<String> RES_ENDS = List.of("SUCCEEDED", "FAILED", "CANCELED");
    private static final List<String> OCTOPUS_LIFE = List.of("QUEUING", "LAUNCHING", "RUNNING", "UPLOADING");
    private static final List<String> OCTOPUS_ENDS = List.of("FINISHED", "STOPPED", "RUN_FAILED", "UPLOAD_FAILED");
    private static final Set<String> ENDS =
            Stream.of(RES_ENDS, OCTOPUS_ENDS).flatMap(List::stream).collect(toSet());

    private final Map<String, Job> single;
    private final Map<String, List<Job>> lists;
    private final List<Answer> answers = Collections.synchronizedList(new ArrayList<>());
    private final AtomicInteger faults = new AtomicInteger();
    private final Random random;
    private final double faultRate;
    private final long jobMillis;
    private final int lives;
    private final AtomicLong firstRequest = new AtomicLong();
    private final AtomicInteger begun = new AtomicInteger();
    private final Set<Asker> askers = ConcurrentHashMap.newKeySet();
    private final Map<String, Asked> asked = new ConcurrentHashMap<>();
    private final Map<String, Duration> longestGaps = new ConcurrentHashMap<>();
    private final Map<String, Duration> shortestGaps = new ConcurrentHashMap<>();
    private final Map<String, Asker> asking = new ConcurrentHashMap<>();
    private final List<String> overlaps = Collections.synchronizedList(new ArrayList<>());
    private final AtomicInteger share = new AtomicInteger();
    private volatile long slowestMillis;

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
        askers.forEach(Asker::close);
        nextShare();
        return open().address();
    }

    /** With the next request the jobs' time goes on, as far as one life may see. */
    void nextShare() {
        firstRequest.set(0);
        share.incrementAndGet();
    }

    /** From now on an answer is on its way for up to so long. */
    void slow(long millis) {
        slowestMillis = millis;
    }

    /** Opens an address for one process, beside those of others. */
    Asker open() throws IOException {
        Asker asker = new Asker();
        askers.add(asker);
        return asker;
    }

    /** An address for one process. What happens to that process begins another life, which ends with the next. */
    final class Asker implements AutoCloseable {
        private final HttpServer server =
                HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 1000);
        private final ExecutorService threads = Executors.newFixedThreadPool(8);
        private volatile int life = begun.incrementAndGet();
        private volatile boolean undisturbed = true;
        /** The last one of each account. */
        private final Map<String, String> tokens = new ConcurrentHashMap<>();

        private final AtomicInteger requests = new AtomicInteger();

        private Asker() throws IOException {
            server.setExecutor(threads);
            server.createContext("/v3/auth/tokens", exchange -> login(this, exchange));
            server.createContext("/v1/p/jobs/", exchange -> answerOne(this, exchange));
            server.createContext("/v1.0/p/data/system-jobs", exchange -> answerList(this, exchange));
            server.start();
        }

        String address() {
            return "http://127.0.0.1:" + server.getAddress().getPort();
        }

        int requests() {
            return requests.get();
        }

        /** Something happens to who asks here: what it has not taken in by now may be asked for again. */
        void disturbed() {
            undisturbed = false;
        }

        /** That is over. */
        void calm() {
            life = begun.incrementAndGet();
            undisturbed = true;
        }

        @Override
        public void close() {
            undisturbed = false;
            askers.remove(this);
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
    }

    /** When a watch was last asked for, by whom, and whether that was answered with the end of all that it asks for. */
    private record Asked(long nanos, int life, boolean ended) {}

    /** The watches of all jobs, as a watch file has them. */
    String watches(String every) {
        String singles = single.keySet().stream()
                .sorted()
                .map(job -> watch("huawei-res-job", job, "{ project_id: p, job_id: %s }".formatted(job), every))
                .collect(joining());
        return lists.keySet().stream()
                .sorted()
                .map(list -> watch(
                        "huawei-octopus-system-jobs",
                        list,
                        "{ project_id: p, workspace_id: %s }".formatted(list),
                        every))
                .collect(joining("", singles, ""));
    }

    /** By the ids of watches, how a fault names the jobs that the watch sees. */
    Map<String, String> jobsOfWatches() {
        Map<String, String> jobs = new HashMap<>();
        single.keySet()
                .forEach(job -> jobs.put(
                        id("huawei-res-job", job, Map.of("project_id", "p", "job_id", job)),
                        " " + subject("huawei-res-job", job, job) + ","));
        lists.keySet()
                .forEach(list -> jobs.put(
                        id("huawei-octopus-system-jobs", list, Map.of("project_id", "p", "workspace_id", list)),
                        " " + subject("huawei-octopus-system-jobs", list, list + "/")));
        return jobs;
    }

    /** All accounts that are asked with. */
    static List<String> accounts() {
        return IntStream.range(0, ACCOUNTS).mapToObj(number -> "cloud" + number).toList();
    }

    private static String account(String watched) {
        return "cloud" + Math.floorMod(watched.hashCode(), ACCOUNTS);
    }

    private static String subject(String api, String watched, String rest) {
        return "%s/%s/p/%s".formatted(api, account(watched), rest);
    }

    private static String id(String api, String watched, Map<String, Object> parameters) {
        return new Watch(api, account(watched), parameters, Pace.DEFAULT, Map.of(), false, null, false).id();
    }

    /**
     * @param watched the job or the list that is asked for
     */
    static String watch(String api, String watched, String parameters, String every) {
        return """
                - api: %s
                  account: %s
                  parameters: %s
                  every: %s
                """.formatted(api, account(watched), parameters, every);
    }

    /** All answers so far, in the order in which they were given. */
    List<Answer> answers() {
        return List.copyOf(answers);
    }

    int requests() {
        return answers.size();
    }

    /** The longest time between a request for the watch and the next one; zero before there are two. */
    Duration longestGap(String watch) {
        return longestGaps.getOrDefault(watch, Duration.ZERO);
    }

    /** The shortest time between two requests for the same watch. */
    Duration shortestGap() {
        return shortestGaps.values().stream().min(Duration::compareTo).orElseThrow();
    }

    private static Duration shorter(Duration one, Duration other) {
        return one.compareTo(other) < 0 ? one : other;
    }

    private static Duration longer(Duration one, Duration other) {
        return one.compareTo(other) > 0 ? one : other;
    }

    /** What two were asking for at the same time, though nothing had happened to either. */
    List<String> overlaps() {
        return List.copyOf(overlaps);
    }

    /** The watches that have not ended and that nobody has asked for since, but for those in trouble. */
    List<String> forgotten(long sinceNanos, Collection<Asker> inTrouble) {
        return asked.entrySet().stream()
                .filter(entry -> !entry.getValue().ended())
                .filter(entry -> entry.getValue().nanos() - sinceNanos < 0
                        || inTrouble.stream()
                                .anyMatch(
                                        asker -> asker.life == entry.getValue().life()))
                .map(Map.Entry::getKey)
                .toList();
    }

    int faults() {
        return faults.get();
    }

    int jobs() {
        return single.size() + lists.values().stream().mapToInt(List::size).sum();
    }

    /** How long it takes until this life has seen its share. */
    long millisToGo() {
        return Math.min(jobMillis, jobMillis / lives * share.get()) - now();
    }

    /** The jobs' own time. In each life it goes on with the first request, and stands still at the end of its share. */
    private long now() {
        long millis = jobMillis / lives;
        long since =
                firstRequest.get() == 0 ? 0 : TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - firstRequest.get());
        return Math.min(jobMillis, millis * (share.get() - 1) + Math.min(millis, since));
    }

    private void login(Asker asker, HttpExchange exchange) throws IOException {
        firstRequest.compareAndSet(0, System.nanoTime());
        Matcher user = USER.matcher(new String(exchange.getRequestBody().readAllBytes(), UTF_8));
        if (!user.find()) {
            throw new IllegalStateException("a login without a user that is known");
        }
        String token = UUID.randomUUID().toString();
        asker.tokens.put(user.group(1), token);
        exchange.getResponseHeaders().add("X-Subject-Token", token);
        say(
                exchange,
                201,
                "{\"token\":{\"expires_at\":\"%s\"}}".formatted(Instant.now().plus(TOKEN_LIFE)));
    }

    /** A job that it does not know runs for ever. */
    private void answerOne(Asker asker, HttpExchange exchange) throws IOException {
        String id = exchange.getRequestURI().getPath().replaceFirst(".*/", "");
        if (isRefused(asker, id, exchange)) {
            return;
        }
        String state = single.containsKey(id) ? single.get(id).state(now()) : "RUNNING";
        note(asker, id, Map.of(subject("huawei-res-job", id, id), state));
        takeTime(asker, id);
        say(
                exchange,
                200,
                "{\"is_success\":true,\"job\":{\"project_id\":\"p\",\"job_id\":\"%s\",\"job_status\":\"%s\"}}"
                        .formatted(id, state));
    }

    private void answerList(Asker asker, HttpExchange exchange) throws IOException {
        String list = parameter(exchange.getRequestURI(), "workspace_id");
        if (isRefused(asker, list, exchange)) {
            return;
        }
        long now = now();
        List<Job> jobs = lists.getOrDefault(list, List.of());
        note(
                asker,
                list,
                jobs.stream()
                        .collect(toMap(
                                job -> subject("huawei-octopus-system-jobs", list, list + "/" + job.id()),
                                job -> job.state(now))));
        takeTime(asker, list);
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

    private void note(Asker asker, String watch, Map<String, String> states) {
        Set<Integer> undisturbed = askers.stream()
                .filter(one -> one.undisturbed)
                .map(one -> one.life)
                .collect(toSet());
        answers.add(new Answer(asker.life, watch, states, undisturbed));
        boolean ended = !states.isEmpty() && ENDS.containsAll(states.values());
        asker.requests.incrementAndGet();
        long now = System.nanoTime();
        Asked before = asked.put(watch, new Asked(now, asker.life, ended));
        if (before != null) {
            Duration gap = Duration.ofNanos(now - before.nanos());
            longestGaps.merge(watch, gap, SimulatedCloud::longer);
            shortestGaps.merge(watch, gap, SimulatedCloud::shorter);
        }
    }

    /** An answer is on its way; nobody else may ask for the same meanwhile, unless something has happened. */
    private void takeTime(Asker asker, String watch) {
        if (slowestMillis == 0) {
            return;
        }
        Asker other = asking.put(watch, asker);
        if (other != null && other.undisturbed && asker.undisturbed) {
            overlaps.add(watch);
        }
        long millis;
        synchronized (random) {
            millis = random.nextLong(slowestMillis);
        }
        try {
            TimeUnit.MILLISECONDS.sleep(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        asking.remove(watch, asker);
    }

    private static String parameter(URI uri, String name) {
        return uri.getQuery().replaceFirst("(?:.*&)?" + name + "=([^&]*).*", "$1");
    }

    /** Now and then it throttles, breaks down, cuts the connection or no longer knows the token. */
    private boolean isRefused(Asker asker, String watch, HttpExchange exchange) throws IOException {
        boolean known = asker.tokens.containsValue(
                String.valueOf(exchange.getRequestHeaders().getFirst("X-Auth-Token")));
        double lot;
        synchronized (random) {
            lot = random.nextDouble() / faultRate;
        }
        if (known && lot >= 1) {
            return false;
        }
        note(asker, watch, Map.of());
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

    @Override
    public void close() {
        askers.forEach(Asker::close);
    }
}
