package io.jobrelay.api;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.stream.Collectors.toCollection;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.jobrelay.job.Event;
import io.jobrelay.job.JobRecord;
import io.jobrelay.job.JobState;
import io.jobrelay.provider.FailureKind;
import io.jobrelay.provider.PollFailure;
import io.jobrelay.provider.ProviderReply;
import io.jobrelay.settings.Problem;
import io.jobrelay.testbed.LongForm;
import io.jobrelay.watch.Watch;
import io.vertx.core.Vertx;
import io.vertx.ext.web.Router;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(120)
class ApiServerTest {
    /** Of requests that are made up. */
    private static final int TRIES = LongForm.count(150, 30);

    private static final String ONE = "{\"api\":\"acme-job\",\"account\":\"acme\",\"parameters\":{\"id\":\"7\"}}";

    @TempDir
    private Path directory;

    private Served api;

    @BeforeEach
    void starts() {
        api = Served.start(directory);
    }

    @AfterEach
    void stops() {
        api.close();
    }

    @Test
    void the_openapi_document_is_valid_and_needs_no_other() {
        JsonNode document = api.get("/api/openapi.json").json();

        assertThat(new Description().problems()).isEmpty();
        assertThat(document.findValuesAsText("$ref")).hasSizeGreaterThan(100).allSatisfy(reference -> {
            assertThat(reference).startsWith("#/");
            assertThat(document.at(reference.substring(1)).isMissingNode())
                    .as(reference)
                    .isFalse();
        });
        // In YAML an unquoted comma ends a description, and the rest becomes a member without a value.
        assertThat(document.toString()).doesNotContain("\":null");
    }

    @Test
    void the_openapi_document_and_the_routes_have_the_same_operations() {
        assertThat(api.get("/api/openapi.json").json().path("openapi").asText()).isEqualTo("3.1.0");
        Vertx vertx = Vertx.vertx();
        Router router = Router.router(vertx);
        Routes all = new Routes(
                router, vertx.createSharedWorkerExecutor("test"), new Connections(vertx, Connections.Limits.STANDARD));
        List<Resource> resources = api.resources();
        resources.forEach(resource -> resource.addTo(all));

        Set<String> routes = router.getRoutes().stream()
                .map(route -> route.methods().iterator().next() + " " + route.getName())
                .filter(operation -> operation.contains("/api/") || operation.contains("/schema/"))
                .collect(toCollection(TreeSet::new));
        resources.forEach(Resource::close);
        vertx.close();

        assertThat(routes).hasSizeGreaterThan(10).isEqualTo(new Description().operations());
    }

    @Test
    void the_document_names_every_operation_and_its_examples_work() throws IOException {
        String document = Files.readString(Path.of("docs/api.md"));
        assertThat(matches("(?m)^\\| `([A-Z]+ /\\S+)` \\|", document))
                .containsExactlyInAnyOrderElementsOf(new Description().operations());
        List<String> examples = matches("curl -s '?http://127.0.0.1:8080(/api/[^'\\s]+)", document);
        assertThat(examples).hasSize(3);
        for (String example : examples) {
            assertThat(api.get(example).status()).as(example).isEqualTo(example.contains("%2F") ? 404 : 200);
        }
        String body = matches("(?s) -d '([^']+)'", document).get(0);
        Served.Answer added = api.post(
                "/api/watches", body.replace("huawei-res-job", "acme-jobs").replace("huawei", "acme"));
        assertThat(added.json().path("errors"))
                .as("but for the parameters, which are of an API that is not here")
                .isNotEmpty()
                .allMatch(error -> error.path("pointer").asText().startsWith("/parameters/"));
    }

    private static List<String> matches(String regex, String text) {
        return Pattern.compile(regex)
                .matcher(text)
                .results()
                .map(match -> match.group(1))
                .toList();
    }

