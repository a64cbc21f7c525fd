package io.jobrelay.security;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.jobrelay.testbed.FreePort;
import io.jobrelay.testbed.Installation;
import io.jobrelay.testbed.JobrelayProcess;
import io.jobrelay.testbed.LongForm;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The product with a secret in every place where one can stand, everything logged, among providers and receivers that say
 * back all they know: no secret comes out of it, but to those that it is for.
 */
@Timeout(600)
class CanaryIT {
    private static final Map<String, String> EVERYTHING_LOGGED =
            Map.of("JOBRELAY_LOG_LEVEL", "TRACE", "JOBRELAY_LIBRARY_LOG_LEVEL", "TRACE");

    private static final String FIRST_STEP = """
                    - process:
                        ref: acquire-permit
            """;

    /** So slow that each watch is polled about once; in the long form again and again. */
    private static final String PACE = LongForm.ON ? "100ms..200ms" : "5s..10s";

    /** How often a provider is asked for each of its answers. */
    private static final int ASKED = LongForm.count(4, 1);

    /** The lists that are printed; all of them say what the API says, which is looked through as well. */
    private static final List<String> LISTS =
            LongForm.ON ? List.of("jobs", "watches", "deliveries", "destinations") : List.of("watches", "deliveries");

    /** The commands that read the settings, each in a way of its own; in the long form those that read them alike as well. */
    private static final List<String> REFUSED =
            LongForm.ON ? List.of("run", "check", "fetch", "wait") : List.of("run", "check");

    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    private Path directory;

    private final Canaries canaries = new Canaries();
    private final Map<String, String> properties = new LinkedHashMap<>();
    private final Map<String, String> environment = new LinkedHashMap<>(EVERYTHING_LOGGED);
    private final List<String> told = new ArrayList<>();
    private final List<JobrelayProcess> started = new ArrayList<>();
    private Installation installation;
    private EchoingCloud cloud;
    private String apiToken;

    @BeforeEach
    void plant() throws IOException {
        Files.createDirectory(directory.resolve("watches"));
        String token = canaries.plantPlain("token of the identity service");
        cloud = new EchoingCloud(told, token);
        account("properties", "sdk-hmac-sha256");
        properties.put("jobrelay.account.properties.access-key", secret("access key"));
        properties.put("jobrelay.account.properties.secret-key", secret("secret key"));
        properties.put("jobrelay.account.properties.security-token", secret("security token"));
        account("overridden", "acs3-hmac-sha256");
        properties.put("jobrelay.account.overridden.access-key", "to be overridden");
        properties.put("jobrelay.account.overridden.secret-key", "to be overridden");
        environment.put("JOBRELAY_ACCOUNT_OVERRIDDEN_ACCESS_KEY", secret("access key from environment"));
        environment.put("JOBRELAY_ACCOUNT_OVERRIDDEN_SECRET_KEY", secret("secret key from environment"));
        account("referred", "bce-auth-v1");
        properties.put("jobrelay.account.referred.access-key", "{{env:CANARY_ACCESS:}}");
        properties.put("jobrelay.account.referred.secret-key", "{{env:CANARY_SECRET}}");
        environment.put("CANARY_ACCESS", secret("access key referred to"));
        environment.put("CANARY_SECRET", secret("secret key referred to"));
        login("login", "somebody", secret("password"));
        login("no-login", "nobody", secret("refused password"));
        String path = canaries.plantPlain("path of the webhook");
        String query = canaries.plantPlain("query of the webhook");
        told.addAll(List.of(path, query));
        properties.put("jobrelay.destination.webhook.enabled", "true");
        properties.put("jobrelay.destination.webhook.url", cloud.url() + "/hook/" + path + "?key=" + query);
        properties.put("jobrelay.destination.webhook.allow-private", "true");
        String webhookKey = canaries.plantWebhookKey("key of the webhook");
        environment.put("CANARY_WEBHOOK", webhookKey + "," + canaries.plantWebhookKey("older key of the webhook"));
        properties.put("jobrelay.destination.webhook.secret", "{{env:CANARY_WEBHOOK}}");
        told.add(webhookKey);
        properties.put("jobrelay.destination.file.path", "out/changes-{date}.ndjson");
        properties.put("jobrelay.destination.queue.enabled", "true");
        properties.put("jobrelay.destination.queue.queue", "jobrelay.changes");
        properties.put("jobrelay.destination.queue.port", "");
        properties.put("jobrelay.destination.queue.broker-url", "");
        properties.put("jobrelay.delivery.schedule", "0s,100ms,200ms,1h");
        properties.put("jobrelay.poll.concurrency", "4");
        properties.put("camel.management.enabled", "true");
        properties.put("camel.management.port", String.valueOf(FreePort.next()));
        properties.put("camel.management.health-check-enabled", "true");
        properties.put("camel.management.metrics-enabled", "true");
        properties.put("camel.metrics.enabled", "true");
        apiToken = canaries.plantPlain("token of the API");
        told.add(apiToken);
        properties.put("jobrelay.http.port", String.valueOf(FreePort.next()));
        properties.put("jobrelay.http.token", apiToken);
        properties.put("camel.health.exposure-level", "full");
        properties.put("camel.main.name", "jobrelay");
        properties.put("camel.main.shutdown-timeout", "5");
        properties.put("camel.main.auto-configuration-log-summary", "true");
        properties.put("camel.main.stream-caching-enabled", "false");
        properties.put("zeta.token", "{{env:CANARY_OF_A_ROUTE}}");
        environment.put("CANARY_OF_A_ROUTE", secret("token of a route's own"));
        environment.put("ZETA_API_KEY", secret("key of a route's own, in no file"));
        environment.put("ZETA_PASSWORD", secret("password that a route takes from the environment"));
        installation = new Installation(directory).properties(properties);
        Path route = directory.resolve("routes/signing/call-provider.camel.yaml");
        String text = Files.readString(route);
        assertThat(text).contains(FIRST_STEP);
        Files.writeString(
                route,
                text.replace(
                        FIRST_STEP,
                        FIRST_STEP
                                + header("X-Zeta", "Bearer {{zeta.token}}")
                                + header("X-Api-Key", "{{zeta.api-key}}")
                                + header("X-Password", "{{env:ZETA_PASSWORD}}")));
    }

