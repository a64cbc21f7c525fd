package io.jobrelay.routes;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.jobrelay.camel.Relay;
import io.jobrelay.job.Json;
import io.jobrelay.signing.Acs3HmacSha256;
import io.jobrelay.signing.Credentials;
import io.jobrelay.signing.UnsignedRequest;
import io.jobrelay.testbed.LedgerView;
import io.jobrelay.testbed.MovableClock;
import io.jobrelay.testbed.RawServer;
import io.jobrelay.testbed.RawServer.Request;
import io.jobrelay.watch.Watch;
import java.io.IOException;
import java.net.Socket;
import java.net.URLDecoder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Many jobs of one dataset, from a provider that lists them and answers for each. */
class BatchedPollsTest {
    private static final String FILE = "watches.yaml";
    private static final String JOBS = "/api/v1/datasets/d-1/datasetjobs";
    private static final Pattern PAGE = Pattern.compile("PageNumber=(\\d+)&PageSize=(\\d+).*");
    private static final String HEALTH = "select health from watch where id = ?";
    private static final String STATE = "select state from job where watch_id = ?";
    private static final Path SEEDS = Path.of("seeds/alibaba-pai-dataset-job");

    private static final MovableClock clock = new MovableClock(Instant.parse("2026-11-22T10:00:00Z"));
    private static final RawServer provider = new RawServer();

    @TempDir
    private static Path directory;

    private static LedgerView ledger;
    private static Relay relay;

    @BeforeAll
    static void start() {
        ledger = new LedgerView(directory.resolve("ledger.db"));
        Map<String, String> overrides = new HashMap<>(TestWatches.accountsAt(provider.url()));
        overrides.put("jobrelay.ledger.url", ledger.url());
        overrides.put("jobrelay.watches", directory + "/none/*.yaml");
        for (String account : List.of("batched", "not-allowed")) {
            overrides.putAll(TestWatches.account(account, provider.url(), "acs3-hmac-sha256", "batched-polls", "true"));
        }
        overrides.putAll(TestWatches.account(
                "aws", provider.url(), "aws-sigv4", "batched-polls", "true", "region", "eu-central-1"));
        relay = TestWatches.polling(overrides, clock);
    }

    @AfterEach
    void watches_nothing() {
        relay.engine().watches().replace(FILE, List.of());
    }

    @AfterAll
    static void stop() {
        relay.close();
        provider.close();
    }

    @Test
    void asks_for_a_thousand_jobs_of_a_dataset_in_twenty_requests() {
        List<ObjectNode> jobs = jobs("many", 1_000, "Running");
        serve(jobs);
        watch(IntStream.range(0, 1_000)
                .mapToObj(job -> watch("batched", "many-" + job))
                .toList());

        awaitCount("1000", "RUNNING", "many");
        assertThat(pages()).containsExactlyElementsOf(numbers(20));
        assertThat(provider.requests()).hasSize(20).allSatisfy(BatchedPollsTest::is_signed);

        serve(jobs("many", 1_000, "Succeeded"));
        clock.advance(Duration.ofSeconds(10));

        awaitCount("1000", "SUCCEEDED", "many");
        assertThat(provider.requests()).hasSize(20);
        assertThat(ledger.rows(
                        "select count(*), min(sequence), max(sequence) from change where subject like '%many-%'"))
                .containsExactly("2000 1 2");
    }

