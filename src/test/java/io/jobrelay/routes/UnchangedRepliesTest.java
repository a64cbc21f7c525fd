package io.jobrelay.routes;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.jobrelay.camel.Relay;
import io.jobrelay.testbed.LedgerView;
import io.jobrelay.testbed.MovableClock;
import io.jobrelay.testbed.RawServer;
import io.jobrelay.watch.Watch;
import io.jobrelay.watch.WatchFile;
import java.io.IOException;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Replies that say what the last one said go no further, and count all the same. The provider files are those of {@code
 * routes/}; their mappings end with one that gives another record each time it is run, so each run of it is a change.
 */
@Timeout(120)
class UnchangedRepliesTest {
    private static final Path PROVIDERS = Path.of("routes/providers");
    private static final Path TEMPLATES = Path.of("routes/templates");
    private static final Path SEEDS = Path.of("seeds");
    private static final String EACH_RUN_IS_A_CHANGE = """

            | def stamp: .providerState = "\\(now)";
            if $watch.labels.stamp == "never" then . elif type == "array" then map(stamp) else stamp end
            """;
    private static final String JOBS = "select id, state, sequence from job where watch_id = ? order by id";
    private static final String CHANGES =
            "select count(*) from change where subject in (select id from job where watch_id = ?)";
    private static final String STUCK =
            "select subject, sequence from change where cast(event as text) like '%\"STUCK\"%'"
                    + " and subject in (select id from job where watch_id = ?) order by position";
    private static final String STATES = "select state, sequence from job where watch_id = ?";
    private static final String HEALTH_CHANGES = "select count(*) from change where subject like '%' || ?";
    private static final String HEALTH = "select health, failures, stale from watch where id = ?";
    private static final Duration PACE = Duration.ofSeconds(2);

    private static final MovableClock clock = new MovableClock(Instant.parse("2026-11-22T10:00:00Z"));
    private static final RawServer provider = new RawServer();
    private static final AtomicInteger replies = new AtomicInteger();
    /** One for each test, so that none finds the jobs of another. */
    private static final AtomicInteger projects = new AtomicInteger();

    @TempDir
    private static Path directory;

    private static LedgerView ledger;
    private static Relay relay;

    @BeforeAll
    static void start() throws IOException {
        copyFiles(PROVIDERS);
        copyFiles(TEMPLATES);
        ledger = new LedgerView(directory.resolve("ledger.db"));
        Map<String, String> overrides = new HashMap<>(TestWatches.accountsAt(provider.url()));
        overrides.put("jobrelay.ledger.url", ledger.url());
        overrides.putAll(TestWatches.account("batched", provider.url(), "acs3-hmac-sha256", "batched-polls", "true"));
        overrides.put("jobrelay.watches", directory + "/none/*.yaml");
        overrides.put(
                "camel.main.routes-include-pattern",
                "file:routes/signing/*.camel.yaml,file:routes/policies/*.camel.yaml,file:routes/poll.camel.yaml,file:"
                        + directory + "/*.camel.yaml");
        relay = TestWatches.polling(overrides, clock);
    }