    private static String header(String name, String value) {
        return """
                        - setHeader:
                            name: %s
                            expression:
                              constant:
                                expression: "%s"
                """.formatted(name, value);
    }

    @AfterEach
    void stop() {
        cloud.close();
    }

    private void account(String name, String signing) {
        properties.put("jobrelay.account." + name + ".endpoint", cloud.url());
        properties.put("jobrelay.account." + name + ".signing", signing);
    }

    private void login(String name, String user, String password) {
        account(name, "keystone-token");
        properties.put("jobrelay.account." + name + ".auth-url", cloud.url() + "/v3");
        properties.put("jobrelay.account." + name + ".user", user);
        properties.put("jobrelay.account." + name + ".password", password);
        properties.put("jobrelay.account." + name + ".domain", "domain");
        properties.put("jobrelay.account." + name + ".project", "project");
    }

    /** A new secret that the providers know, and say. */
    private String secret(String place) {
        String secret = canaries.plant(place);
        told.add(secret);
        return secret;
    }

    private static String watch(String account, String job) {
        return """
                - api: huawei-res-job
                  account: %s
                  parameters: { project_id: p, job_id: "%s" }
                  every: %s
                """.formatted(account, job, PACE);
    }

    /** What the jobs of an account are answered: in the long form everything, in the ordinary build everything to one account. */
    private static List<String> answers(String account) {
        return LongForm.ON || account.equals("properties") ? EchoingCloud.ANSWERS : List.of("good", "failed");
    }