    @Test
    void makes_the_same_record_as_if_it_had_asked_for_each() throws IOException {
        List<Path> replies = seeds();
        ArrayNode page = Json.MAPPER.createArrayNode();
        List<Watch> watches = new ArrayList<>();
        for (Path reply : replies) {
            String id = "seed-" + watches.size();
            ObjectNode job = read(reply);
            job.remove("RequestId");
            page.add(job.put("DatasetJobId", id).put("DatasetVersion", "v1").put("WorkspaceId", "478"));
            watches.add(TestWatches.watch(relay, """
                    { api: alibaba-pai-dataset-job, account: batched, labels: { team: search, tier: gold },
                      parameters: { DatasetId: d-1, DatasetJobId: %s, DatasetVersion: v1, WorkspaceId: "478" } }
                    """.formatted(id)));
        }
        provider.reply(200, "{\"RequestId\": \"of-the-list\", \"TotalCount\": 11, \"DatasetJobs\": " + page + "}");

        watch(watches);

        for (int i = 0; i < watches.size(); i++) {
            Watch watch = watches.get(i);
            ObjectNode expected =
                    read(SEEDS.resolve("records").resolve(replies.get(i).getFileName()));
            expected.put("id", "alibaba-pai-dataset-job/batched/d-1/seed-" + i);
            expected.withObject("provider")
                    .put("account", "batched")
                    .put("dataset", "d-1")
                    .put("jobId", "seed-" + i)
                    .put("requestId", "of-the-list");
            expected.withObject("raw").put("RequestId", "of-the-list");
            ledger.awaitRow("1", "select count(*) from job where watch_id = ?", watch.id());
            ObjectNode record = (ObjectNode) Json.MAPPER.readTree(
                    ledger.rows("select record from job join job_record using (id) where watch_id = ?", watch.id())
                            .get(0));
            record.remove(List.of("observeTime", "sequence", "attempt"));
            assertThat((JsonNode) record).isEqualTo(expected);
        }
        assertThat(provider.requests()).hasSize(1);
    }

    @Test
    void asks_by_itself_for_what_no_page_holds_and_for_what_is_another_job() {
        List<ObjectNode> jobs = jobs("few", 4, "Running");
        jobs.get(2).put("WorkspaceId", "another");
        serve(jobs);
        List<Watch> watches = Stream.of("few-0", "few-1", "few-2", "few-gone")
                .map(job -> TestWatches.watch(
                        relay,
                        "{ api: alibaba-pai-dataset-job, account: batched, parameters: { DatasetId: d-1, DatasetJobId: %s,"
                                        .formatted(job)
                                + " WorkspaceId: w } }"))
                .toList();

        watch(watches);

        ledger.awaitRow("NOT_FOUND", HEALTH, watches.get(3).id());
        ledger.awaitRow("RUNNING", STATE, watches.get(0).id());
        ledger.awaitRow("RUNNING", STATE, watches.get(1).id());
        ledger.awaitRow("SUCCEEDED", STATE, watches.get(2).id());
        assertThat(pages()).containsExactly("1");
        assertThat(singles()).containsExactlyInAnyOrder(JOBS + "/few-2", JOBS + "/few-gone");
    }

    @Test
    void keeps_what_is_wrong_about_one_job_to_its_watch() {
        provider.reply(200, """
                {"RequestId": "r", "TotalCount": 2, "DatasetJobs": [
                  {"DatasetJobId": "odd-0"}, {"DatasetJobId": "odd-1", "Status": "Running"}]}
                """);
        Watch odd = watch("batched", "odd-0");
        Watch good = watch("batched", "odd-1");

        watch(List.of(odd, good));

        ledger.awaitRow("MALFORMED", HEALTH, odd.id());
        ledger.awaitRow("RUNNING", STATE, good.id());
        assertThat(ledger.rows("select cast(body as text) from unreadable_reply where watch_id = ?", odd.id()))
                .containsExactly("{\"RequestId\":\"r\"}");
        assertThat(provider.requests()).hasSize(1);
    }

    @Test
    void asks_for_no_further_page_than_is_worth_it() {
        List<ObjectNode> jobs = new ArrayList<>(jobs("unwatched", 60, "Running"));
        jobs.addAll(jobs("old", 2, "Running"));
        serve(jobs);
        Watch one = watch("batched", "old-0");
        Watch other = watch("batched", "old-1");

        watch(List.of(one, other));

        ledger.awaitRow("SUCCEEDED", STATE, one.id());
        ledger.awaitRow("SUCCEEDED", STATE, other.id());
        assertThat(pages()).containsExactly("1");
        assertThat(singles()).hasSize(2);
    }

    @Test
    void fails_for_each_when_the_provider_does() {
        provider.reply(503, "{\"Code\": \"ServiceUnavailable\", \"Message\": \"later\"}");
        Watch one = watch("batched", "failing-0");
        Watch other = watch("batched", "failing-1");

        watch(List.of(one, other));

        ledger.awaitRow("UNAVAILABLE", HEALTH, one.id());
        ledger.awaitRow("UNAVAILABLE", HEALTH, other.id());
        assertThat(provider.requests()).hasSize(1);
        assertThat(ledger.rows("select count(*) from job where id like '%failing%'"))
                .containsExactly("0");
    }