    @Test
    void lists_jobs_with_their_watch() {
        api.takeIn(Served.job("1", JobState.RUNNING), Served.job("2", JobState.FAILED));

        JsonNode jobs = api.get("/api/jobs").json();
        assertThat(ids(jobs, "jobs")).containsExactly("acme-jobs/acme/1", "acme-jobs/acme/2");
        assertThat(jobs.has("next")).isFalse();
        JsonNode watch = jobs.at("/jobs/0/watch");
        assertThat(watch.path("health").asText()).isEqualTo("OK");
        assertThat(ids(api.get("/api/jobs?state=FAILED,CANCELLED").json(), "jobs"))
                .containsExactly("acme-jobs/acme/2");
        assertThat(ids(api.get("/api/jobs?state=FAILED&state=RUNNING&sort=-id").json(), "jobs"))
                .containsExactly("acme-jobs/acme/2", "acme-jobs/acme/1");
        assertThat(ids(api.get("/api/jobs?q=ME%2F2").json(), "jobs")).containsExactly("acme-jobs/acme/2");
        assertThat(ids(api.get("/api/jobs?watch=" + watch.path("id").asText()).json(), "jobs"))
                .hasSize(2);
        assertThat(ids(api.get("/api/jobs?label=team:red").json(), "jobs")).isEmpty();
    }

    @Test
    void lists_the_state_history_of_the_jobs_that_changed_last() {
        api.takeIn(Served.job("1", JobState.RUNNING), Served.job("2", JobState.RUNNING));
        api.takeIn(Served.job("1", JobState.FAILED));

        JsonNode timeline = api.get("/api/timeline?state=FAILED").json();
        assertThat(ids(timeline, "jobs")).containsExactly("acme-jobs/acme/1");
        assertThat(timeline.at("/jobs/0/stages").findValuesAsText("state")).containsExactly("RUNNING", "FAILED");
        assertThat(timeline.at("/jobs/0/stages/1/time").asText())
                .isEqualTo(timeline.at("/jobs/0/stateTime").asText());
        assertThat(timeline.path("complete").asBoolean()).isTrue();
        assertThat(api.get("/api/timeline?limit=1").json().path("complete").asBoolean())
                .isFalse();
        assertThat(api.get("/api/timeline?limit=101").status()).isEqualTo(400);
    }

    @Test
    void sends_a_record_unless_the_client_has_it() {
        JobRecord job = Served.job("a%2Fb", JobState.RUNNING);
        api.takeIn(job);

        String encoded = "/api/jobs/" + URLEncoder.encode(job.id(), UTF_8);
        Served.Answer first = api.send("GET", encoded, null);
        assertThat(first.status()).isEqualTo(200);
        assertThat(first.json().path("id").asText()).isEqualTo(job.id());
        assertThat(api.get("/api/jobs/" + job.id()).text()).as("plainly").isEqualTo(first.text());
        assertThat(first.header("link"))
                .isEqualTo("</api/watches/%s>; rel=\"related\""
                        .formatted(Served.list("all").id()));
        String tag = first.header("etag");
        assertThat(api.get(encoded, "If-None-Match", tag).status()).isEqualTo(304);
        assertThat(api.get(encoded, "If-None-Match", "\"x\", W/" + tag).status())
                .isEqualTo(304);

        api.takeIn(Served.job("a%2Fb", JobState.FAILED));

        Served.Answer second = api.get(encoded, "If-None-Match", tag);
        assertThat(second.status()).isEqualTo(200);
        assertThat(second.json().path("state").asText()).isEqualTo("FAILED");
        JsonNode changes = api.get(encoded + "/changes?limit=1").json();
        assertThat(changes.at("/changes/0/data/job/state").asText()).isEqualTo("RUNNING");
        JsonNode rest = api.get("/api/jobs/" + job.id() + "/changes?cursor="
                        + changes.path("next").asText())
                .json();
        assertThat(rest.at("/changes/0/data/job/state").asText()).isEqualTo("FAILED");
        assertThat(rest.has("next")).isFalse();
    }

