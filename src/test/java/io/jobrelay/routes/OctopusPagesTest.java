package io.jobrelay.routes;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.jobrelay.camel.Relay;
import io.jobrelay.job.JobRecord;
import io.jobrelay.job.JobState;
import io.jobrelay.provider.FailureKind;
import io.jobrelay.provider.PollFailure;
import io.jobrelay.testbed.RawServer;
import io.jobrelay.testbed.RawServer.Request;
import io.jobrelay.watch.Watch;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.IntFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A list of jobs that comes in pages, from servers that count in their own ways. */
class OctopusPagesTest {
    private static final Pattern PAGE = Pattern.compile("offset=(\\d+)&limit=(\\d+)");

    private static final RawServer provider = new RawServer();
    private static Relay relay;
    private static Watch watch;

    @BeforeAll
    static void start() {
        relay = Relay.start(
                Relay.Scope.PROVIDERS, TestWatches.accountsAt(provider.url()), Clock.systemUTC(), change -> {});
        watch = TestWatches.watch(
                relay, "{ api: huawei-octopus-system-jobs, account: octopus, parameters: { project_id: p } }");
    }

    @AfterAll
    static void stop() {
        relay.close();
        provider.close();
    }

    @Test
    void reads_every_page() {
        serve(jobs(250), 200, "250");

        assertThat(ids()).isEqualTo(numbers(250));
        assertThat(offsets()).containsExactly("0", "100", "200");
        assertThat(provider.requests())
                .allSatisfy(request -> assertThat(request.headers())
                        .containsOnlyKeys(
                                "host", "connection", "user-agent", "accept-encoding", "authorization", "x-sdk-date"));
    }

    @Test
    void reads_every_page_of_a_server_that_gives_smaller_ones() {
        serve(jobs(120), 50, "120");

        assertThat(ids()).isEqualTo(numbers(120));
        assertThat(offsets()).containsExactly("0", "50", "100");
    }

    /** Too low, too high, none, and no number at all. */
    @ParameterizedTest
    @ValueSource(strings = {"0", "100", "249", "251", "100000", "null"})
    void takes_no_total_at_its_word(String total) {
        serve(jobs(250), 200, total);

        assertThat(ids()).isEqualTo(numbers(250));
    }

    @Test
    void reads_pages_that_say_nothing_of_themselves() {
        answer(page -> "{\"payload\": {\"list\": " + page.of(jobs(250), 100) + "}}");

        assertThat(ids()).isEqualTo(numbers(250));
    }

    @Test
    void ends_with_a_server_that_ignores_the_offset() {
        answer(page -> body(jobs(100), page, 100, "250"));

        assertThat(ids()).isEqualTo(numbers(100));
        assertThat(provider.requests()).hasSize(2);
    }

    @Test
    void ends_with_a_limit_of_zero() {
        answer(page -> body(page.of(jobs(150), 100), page, 0, "150"));

        assertThat(ids()).isEqualTo(numbers(150));
    }

    @Test
    void counts_a_job_that_shifted_between_pages_once_as_it_was_seen_last() {
        // By time of update: while the first page is read, job 100 changes and moves to the top, and 99 to the next
        // page.
        List<String> before = new ArrayList<>(jobs(150));
        List<String> after = new ArrayList<>(before);
        after.remove(100);
        after.add(0, job(100, "FINISHED"));
        after.set(100, job(99, "FINISHED"));
        answer(page -> body(page.of(page.offset == 0 ? before : after, 100), page, 100, "150"));

        List<JobRecord> records = relay.providers().poll(watch);

        // Job 100 itself is missed by this poll, which paging by offset cannot help; the next one finds it.
        List<String> seen = new ArrayList<>(numbers(150));
        seen.remove("100");
        assertThat(records).extracting(record -> record.provider().jobId()).isEqualTo(seen);
        assertThat(records.get(99).state()).isEqualTo(JobState.SUCCEEDED);
    }

    @Test
    void finds_no_jobs_in_an_empty_list() {
        serve(List.of(), 200, "0");

        assertThat(ids()).isEmpty();
        assertThat(provider.requests()).hasSize(1);
    }

    @Test
    void fails_as_a_whole_when_one_page_fails() {
        provider.answer((request, client) -> {
            Page page = new Page(request);
            byte[] reply = page.offset == 0
                    ? RawServer.whole(
                            200, body(page.of(jobs(150), 100), page, 100, "150").getBytes(UTF_8))
                    : RawServer.whole(503, "{}".getBytes(UTF_8));
            RawServer.send(client, reply);
        });

        assertThat(TestWatches.failure(relay, watch).kind()).isEqualTo(FailureKind.UNAVAILABLE);
        assertThat(provider.requests()).hasSize(2);
    }

    @Test
    void says_what_to_do_about_a_list_that_has_no_end() {
        answer(page -> body(
                IntStream.range(page.offset, page.offset + 100)
                        .mapToObj(id -> "{\"id\":" + id + ",\"status\":\"RUNNING\"}")
                        .toList(),
                page,
                100,
                "0"));

        PollFailure failure = TestWatches.failure(relay, watch);

        assertThat(failure.message()).contains("more than 10000 jobs").contains("narrow the watch");
        assertThat(provider.requests()).hasSize(101);
    }

    private record Page(int offset, int limit) {
        private Page(Request request) {
            this(number(request, 1), number(request, 2));
        }

        private static int number(Request request, int group) {
            Matcher matcher = PAGE.matcher(request.query());
            assertThat(matcher.find()).isTrue();
            return Integer.parseInt(matcher.group(group));
        }

        private List<String> of(List<String> jobs, int most) {
            int from = Math.min(offset, jobs.size());
            return jobs.subList(from, Math.min(jobs.size(), from + Math.min(limit, most)));
        }
    }

    /** A server that gives at most so many jobs a page, and says so. */
    private static void serve(List<String> jobs, int most, String total) {
        answer(page -> body(page.of(jobs, most), page, Math.min(page.limit, most), total));
    }

    private static void answer(Function<Page, String> body) {
        provider.answer((request, client) -> RawServer.send(
                client, RawServer.whole(200, body.apply(new Page(request)).getBytes(UTF_8))));
    }

    private static String body(List<String> jobs, Page page, int limit, String total) {
        return "{\"payload\": {\"list\": %s, \"page_info\": {\"offset\": %d, \"limit\": %d, \"total\": %s}}}"
                .formatted(jobs, page.offset, limit, total);
    }

    private static List<String> jobs(int count) {
        return each(count, id -> job(id, "RUNNING"));
    }

    private static String job(int id, String status) {
        return "{\"id\": %d, \"status\": \"%s\", \"job_type\": \"FRAME_EXTRACT\"}".formatted(id, status);
    }

    private static List<String> numbers(int count) {
        return each(count, Integer::toString);
    }

    private static List<String> each(int count, IntFunction<String> what) {
        return IntStream.range(0, count).mapToObj(what).toList();
    }

    private static List<String> ids() {
        return relay.providers().poll(watch).stream()
                .map(record -> record.provider().jobId())
                .toList();
    }

    private static List<String> offsets() {
        return provider.requests().stream()
                .map(request -> Integer.toString(new Page(request).offset))
                .toList();
    }
}