    @Test
    void asks_one_by_one_for_an_hour_where_it_may_not_list() {
        provider.answer((request, client) -> {
            if (request.path().equals(JOBS)) {
                reply(client, 403, "{\"Code\": \"NoPermission\", \"Message\": \"paidataset:ListDatasetJobs\"}");
            } else {
                reply(client, 200, "{\"Status\": \"Running\"}");
            }
        });
        Watch one = watch("not-allowed", "single-0");
        Watch other = watch("not-allowed", "single-1");

        watch(List.of(one, other));

        ledger.awaitRow("RUNNING", STATE, one.id());
        ledger.awaitRow("RUNNING", STATE, other.id());
        assertThat(ledger.rows("select count(*) from watch where health <> 'OK' and account = 'not-allowed'"))
                .containsExactly("0");
        clock.advance(Duration.ofSeconds(10));
        ledger.awaitRow(
                "2",
                "select count(*) from watch where account = 'not-allowed' and answered_at = ?",
                Long.toString(clock.millis()));
        assertThat(singles()).hasSize(4);
        assertThat(pages()).containsExactly("1");

        clock.advance(Duration.ofHours(1));
        await().atMost(Duration.ofSeconds(15)).until(() -> pages().size() == 2);
    }

    @Test
    void asks_one_by_one_unless_the_account_says_otherwise() {
        serve(jobs("apart", 3, "Running"));
        List<Watch> watches = Stream.of("apart-0", "apart-1", "apart-2")
                .map(job -> watch("alibaba", job))
                .toList();

        watch(watches);

        watches.forEach(watch -> ledger.awaitRow("SUCCEEDED", STATE, watch.id()));
        assertThat(pages()).isEmpty();
        assertThat(singles()).hasSize(3);
    }

    @Test
    void asks_for_as_many_ids_in_one_call_as_the_provider_file_says() {
        provider.answer((request, client) -> {
            List<String> ids = List.of(query(request, "JobIds").split(","));
            assertThat(ids).hasSizeLessThanOrEqualTo(50);
            reply(
                    client,
                    200,
                    ids.stream()
                            .filter(id -> !id.endsWith("-gone"))
                            .map(id -> "{\"JobId\": \"%s\", \"Status\": \"Running\", \"Envs\": {\"KEY\": \"canary\"}}"
                                    .formatted(id))
                            .collect(joining(",", "{\"RequestId\": \"r\", \"TotalCount\": 120, \"Jobs\": [", "]}")));
        });
        List<Watch> watches = IntStream.range(0, 120)
                .mapToObj(job -> TestWatches.watch(
                        relay,
                        "{ api: alibaba-pai-dlc-job, account: batched, parameters: { JobId: dlc-%d } }".formatted(job)))
                .toList();

        watch(watches);

        ledger.awaitRow("120", "select count(*) from job where state = 'RUNNING' and id like '%/dlc-%'");
        assertThat(provider.requests()).hasSize(3).allSatisfy(request -> {
            assertThat(request.path()).isEqualTo("/api/v1/jobs");
            assertThat(request.header("x-acs-action")).isEqualTo("ListJobs");
            assertThat(query(request, "StartTime")).isEqualTo("2019-01-01T00:00:00Z");
        });
        assertThat(ledger.rows("select count(*) from job_record where record like '%canary%'"))
                .containsExactly("0");
    }

    @Test
    void asks_aws_batch_for_a_hundred_jobs_at_once_and_alone_for_what_it_does_not_know() {
        provider.answer((request, client) -> {
            String known = ids(request).stream()
                    .filter(id -> !id.equals("batch-7"))
                    .map("{\"jobId\": \"%s\", \"status\": \"RUNNING\"}"::formatted)
                    .collect(joining(",", "{\"jobs\": [", "]}"));
            reply(client, 200, known);
        });

        watch(IntStream.range(0, 150)
                .mapToObj(job -> TestWatches.watch(
                        relay, "{ api: aws-batch-job, account: aws, parameters: { jobId: batch-%d } }".formatted(job)))
                .toList());

        ledger.awaitRow("149", "select count(*) from job where state = 'RUNNING' and id like '%/batch-%'");
        ledger.awaitRow("NOT_FOUND 1", "select health, failures from watch where definition like '%\"batch-7\"%'");
        assertThat(provider.requests())
                .hasSize(3)
                .allSatisfy(request -> assertThat(request.path()).isEqualTo("/v1/describejobs"))
                .extracting(request -> ids(request).size())
                .containsExactlyInAnyOrder(100, 50, 1);
    }