    /** A client goes through all pages while jobs change and come: none that was there is missing, none comes twice. */
    @Test
    void pages_hold_each_job_once_while_jobs_change() throws InterruptedException {
        int there = 500;
        api.takeIn(IntStream.range(0, there)
                .mapToObj(i -> Served.job("j%04d".formatted(i), JobState.RUNNING))
                .toArray(JobRecord[]::new));
        Thread changing = new Thread(() -> {
            Random random = new Random(3);
            for (int i = 0; i < 60; i++) {
                api.takeIn(
                        Served.job(
                                "j%04d".formatted(random.nextInt(there)),
                                List.of(JobState.values()).get(random.nextInt(10))),
                        Served.job("j%04d-new".formatted(random.nextInt(there)), JobState.RUNNING));
            }
        });
        changing.start();
        List<Thread> clients = new ArrayList<>();
        List<AssertionError> failures = new ArrayList<>();
        for (int limit : new int[] {7, 40}) {
            Thread client = new Thread(() -> {
                List<String> seen = new ArrayList<>();
                String query = "?limit=" + limit;
                while (query != null) {
                    JsonNode page = api.get("/api/jobs" + query).json();
                    seen.addAll(ids(page, "jobs"));
                    query = page.has("next")
                            ? "?limit=" + limit + "&cursor=" + page.path("next").asText()
                            : null;
                }
                assertThat(seen).doesNotHaveDuplicates().isSorted();
                assertThat(seen.stream().filter(id -> !id.endsWith("new"))).hasSize(there);
            });
            client.setUncaughtExceptionHandler((thread, e) -> {
                synchronized (failures) {
                    failures.add(new AssertionError(e));
                }
            });
            client.start();
            clients.add(client);
        }
        for (Thread client : clients) {
            client.join();
        }
        changing.join();
        assertThat(failures).isEmpty();
    }

    @Test
    void a_watch_is_added_polled_and_removed() {
        Served.Answer added = api.post("/api/watches", ONE);
        assertThat(added.status()).as(added.text()).isEqualTo(201);
        String place = added.header("location");
        assertThat(added.json().path("source").asText()).isEqualTo("POST /api/watches");
        assertThat(api.post("/api/watches", ONE).status()).isEqualTo(200);
        Served.Answer slower = api.post("/api/watches", ONE.replace("}}", "},\"every\":\"1m\"}"));
        assertThat(slower.status()).isEqualTo(200);
        assertThat(api.get(place).json().path("every").asText()).isEqualTo("1m..1m");
        assertThat(ids(
                        api.get("/api/watches?health=OK&api=acme-job&account=acme")
                                .json(),
                        "watches"))
                .hasSize(1);

        Served.Answer due = api.post(place + "/poll", null);
        assertThat(due.status()).isEqualTo(202);

        assertThat(api.send("DELETE", place, null).status()).isEqualTo(204);
        assertThat(api.get(place).status()).isEqualTo(404);
        assertThat(api.send("DELETE", place, null).status()).isEqualTo(404);
        assertThat(api.post(place + "/poll", null).status()).isEqualTo(404);
    }