    @Test
    void no_secret_comes_out_of_it() throws Exception {
        StringBuilder watches = new StringBuilder();
        for (String account : List.of("properties", "overridden", "referred", "login", "no-login")) {
            answers(account).forEach(answer -> watches.append(watch(account, answer + "-" + account)));
        }
        // By mistake: refused, with a problem that does not repeat it.
        watches.append(watch("properties", told.get(1)));
        watches.append(watch("properties", "labelled"))
                .append("  labels: { key: \"")
                .append(told.get(2))
                .append("\" }\n");
        Path file = directory.resolve("watches/all.yaml");
        Files.writeString(file, watches);

        List<String> found = new ArrayList<>();
        try (JobrelayProcess product = start("run")) {
            await(
                    product,
                    () -> EchoingCloud.ANSWERS.stream().allMatch(answer -> cloud.asked(answer) >= ASKED)
                            && cloud.received() >= 4);
            found.addAll(canaries.in("health", health()));
            found.addAll(canaries.in("metrics", metrics()));
            found.addAll(inApi());
            for (String list : LISTS) {
                JobrelayProcess listed = run(list, "list");
                assertThat(listed.status()).as(listed.log()).isZero();
            }
            found.addAll(canaries.in("arguments", Files.readAllBytes(Path.of("/proc", product.pid() + "", "cmdline"))));
            product.signal("QUIT");
            await(product, () -> product.out().contains("Full thread dump"));
            product.stop();
        }
        cloud.receipt(401);
        environment.put(
                "JOBRELAY_DESTINATION_QUEUE_BROKER_URL",
                "tcp://127.0.0.1:" + FreePort.next() + "?user=somebody&password="
                        + canaries.plantPlain("password of the broker"));
        int before = cloud.received();
        // Other jobs, so that there is something new to deliver.
        Files.writeString(file, Files.readString(file).replace("failed-", "failed-again-"));
        try (JobrelayProcess product = start("run")) {
            await(product, () -> cloud.received() >= before + 4 && product.log().contains("destination=queue"));
            found.addAll(canaries.in("health", health()));
            found.addAll(inApi());
            product.stop();
        }
        JobrelayProcess fetched = run("fetch", file.toString());
        assertThat(fetched.out()).as(fetched.log()).contains("good-properties");
        assertThat(fetched.log()).contains("all.yaml:");
        environment.put("JOBRELAY_LOG_FORMAT", "json");
        JobrelayProcess waited = run("wait", "--timeout", "5s", file.toString());
        assertThat(waited.out()).as(waited.log()).contains("good-properties");
        List<String> objects =
                waited.log().lines().filter(line -> line.startsWith("{")).toList();
        assertThat(objects).hasSizeGreaterThan(100).allSatisfy(object -> JSON.readTree(object));
        assertThat(objects).anyMatch(object -> object.contains("\"watch\":"));
        environment.remove("JOBRELAY_LOG_FORMAT");
        assertThat(run("check", "--explain").out()).contains("X-Zeta: Bearer ***", "X-Api-Key: ***", "X-Password: ***");
        run("--help");

        found.addAll(inStreams());
        found.addAll(canaries.in("webhooks", cloud.webhooks()));
        found.addAll(canaries.inFiles(directory, directory.resolve("application.properties"), file));
        assertThat(found.stream().limit(12)).as(found.size() + " findings").isEmpty();
    }

    @Test
    void what_cannot_start_says_why_without_secrets() throws Exception {
        Files.writeString(directory.resolve("routes/destinations/broken.camel.yaml"), """
                - route:
                    id: broken
                    description: Has an address that cannot be one.
                    from:
                      uri: outbox:broken
                      steps:
                        - to:
                            uri: nosuch:{{jobrelay.destination.webhook.url}}
                """);
        JobrelayProcess broken = run("run");
        assertThat(broken.status()).isEqualTo(1);
        assertThat(broken.log()).contains("cannot start: ").contains("nosuch");
        Files.delete(directory.resolve("routes/destinations/broken.camel.yaml"));

        String user = canaries.plantPlain("user information of an endpoint");
        String query = canaries.plantPlain("query of an endpoint");
        environment.put("JOBRELAY_ACCOUNT_PROPERTIES_ENDPOINT", "https://u:" + user + "@host/path?k=" + query);
        environment.put("JOBRELAY_ACCOUNT_LOGIN_AUTH_URL", "https://" + user + "@host/v3?" + query);
        environment.put("JOBRELAY_ACCOUNT_LOGIN_SIGNING", told.get(2));
        environment.put("JOBRELAY_DELIVERY_SCHEDULE", told.get(3));
        environment.put("JOBRELAY_DESTINATION_WEBHOOK_URL", "ftp://" + user + ":" + user + "@host/" + query);
        environment.put("JOBRELAY_ACCOUNT_OVERRIDDEN_SECRET_KEY", canaries.plantPlain("key") + " with a blank");
        for (String command : REFUSED) {
            String[] arguments =
                    command.matches("fetch|wait") ? new String[] {command, "x.yaml"} : new String[] {command};
            JobrelayProcess refused = run(arguments);
            assertThat(refused.status()).as(command).isEqualTo(1);
            assertThat(refused.out() + refused.log()).contains("jobrelay.account.login.signing");
        }
        assertThat(inStreams()).isEmpty();
        assertThat(canaries.inFiles(directory, directory.resolve("application.properties")))
                .isEmpty();
    }