    private static List<String> ids(Request request) {
        return Stream.of(request.body().replaceAll("[^a-z0-9,-]|jobs", "").split(","))
                .toList();
    }

    private static String query(Request request, String name) {
        return Stream.of(request.query().split("&"))
                .filter(parameter -> parameter.startsWith(name + "="))
                .map(parameter -> URLDecoder.decode(parameter.substring(name.length() + 1), UTF_8))
                .findFirst()
                .orElseThrow();
    }

    private static void is_signed(Request request) {
        Map<String, String> headers = new TreeMap<>(request.headers());
        headers.keySet()
                .removeIf(
                        name -> !name.equals("host") && !name.equals("x-acs-action") && !name.equals("x-acs-version"));
        assertThat(headers).containsEntry("x-acs-action", "ListDatasetJobs");
        Map<String, String> signed = new Acs3HmacSha256(() -> request.header("x-acs-signature-nonce"))
                .sign(
                        new UnsignedRequest(
                                "GET", request.path(), request.query(), new TreeMap<>(headers), new byte[0]),
                        new Credentials(TestWatches.ACCESS_KEY, TestWatches.SECRET_KEY, null),
                        Instant.parse(request.header("x-acs-date")));
        signed.forEach((name, value) ->
                assertThat(request.header(name.toLowerCase(Locale.ROOT))).isEqualTo(value));
    }

    /** Lists these jobs, and has each succeeded when it is asked for by itself; so one sees which way it was. */
    private static void serve(List<ObjectNode> jobs) {
        provider.answer((request, client) -> {
            if (!request.path().equals(JOBS)) {
                String id = request.path().substring(JOBS.length() + 1);
                reply(client, id.endsWith("gone") ? 404 : 200, "{\"Status\": \"Succeeded\"}");
                return;
            }
            Matcher page = PAGE.matcher(request.query());
            assertThat(page.matches()).isTrue();
            int size = Integer.parseInt(page.group(2));
            int from = Math.min(jobs.size(), (Integer.parseInt(page.group(1)) - 1) * size);
            reply(
                    client,
                    200,
                    "{\"RequestId\": \"r\", \"TotalCount\": %d, \"DatasetJobs\": %s}"
                            .formatted(jobs.size(), jobs.subList(from, Math.min(jobs.size(), from + size))));
        });
    }

    private static void reply(Socket client, int status, String body) throws IOException {
        RawServer.send(client, RawServer.whole(status, body.getBytes(UTF_8)));
    }

    private static List<ObjectNode> jobs(String name, int count, String status) {
        return IntStream.range(0, count)
                .mapToObj(job -> Json.MAPPER
                        .createObjectNode()
                        .put("DatasetJobId", name + "-" + job)
                        .put("Status", status))
                .toList();
    }

    private static Watch watch(String account, String job) {
        return TestWatches.watch(
                relay,
                "{ api: alibaba-pai-dataset-job, account: %s, parameters: { DatasetId: d-1, DatasetJobId: %s } }"
                        .formatted(account, job));
    }

    private static void watch(List<Watch> watches) {
        relay.engine().watches().replace(FILE, watches);
    }

    private static void awaitCount(String count, String state, String jobs) {
        ledger.awaitRow(count, "select count(*) from job where state = ? and id like '%/' || ? || '-%'", state, jobs);
    }

    private static List<String> pages() {
        return provider.requests().stream()
                .filter(request -> request.path().equals(JOBS))
                .map(request -> request.query().replaceAll("PageNumber=(\\d+)&.*", "$1"))
                .toList();
    }

    private static List<String> singles() {
        return provider.requests().stream()
                .map(Request::path)
                .filter(path -> !path.equals(JOBS))
                .toList();
    }

    private static List<String> numbers(int last) {
        return IntStream.rangeClosed(1, last).mapToObj(Integer::toString).toList();
    }

    private static List<Path> seeds() throws IOException {
        try (Stream<Path> files = Files.list(SEEDS.resolve("replies"))) {
            return files.sorted().toList();
        }
    }

    private static ObjectNode read(Path file) throws IOException {
        return (ObjectNode) Json.MAPPER.readTree(file.toFile());
    }
}