    private static void copyFiles(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.toList()) {
                String name = file.getFileName().toString();
                String text = Files.readString(file).replace("file:routes/providers/", "file:" + directory + "/");
                boolean records = name.matches("[^.]+\\.jq");
                Files.writeString(directory.resolve(name), records ? text + EACH_RUN_IS_A_CHANGE : text);
            }
        }
    }

    @AfterEach
    void watches_nothing() {
        projects.incrementAndGet();
        relay.engine().watches().replace("watches", List.of());
    }

    @AfterAll
    static void stop() {
        relay.close();
        provider.close();
    }

    @ParameterizedTest
    @CsvSource({
        "alibaba-pai-dataset-job, 02-running, (\"RequestId\": \")[^\"]+",
        "baidu-qianfan-import-task, 02-importing-half-way, (\"requestId\": \")[^\"]+",
        "huawei-octopus-system-jobs, 02-launching-and-running, (\"current_time\": \")[^\"]+",
        "huawei-res-job, 01-running, ''",
        "otc-modelarts-dataset-sync, 03-running, ''"
    })
    void are_polled_for_at_the_same_pace_and_not_mapped(String api, String reply, String volatileMember)
            throws IOException {
        String text = Files.readString(SEEDS.resolve(api).resolve("replies").resolve(reply + ".json"));
        assertThat(text).containsPattern(volatileMember);
        provider.answer((request, client) -> {
            String another = "$1another-" + replies.incrementAndGet();
            String said = volatileMember.isEmpty() ? text : text.replaceFirst(volatileMember, another);
            RawServer.send(client, RawServer.whole(200, said.getBytes(UTF_8)));
        });
        Watch watch = seed(api);

        watch(watch);
        awaitAnswer(watch);
        List<String> jobs = ledger.rows(JOBS, watch.id());
        assertThat(jobs).isNotEmpty().allMatch(job -> job.endsWith(" 1"));
        int requests = provider.requests().size();

        for (int poll = 2; poll <= 6; poll++) {
            clock.advance(PACE);
            awaitAnswer(watch);
            assertThat(provider.requests()).hasSize(requests * poll);
            assertThat(ledger.rows("select due_at from watch where id = ?", watch.id()))
                    .singleElement()
                    .satisfies(due ->
                            assertThat(Long.parseLong(due)).isBetween(clock.millis() + 1_000, clock.millis() + 2_000));
        }

        assertThat(ledger.rows(CHANGES, watch.id())).containsExactly(Integer.toString(jobs.size()));
        assertThat(ledger.rows(JOBS, watch.id())).isEqualTo(jobs);
        assertThat(ledger.rows(HEALTH, watch.id())).containsExactly("OK 0 0");
    }

    @Test
    void one_job_of_a_list_call_is_mapped_when_its_own_reply_changes() {
        Watch[] watches = Stream.of("same", "moving")
                .map(job -> TestWatches.watch(relay, """
                        { api: alibaba-pai-dataset-job, account: batched, every: 2s..2s,
                          parameters: { DatasetId: d-1, DatasetJobId: %s } }""".formatted(job)))
                .toArray(Watch[]::new);
        provider.answer((request, client) -> answer(client, """
                {"RequestId": "r-%d", "TotalCount": 2, "DatasetJobs": [
                  {"DatasetJobId": "same", "Status": "Running"},
                  {"DatasetJobId": "moving", "Status": "Running", "Progress": %1$d}]}
                """.formatted(replies.incrementAndGet())));

        watch(watches);
        Stream.of(watches).forEach(UnchangedRepliesTest::awaitAnswer);
        assertThat(provider.requests()).hasSize(1);
        for (int poll = 2; poll <= 4; poll++) {
            clock.advance(PACE);
            Stream.of(watches).forEach(UnchangedRepliesTest::awaitAnswer);
            assertThat(provider.requests()).hasSize(poll);
        }

        assertThat(ledger.rows(CHANGES, watches[0].id())).containsExactly("1");
        assertThat(ledger.rows(CHANGES, watches[1].id())).containsExactly("4");
    }

    @Test
    void one_that_says_something_else_is_mapped() {
        Watch watch = watch("else", "");
        provider.reply(200, job("RUNNING"));
        watch(watch);
        awaitSequence(watch, 1);

        provider.reply(200, job("RUNNING").replace("}}", ",\"priority\":1}}"));
        clock.advance(PACE);
        awaitSequence(watch, 2);

        provider.reply(200, job("RUNNING"));
        clock.advance(PACE);
        awaitSequence(watch, 3);
    }

    @Test
    void a_job_that_does_not_move_is_stuck_once() {
        Watch watch = watch("unmoved", ", stuckAfter: 1h, labels: { stamp: never }");
        provider.reply(200, job("RUNNING"));
        watch(watch);
        awaitSequence(watch, 1);

        clock.advance(Duration.ofMinutes(30));
        awaitAnswer(watch);
        clock.advance(Duration.ofMinutes(30));
        awaitAnswer(watch);
        assertThat(ledger.rows(STUCK, watch.id())).isEmpty();

        for (int poll = 0; poll < 3; poll++) {
            clock.advance(PACE);
            awaitAnswer(watch);
            assertThat(ledger.rows(STUCK, watch.id())).containsExactly("huawei-res-job/huawei/p/unmoved 2");
        }
    }

    @Test
    void each_job_of_a_list_is_stuck_when_its_own_time_is_over() {
        Watch list = list("", ", stuckAfter: 1h, labels: { stamp: never }");
        provider.reply(200, jobs("{ \"id\": 1, \"status\": \"RUNNING\" }"));
        watch(list);
        awaitAnswer(list);
        clock.advance(Duration.ofMinutes(30));
        provider.reply(200, jobs("{ \"id\": 1, \"status\": \"RUNNING\" }, { \"id\": 2, \"status\": \"QUEUING\" }"));
        awaitAnswer(list);

        clock.advance(Duration.ofMinutes(30).plus(PACE));
        awaitAnswer(list);
        clock.advance(Duration.ofMinutes(29));
        awaitAnswer(list);
        assertThat(ledger.rows(STUCK, list.id())).singleElement().asString().endsWith("/1 2");
        clock.advance(Duration.ofMinutes(1).plus(PACE));
        awaitAnswer(list);
        clock.advance(Duration.ofHours(2));
        awaitAnswer(list);

        assertThat(ledger.rows(STUCK, list.id())).hasSize(2).last().asString().endsWith("/2 2");
    }

    @Test
    void the_watch_is_polled_less_often_as_its_job_grows_older() {
        Watch watch = TestWatches.watch(
                relay,
                "{ api: huawei-res-job, account: huawei, parameters: { project_id: p, job_id: old }, every: 10s..5m }");
        provider.reply(200, job("RUNNING"));
        Instant begin = clock.instant();
        watch(watch);
        awaitAnswer(watch);

        for (Duration[] each : List.of(seconds(10, 10), seconds(500, 50), seconds(2_800, 280), seconds(5_000, 300))) {
            clock.advance(Duration.between(clock.instant(), begin.plus(each[0])));
            awaitAnswer(watch);
            assertThat(ledger.rows("select due_at from watch where id = ?", watch.id()))
                    .containsExactly(Long.toString(clock.instant().plus(each[1]).toEpochMilli()));
        }
        assertThat(ledger.rows(CHANGES, watch.id())).containsExactly("1");
    }

    private static Duration[] seconds(long age, long wait) {
        return new Duration[] {Duration.ofSeconds(age), Duration.ofSeconds(wait)};
    }

    @Test
    void a_failure_in_between_is_over_with_the_same_reply() {
        Watch watch = watch("failing", ", labels: { stamp: never }");
        provider.reply(200, job("RUNNING"));
        watch(watch);
        awaitAnswer(watch);
        clock.advance(PACE);
        awaitAnswer(watch);

        provider.reply(503, "{}");
        clock.advance(PACE);
        ledger.awaitRow("UNAVAILABLE 1 0", HEALTH, watch.id());
        provider.reply(200, job("RUNNING"));
        clock.advance(PACE);

        ledger.awaitRow("OK 0 0", HEALTH, watch.id());
        awaitAnswer(watch);
        assertThat(ledger.rows(HEALTH_CHANGES, watch.id())).containsExactly("2");
        assertThat(ledger.rows(CHANGES, watch.id())).containsExactly("1");
    }

    @Test
    void a_watch_that_was_stale_sees_again_with_the_same_reply() {
        Watch watch = watch("stale", ", labels: { stamp: never }");
        provider.reply(200, job("RUNNING"));
        watch(watch);
        awaitAnswer(watch);
        for (int poll = 0; poll < 5; poll++) {
            clock.advance(PACE);
            awaitAnswer(watch);
            assertThat(ledger.rows("select stale_at from watch where id = ?", watch.id()))
                    .containsExactly(Long.toString(
                            clock.instant().plus(PACE.multipliedBy(3)).toEpochMilli()));
        }

        provider.reply(503, "{}");
        clock.advance(PACE.multipliedBy(4));
        ledger.awaitRow("1", "select stale from watch where id = ?", watch.id());
        ledger.awaitRow("UNAVAILABLE 1 1", HEALTH, watch.id());
        provider.reply(200, job("RUNNING"));
        clock.advance(PACE);

        ledger.awaitRow("OK 0 0", HEALTH, watch.id());
        assertThat(ledger.rows(CHANGES, watch.id())).containsExactly("1");
    }

    @Test
    void an_edited_watch_is_mapped_anew() {
        Watch watch = polledTwice("edited");

        watch(watch("edited", ", labels: { team: another }"));

        awaitSequence(watch, 2);
        stays(watch, 2);
    }

    @Test
    void a_watch_that_is_polled_now_is_mapped_anew() {
        Watch watch = polledTwice("now");

        assertThat(relay.engine().watches().pollNow(watch.id())).isTrue();

        awaitSequence(watch, 2);
        stays(watch, 2);
    }

    @Test
    void a_watch_that_was_removed_and_comes_again_is_mapped_anew() {
        Watch watch = polledTwice("removed");
        watch();
        clock.advance(PACE);

        watch(watch);

        awaitSequence(watch, 2);
        stays(watch, 2);
    }

    /** It has ended for one of two watches, which is gone by then, and runs again for the other. */
    @Test
    void what_another_watch_has_seen_in_between_counts() {
        Watch one = list("", ", labels: { stamp: never }");
        Watch other = list("id: [7], ", ", labels: { stamp: never }");
        serve("RUNNING", "RUN_FAILED");
        watch(one);
        awaitAnswer(one);
        clock.advance(PACE);
        awaitAnswer(one);

        relay.engine().watches().replace("others", List.of(other));
        awaitAnswer(other);
        assertThat(ledger.rows(STATES, other.id())).containsExactly("FAILED 2");
        relay.engine().watches().replace("others", List.of());
        clock.advance(PACE);
        awaitAnswer(one);

        assertThat(ledger.rows(STATES, one.id())).containsExactly("RUNNING 3");
    }

    /** The one of the two is being asked when the other is told. */
    @Test
    void what_another_watch_sees_during_a_poll_counts_from_the_next_one_on() {
        Watch one = list("", ", labels: { stamp: never }");
        Watch other = list("id: [7], ", ", labels: { stamp: never }");
        serve("RUNNING", "RUN_FAILED");
        watch(one);
        awaitAnswer(one);
        CountDownLatch open = new CountDownLatch(1);
        provider.answer((request, client) -> {
            boolean wide = !request.query().contains("id=7");
            if (wide) {
                await().until(() -> open.getCount() == 0);
            }
            answer(client, jobs(octopus(wide ? "RUNNING" : "RUN_FAILED")));
        });
        clock.advance(PACE);
        await().until(() -> !provider.requests().isEmpty());

        clock.advance(Duration.ofMillis(1));
        relay.engine().watches().replace("others", List.of(other));
        awaitAnswer(other);
        relay.engine().watches().replace("others", List.of());
        open.countDown();
        awaitAnswer(one);
        assertThat(ledger.rows(STATES, other.id())).containsExactly("FAILED 2");
        clock.advance(PACE);
        awaitAnswer(one);

        assertThat(ledger.rows(STATES, one.id())).containsExactly("RUNNING 3");
    }

    private static void serve(String wide, String narrow) {
        provider.answer((request, client) ->
                answer(client, jobs(octopus(request.query().contains("id=7") ? narrow : wide))));
    }

    private static void answer(Socket client, String body) throws IOException {
        RawServer.send(client, RawServer.whole(200, body.getBytes(UTF_8)));
    }

    private static String octopus(String status) {
        return "{ \"id\": 7, \"status\": \"%s\" }".formatted(status);
    }

    private static String jobs(String list) {
        return "{ \"payload\": { \"list\": [%s] } }".formatted(list);
    }

    private static Watch list(String parameters, String more) {
        return TestWatches.watch(
                relay,
                "{ api: huawei-octopus-system-jobs, account: octopus, parameters: { %s project_id: p%d }, every: 2s..2s %s }"
                        .formatted(parameters, projects.get(), more));
    }

    /** A watch whose reply was compared once with the one before, and said the same. */
    private static Watch polledTwice(String job) {
        Watch watch = watch(job, "");
        provider.reply(200, job("RUNNING"));
        watch(watch);
        awaitSequence(watch, 1);
        stays(watch, 1);
        return watch;
    }

    private static void stays(Watch watch, int sequence) {
        clock.advance(PACE);
        awaitAnswer(watch);
        assertThat(ledger.rows(CHANGES, watch.id())).containsExactly(Integer.toString(sequence));
    }

    private static Watch seed(String api) {
        return new WatchFile(relay.providers().watchReader())
                .read(SEEDS.resolve(api).resolve("watch.yaml"))
                .entries()
                .get(0)
                .watch();
    }

    private static String job(String state) {
        return "{\"is_success\":true,\"job\":{\"project_id\":\"p\",\"job_status\":\"%s\"}}".formatted(state);
    }

    private static Watch watch(String job, String more) {
        return TestWatches.watch(
                relay,
                "{ api: huawei-res-job, account: huawei, parameters: { project_id: p, job_id: %s }, every: 2s..2s %s }"
                        .formatted(job, more));
    }

    private static void watch(Watch... watches) {
        relay.engine().watches().replace("watches", List.of(watches));
    }

    private static void awaitAnswer(Watch watch) {
        ledger.awaitRow(Long.toString(clock.millis()), "select answered_at from watch where id = ?", watch.id());
    }

    private static void awaitSequence(Watch watch, int sequence) {
        ledger.awaitRow(Integer.toString(sequence), "select sequence from job where watch_id = ?", watch.id());
        awaitAnswer(watch);
    }
}