    private JobrelayProcess start(String... arguments) throws IOException {
        JobrelayProcess process =
                installation.command().environment(environment).start(arguments);
        started.add(process);
        return process;
    }

    private JobrelayProcess run(String... arguments) throws Exception {
        try (JobrelayProcess process = start(arguments)) {
            process.awaitEnd(60);
            return process;
        }
    }

    /** In what every command has printed. */
    private List<String> inStreams() {
        List<String> found = new ArrayList<>();
        for (JobrelayProcess process : started) {
            found.addAll(canaries.in("standard output", process.out()));
            found.addAll(canaries.in("standard error", process.log()));
        }
        return found;
    }

    private String health() throws Exception {
        String health = get(managementUrl() + "/observe/health?data=true");
        assertThat(health).contains("UP");
        return health;
    }

    private String metrics() throws Exception {
        String metrics = get(managementUrl() + "/observe/metrics");
        assertThat(metrics).contains("jobrelay_watches_stale");
        return metrics;
    }

    private String managementUrl() {
        return "http://127.0.0.1:" + properties.get("camel.management.port");
    }

    /** All that the API says, of every job, watch and reply that its lists name. */
    private List<String> inApi() throws Exception {
        List<String> found = new ArrayList<>();
        Deque<String> paths = new ArrayDeque<>(List.of(
                "/api/summary",
                "/api/jobs?limit=1000",
                "/api/watches?limit=1000",
                "/api/deliveries?limit=1000",
                "/api/destinations"));
        int unreadable = 0;
        while (!paths.isEmpty()) {
            String path = paths.pop();
            String answer = get("http://127.0.0.1:" + properties.get("jobrelay.http.port") + path);
            found.addAll(canaries.in(path, answer));
            if (path.startsWith("/api/jobs?")) {
                for (JsonNode job : JSON.readTree(answer).path("jobs")) {
                    String one = "/api/jobs/" + URLEncoder.encode(job.path("id").asText(), UTF_8);
                    paths.addAll(List.of(one, one + "/changes"));
                }
            } else if (path.startsWith("/api/watches?")) {
                JSON.readTree(answer)
                        .path("watches")
                        .forEach(watch ->
                                paths.add("/api/watches/" + watch.path("id").asText()));
            } else if (path.startsWith("/api/watches/") && !path.contains("unreadable")) {
                for (JsonNode reply : JSON.readTree(answer).path("unreadableReplies")) {
                    unreadable++;
                    paths.add(reply.path("body").asText());
                }
            }
        }
        assertThat(unreadable).as("replies that are kept").isPositive();
        return found;
    }

    /** Whatever the status. */
    private String get(String url) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(URI.create(url))
                .header("Authorization", "Bearer " + apiToken)
                .timeout(Duration.ofSeconds(20))
                .build();
        return HttpClient.newHttpClient()
                .send(request, HttpResponse.BodyHandlers.ofString())
                .body();
    }

    private interface Condition {
        boolean holds() throws IOException;
    }

    private void await(JobrelayProcess product, Condition condition) {
        Awaitility.await()
                .atMost(Duration.ofSeconds(100))
                .pollInterval(Duration.ofMillis(250))
                .failFast("ended", () -> !product.alive())
                .conditionEvaluationListener(evaluated -> {
                    if (!evaluated.isSatisfied() && evaluated.getRemainingTimeInMS() < 1_000) {
                        throw new AssertionError("still not: " + cloud);
                    }
                })
                .until(condition::holds);
    }
}