    @Test
    void a_watch_of_a_file_is_changed_there() {
        api.takeIn();
        String id = Served.list("all").id();
        String given =
                "{\"api\":\"acme-jobs\",\"account\":\"acme\",\"parameters\":{\"project\":\"all\"},\"every\":\"1h\"}";

        assertThat(api.post("/api/watches", given).status()).isEqualTo(200);
        Served.Answer other = api.post("/api/watches", given.replace("1h", "2h"));
        assertThat(other.status()).isEqualTo(409);
        assertThat(other.text()).contains("all.yaml has this watch with other members; change it there");
        Served.Answer gone = api.send("DELETE", "/api/watches/" + id, null);
        assertThat(gone.status()).isEqualTo(409);
        assertThat(gone.text()).contains("stands in all.yaml; remove it there");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "[] | `` | a watch: must be an object",
                "{} | /api | api: required",
                "{\"api\":\"acme-jop\"} | /api | did you mean 'acme-job'?",
                "{\"api\":\"acme-job\",\"account\":\"acme\"} | /parameters/id | parameters.id: required by acme-job",
                "{\"api\":\"acme-job\",\"account\":\"acme\",\"parameters\":{}} | /parameters/id | parameters.id: required",
                "{\"api\":\"acme-job\",\"account\":\"acme\",\"parameters\":{\"id\":\"\"}} | /parameters/id | not empty",
                "{\"api\":\"acme-job\",\"account\":\"acme\",\"parameters\":{\"id\":\"1\",\"a.b/c: d\":1}} | /parameters/a.b~1c: d | unknown to acme-job",
                "{\"api\":\"acme-job\",\"account\":\"acme\",\"parameters\":{\"id\":\"1\",\"a\\nb\":1}} | `/parameters/a\nb` | unknown to acme-job",
                "{\"api\":\"acme-job\",\"account\":\"acme\",\"parameters\":{\"id\":\"1\"},\"labels\":{\"x\":{}}} | /labels/x | must be a text",
                "{\"api\":\"acme-job\",\"account\":\"acme\",\"parameters\":{\"id\":\"1\"},\"every\":\"often\"} | /every | every:",
                "{\"api\":\"acme-job\",\"account\":\"acme\",\"parameters\":{\"id\":\"1\"},\"x\":1} | /x | unknown member",
            })
    void an_invalid_watch_is_refused_with_the_pointer_of_each_error(String body, String pointer, String detail) {
        Served.Answer refused = api.post("/api/watches", body);

        assertThat(refused.status()).isEqualTo(400);
        assertThat(refused.json().path("errors"))
                .as(refused.text())
                .anyMatch(error -> error.path("pointer").asText().equals(pointer)
                        && error.path("detail").asText().contains(detail));
        assertThat(api.watches.sources()).isEmpty();
    }

    @Test
    void an_unreadable_reply_is_downloaded_as_a_file() {
        Watch watch = Served.list("p");
        api.watches.replace("p.yaml", List.of(watch));
        String page = "<script>alert(1)</script>";
        api.intake.failed(
                api.due(watch),
                PollFailure.malformed("no JSON", new ProviderReply(200, "text/html", page.getBytes(UTF_8))));

        JsonNode shown = api.get("/api/watches/" + watch.id()).json();
        assertThat(shown.path("health").asText()).isEqualTo(FailureKind.MALFORMED.name());
        JsonNode reply = shown.at("/unreadableReplies/0");
        assertThat(reply.path("cause").asText()).isEqualTo("no JSON");
        Served.Answer body = api.get(reply.path("body").asText());

        assertThat(body.text()).isEqualTo(page);
        assertThat(body.header("content-type")).isEqualTo("text/plain; charset=utf-8");
        assertThat(body.header("content-disposition")).startsWith("attachment;");
        assertThat(api.get("/api/watches/" + watch.id() + "/unreadable/999").status())
                .isEqualTo(404);
        assertThat(api.get("/api/watches/other" + "/unreadable/1").status()).isEqualTo(404);
        assertThat(api.get("/api/watches/" + watch.id() + "/unreadable/x").status())
                .isEqualTo(404);
    }

    @Test
    void deliveries_are_listed_and_redelivered() {
        api.takeIn(Served.job("1", JobState.RUNNING), Served.job("2", JobState.RUNNING));
        api.routeTo("webhook");
        JsonNode page = api.get("/api/deliveries?status=PENDING&limit=1").json();
        assertThat(page.path("deliveries")).hasSize(1);
        JsonNode rest =
                api.get("/api/deliveries?cursor=" + page.path("next").asText()).json();
        assertThat(rest.path("deliveries")).hasSize(1);
        String id = page.at("/deliveries/0/id").asText();
        assertThat(id).startsWith("webhook.");
        assertThat(api.get("/api/deliveries?destination=file").json().path("deliveries"))
                .isEmpty();
        assertThat(api.get("/api/deliveries?subject=acme-jobs/acme/1").json().path("deliveries"))
                .hasSize(1);
        assertThat(api.get("/api/deliveries?since=2100-01-01T00:00:00Z").json().path("deliveries"))
                .isEmpty();

        assertThat(api.post("/api/deliveries/" + id + "/redeliver", null).status())
                .as("it is not dead")
                .isEqualTo(409);
        assertThat(api.post("/api/deliveries/webhook.x/redeliver", null).status())
                .isEqualTo(404);
        assertThat(api.post("/api/deliveries/x/redeliver", null).status()).isEqualTo(404);
        api.pending("webhook", 10).forEach(api::bury);
        assertThat(api.get("/api/deliveries?status=DEAD").json().path("deliveries"))
                .hasSize(2);
        assertThat(api.post("/api/deliveries/" + id + "/redeliver", null)
                        .json()
                        .path("redelivered")
                        .asInt())
                .isEqualTo(1);
        assertThat(api.post("/api/deliveries/redeliver", "{\"destination\":\"file\"}")
                        .json()
                        .path("redelivered")
                        .asInt())
                .isZero();
        assertThat(api.post(
                                "/api/deliveries/redeliver",
                                "{\"destination\":\"webhook\",\"until\":\"2100-01-01T00:00:00Z\"}")
                        .json()
                        .path("redelivered")
                        .asInt())
                .isEqualTo(1);
        assertThat(api.get("/api/deliveries?status=DEAD").json().path("deliveries"))
                .isEmpty();

        JsonNode nodes = api.get("/api/nodes").json().path("nodes");
        assertThat(nodes).hasSize(1);
        assertThat(nodes.at("/0/name").asText()).isEqualTo("one");
        assertThat(nodes.at("/0/self").asBoolean()).isTrue();

        JsonNode destinations = api.get("/api/destinations").json().path("destinations");
        assertThat(destinations).hasSize(1);
        assertThat(destinations.at("/0/pending").asInt()).isEqualTo(2);
        assertThat(api.post("/api/destinations/webhook/enable", null)
                        .json()
                        .path("circuit")
                        .asText())
                .isEqualTo("CLOSED");
        assertThat(api.post("/api/destinations/changes/enable", null).status()).isEqualTo(404);
        JsonNode summary = api.get("/api/summary").json();
        assertThat(summary.at("/jobs/RUNNING").asInt()).isEqualTo(2);
        assertThat(summary.at("/watches/OK").asInt()).isEqualTo(1);
        assertThat(summary.at("/deliveries/webhook/PENDING").asInt()).isEqualTo(2);
        assertThat(summary.path("deliveries").has("changes")).isFalse();
    }

    @Test
    void lists_the_files_with_the_result_of_each_edit() {
        api.reloads.started(
                List.of("routes/a.camel.yaml", "routes/b.jq", "routes/c.camel.yaml", "application.properties"));
        assertThat(api.get("/api/reload").json().path("pending").asBoolean()).isFalse();
        api.reloads.begin();
        api.reloads.loaded("routes/b.jq", List.of());
        api.reloads.loaded("application.properties", List.of(new Problem("application.properties", 7, "waits")));
        api.reloads.removed("routes/c.camel.yaml");
        api.reloads.refuse(
                Map.of("routes/a.camel.yaml", List.of(new Problem("routes/a.camel.yaml", 0, "would break"))));

        JsonNode report = api.get("/api/reload").json();
        assertThat(report.path("generation").asInt()).isEqualTo(2);
        assertThat(report.path("pending").asBoolean()).isTrue();
        List<String> files = new ArrayList<>();
        report.path("files")
                .forEach(file -> files.add("%s %s %s %s"
                        .formatted(
                                file.path("file").asText(),
                                file.path("kind").asText(),
                                file.path("generation").asText(),
                                file.path("result").asText())));
        assertThat(files)
                .containsExactly(
                        "application.properties PROPERTIES 2 RESTART_NEEDED",
                        "routes/a.camel.yaml ROUTE 1 REFUSED",
                        "routes/b.jq MAPPING 2 LOADED");
        assertThat(report.at("/files/0/problems/0/line").asInt()).isEqualTo(7);
        assertThat(report.at("/files/1/problems/0").has("line")).isFalse();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "/api/reload?x=1 | x: unknown here",
                "/api/jobs?stat=RUNNING | did you mean 'state'?",
                "/api/jobs?state=RUNING | did you mean 'RUNNING'?",
                "/api/jobs?limit=0 | limit: must be a whole number from 1 to 1000",
                "/api/jobs?limit=1001 | limit: must",
                "/api/jobs?limit=1&limit=2 | limit: may be given once",
                "/api/jobs?sort=age | sort: must be one of -account, -id, -name, -observeTime, -state, -stateTime, account, id,",
                "/api/jobs?label=team | label: must be <key>:<value>",
                "/api/jobs?cursor=x | cursor: must be the 'next'",
                "/api/jobs?cursor=WyJqb2JzIC1JRCIsIjAiLCJhIl0 | cursor: must be the 'next'",
                "/api/jobs?cursor=WyJqb2JzIElEIixudWxsLG51bGxd | cursor: must be the 'next'",
                "/api/jobs?sort=stateTime&cursor=WyJqb2JzIFNUQVRFX1RJTUUiLCJ4IiwiYSJd | cursor: must be the 'next'",
                "/api/watches?health=FINE | health: must be of OK",
                "/api/deliveries?since=yesterday | since: must be a time such as",
                "/api/stream?after=-1 | after: must be the id",
                "/api/summary?x=1 | x: unknown here",
            })
    void an_invalid_query_is_refused(String path, String detail) {
        Served.Answer refused = api.get(path);

        assertThat(refused.status()).isEqualTo(400);
        assertThat(refused.json().path("detail").asText()).contains(detail);
    }

    @Test
    void unknown_paths_methods_and_types_are_problems_too() {
        assertThat(api.get("/api/nothing").status()).isEqualTo(404);
        assertThat(api.get("/api/jobs/a/b").status()).isEqualTo(404);
        assertThat(api.get("/api/jobs/a%2Fb/changes").status()).isEqualTo(404);
        Served.Answer method = api.send("PUT", "/api/watches", "{}");
        assertThat(method.status()).isEqualTo(405);
        assertThat(method.header("allow").split(",\\s*")).containsExactlyInAnyOrder("GET", "POST");
        assertThat(api.get("/api/jobs", "Accept", "text/html").status()).isEqualTo(406);
        assertThat(api.post("/api/watches", ONE, "Content-Type", "text/plain").status())
                .isEqualTo(415);
        assertThat(api.post("/api/watches", "{").json().path("detail").asText()).startsWith("body: must be JSON");
        assertThat(api.post("/api/watches", ONE + ONE).status()).isEqualTo(400);
        assertThat(api.post("/api/watches", "").status()).isEqualTo(400);
        assertThat(api.post("/api/watches", "x".repeat(Routes.BODY_BYTES + 1)).status())
                .isEqualTo(413);
        assertThat(api.get("/api/jobs?q=" + "x".repeat(9_000)).status()).isEqualTo(414);
        assertThat(api.get("/api/jobs", "X-Long", "x".repeat(20_000)).status()).isEqualTo(431);
    }

    /** Whatever comes, the answer is one of those that are described, and never 500. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2})
    void nothing_that_is_sent_breaks_it(long seed) {
        Random random = new Random(seed);
        api.takeIn(Served.job("1", JobState.RUNNING));
        List<String> paths = List.of("/api/jobs", "/api/watches", "/api/deliveries", "/api/jobs/x", "/api/watches/x");
        List<String> names =
                List.of("state", "api", "label", "q", "sort", "limit", "cursor", "since", "status", "health");
        Set<Integer> statuses = new HashSet<>();
        for (int i = 0; i < TRIES; i++) {
            String query = paths.get(random.nextInt(paths.size())) + "?" + names.get(random.nextInt(names.size())) + "="
                    + URLEncoder.encode(text(random), UTF_8);
            statuses.add(api.get(query).status());
            statuses.add(api.post("/api/watches", mutated(random)).status());
            statuses.add(api.post("/api/deliveries/redeliver", mutated(random)).status());
            statuses.add(api.get("/api/jobs/"
                            + URLEncoder.encode(text(random) + "x", UTF_8).replace("+", "%20"))
                    .status());
        }
        assertThat(statuses).contains(200, 400, 404).allMatch(status -> status < 500);
    }

    private static String text(Random random) {
        StringBuilder text = new StringBuilder();
        for (int length = random.nextInt(12); length > 0; length--) {
            text.appendCodePoint(
                    random.nextInt(4) == 0
                            ? "%_!\\'\"[]{}:;,/\u0000\u2028".charAt(random.nextInt(16))
                            : random.nextInt(0xd7ff));
        }
        return text.toString();
    }

    private static String mutated(Random random) {
        StringBuilder body = new StringBuilder(ONE.replace("}}", "},\"labels\":{\"a\":\"b\"},\"progress\":true}"));
        for (int edits = 1 + random.nextInt(4); edits > 0; edits--) {
            int at = random.nextInt(body.length());
            switch (random.nextInt(4)) {
                case 0 -> body.deleteCharAt(at);
                case 1 -> body.insert(at, text(random));
                case 2 -> body.setCharAt(at, "{}[]\",:0tn".charAt(random.nextInt(10)));
                default -> body.insert(at, "[".repeat(random.nextInt(3_000)));
            }
        }
        return body.toString();
    }

    private static List<String> ids(JsonNode page, String list) {
        List<String> ids = new ArrayList<>();
        page.path(list).forEach(item -> ids.add(item.path("id").asText()));
        return ids;
    }

    @Test
    void the_schema_of_records_is_served() {
        Served.Answer schema = api.get("/schema/job-record-v1.json");

        assertThat(schema.status()).isEqualTo(200);
        assertThat(schema.json().path("$id").asText()).isEqualTo(Event.RECORD_SCHEMA);
    }
}
