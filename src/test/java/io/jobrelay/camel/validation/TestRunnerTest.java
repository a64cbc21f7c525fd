package io.jobrelay.camel.validation;

import static org.assertj.core.api.Assertions.assertThat;

import io.jobrelay.camel.config.ConfigSnapshot;
import io.jobrelay.camel.config.Snapshots;
import io.jobrelay.secrets.Secrets;
import io.jobrelay.settings.Problem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Test cases with the shipped routes and seeds: what passes, what does not, and what is no case. */
class TestRunnerTest {
    private static DryRun dryRun;
    private static TestRunner runner;

    @TempDir
    private Path directory;

    @BeforeAll
    static void builds_the_routes() {
        dryRun = new DryRun(ConfigSnapshot.read(), Map.of(), new Secrets(), Clock.systemUTC());
        assertThat(dryRun.problems()).isEmpty();
        runner = new TestRunner(dryRun);
    }

    @AfterAll
    static void ends() {
        dryRun.close();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "event: { state: FAILED, previousState: RUNNING, skippedStates: [], createTime: 2026-01-02T03:04:05Z }"
                        + "\n  destinations: [webhook, kafka, queue, amqp, file]",
                "event: { health: TIMEOUT, api: huawei-res-job, parameters: { job_id: j }, stale: true }\n  destinations: [file]",
                "event: seeds/huawei-res-job/records/01-running.json\n  destinations: [file]",
                "reply: seeds/huawei-res-job/replies/01-running.json\n  record: { state: RUNNING, endTime: null, raw: { job_id: d7a72d46599e4d32bc79efaf8041b6e5 } }",
                "reply: { is_success: true, job: { job_status: RUNNING } }\n  watch: { api: huawei-res-job, parameters: { project_id: p, job_id: 0042 } }\n  record: { id: huawei-res-job/huawei/p/0042 }",
                "reply: seeds/huawei-octopus-system-jobs/replies/05-documented.json\n  records: [{ state: SUCCEEDED }]",
                "reply: seeds/huawei-octopus-system-jobs/replies/08-empty.json\n  records: []",
                "reply: seeds/slurm-job/replies/01-pending.json\n  record: { state: QUEUED }",
                "reply: {}\n  status: 503\n  headers: { content-type: text/html }\n  watch: { api: huawei-res-job }\n  failure: { kind: UNAVAILABLE, code: null }",
                "watch: { api: baidu-qianfan-import-task, parameters: { taskId: 007 } }\n  request: { method: POST, body: { taskId: \"007\" }, headers: { content-type: application/json } }",
                "watch: { api: otc-modelarts-dataset-sync }\n  request: { method: GET }",
                "watch: { api: huawei-res-job, parameters: { project_id: p, job_id: a/b } }\n  request: { url: \"https://res.cn-north-4.myhuaweicloud.com/v1/p/jobs/a%2Fb\" }",
                "watch: { api: huawei-res-job, parameters: { project_id: p, job_id: a/b } }\n  request: { url: /v1/p/jobs/a%2Fb }"
            })
    void passes_what_is_as_the_case_says(String text) throws IOException {
        assertThat(problems("- name: n\n  " + text + "\n")).isEmpty();
    }

    @Test
    void says_at_the_line_of_a_member_how_it_differs() throws IOException {
        assertThat(problems("""
                - name: destinations
                  event: { state: FAILED }
                  destinations: [file, webhok]
                - name: record
                  reply:
                    is_success: true
                    job: { job_status: RUNNING, job_name: nightly }
                  watch: { api: huawei-res-job }
                  record:
                    state: SUCCEEDED
                    name:
                      nightly
                    labels: { team: recsys, tier: 1 }
                    endTime: 2026-01-02T03:04:05Z
                - name: records
                  reply: seeds/huawei-octopus-system-jobs/replies/05-documented.json
                  records:
                    - kind: DATA
                      state: QUEUED
                - name: how many
                  reply: seeds/huawei-octopus-system-jobs/replies/01-queuing.json
                  records: []
                - name: one of many
                  reply: seeds/huawei-octopus-system-jobs/replies/01-queuing.json
                  record: { state: QUEUED }
                - name: failure
                  reply: { error_code: APIG.0308 }
                  status: 429
                  watch: { api: huawei-res-job }
                  failure: { kind: REJECTED, code: APIG.0308 }
                - name: no record
                  reply: { error_code: APIG.0308 }
                  status: 429
                  watch: { api: huawei-res-job }
                  record: { state: RUNNING }
                - name: no failure
                  reply: seeds/huawei-res-job/replies/01-running.json
                  failure: { kind: THROTTLED }
                - name: request
                  watch: { api: huawei-res-job, parameters: { project_id: p, job_id: a/b } }
                  request:
                    method: POST
                    url: https://res.cn-north-4.myhuaweicloud.com/v1/p/jobs/a/b
                    headers: { X-Sdk-Content: 1 }
                    body: { a: 1 }
                """))
                .containsExactlyInAnyOrder(
                        "3: destinations: must be [file, webhok], was [amqp, file, kafka, queue, webhook]; no route reads"
                                + " outbox:webhok; did you mean 'webhook'?",
                        "10: record.state: must be \"SUCCEEDED\", was \"RUNNING\"",
                        "13: record.labels.tier: must be 1, was nothing",
                        "14: record.endTime: must be \"2026-01-02T03:04:05Z\", was nothing",
                        "19: records.0.state: must be \"QUEUED\", was \"SUCCEEDED\"",
                        "22: records: must be 0, was 8, with the states [QUEUED, QUEUED, QUEUED, QUEUED, QUEUED, QUEUED,"
                                + " QUEUED, QUEUED]",
                        "25: record: the reply became 8 records, name each below 'records'",
                        "30: failure.kind: must be \"REJECTED\", was \"THROTTLED\"",
                        "35: record: the reply became no record: api=huawei-res-job account=huawei kind=THROTTLED"
                                + " status=429 code=APIG.0308: HTTP status 429",
                        "38: failure: the reply became records, with the states [RUNNING]",
                        "42: request.method: must be \"POST\", was \"GET\"",
                        "43: request.url: must be \"https://res.cn-north-4.myhuaweicloud.com/v1/p/jobs/a/b\", was"
                                + " \"https://res.cn-north-4.myhuaweicloud.com/v1/p/jobs/a%2Fb\"",
                        "44: request.headers.X-Sdk-Content: must be \"1\", was nothing",
                        "45: request.body: must be {\"a\":1}, was nothing");
    }

    @Test
    void says_what_is_wrong_with_a_file_and_runs_nothing_of_it() throws IOException {
        String text = """
                - name: members
                  evnt: { state: FAILED }
                - name: event
                  event: { sate: FAILED, state: FAILD, previousState: GONE, api: huawei-res-jb }
                  destination: [file]
                - name: schema
                  event: { state: FAILED, labels: { team: 3 }, createTime: soon }
                  destinations: file
                - name: health
                  event: { health: WELL, state: FAILED }
                  destinations: [file]
                - name: twice
                  event: { stale: soon }
                  destinations: [file]
                  destinations: [webhook]
                - name: twice
                  reply: seeds/huawei-res-job/replies/01-runing.json
                  status: 99
                  record: { stat: RUNNING, state: RUNING }
                - name: outcome
                  reply: {}
                  watch: { api: huawei-res-job }
                - name: api
                  reply: {}
                  failure: { kind: BROKEN }
                - name: watch
                  watch: { api: huawei-res-job, acount: huawei, parameters: { job_i: 3 } }
                  request: { urll: x }
                - event: {}
                - foo
                - name: the account of a seed
                  watch: { api: slurm-job }
                  request: { method: GET }
                """;
        assertThat(results(text)).noneMatch(TestResult::valid);
        assertThat(problems(text))
                .containsExactly(
                        "2: evnt: unknown here; did you mean 'event'?",
                        "5: destination: unknown here; did you mean 'destinations'?",
                        "4: event.sate: unknown here; did you mean 'state'?",
                        "4: event.api: must be one of " + apis()
                                + ", was 'huawei-res-jb'; did you mean 'huawei-res-job'?",
                        "4: event.state: must be one of " + states() + ", was 'FAILD'; did you mean 'FAILED'?",
                        "4: event.previousState: must be one of " + states() + ", was 'GONE'",
                        "3: destinations: required, a list of those that get the event",
                        "7: event.createTime: the record's schema: does not match the regex pattern"
                                + " ^\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}:\\d{2}(\\.\\d{1,9})?Z$",
                        "7: event.labels.team: the record's schema: integer found, string expected",
                        "8: destinations: must be a list, such as [file, webhook]",
                        "10: event.state: unknown here; did you mean 'stale'?",
                        "10: event.health: must be one of FORBIDDEN, MALFORMED, NOT_FOUND, OK, REFUSED, REJECTED, THROTTLED,"
                                + " TIMEOUT, UNAUTHENTICATED, UNAVAILABLE, was 'WELL'",
                        "12: must have each member once, has one of them twice",
                        "16: name: must be another for each case, is in line 12 too",
                        "17: reply: must be a mapping, or a file that can be read, was"
                                + " 'seeds/huawei-res-job/replies/01-runing.json'; did you mean '01-running.json'?",
                        "18: status: must be an HTTP status from 100 to 599, was 99",
                        "19: record.stat: unknown here; did you mean 'state'?",
                        "19: record.state: must be one of " + states() + ", was 'RUNING'; did you mean 'RUNNING'?",
                        "20: must have one of 'record', 'records' and 'failure', for what comes out",
                        "23: watch.api: required, since the reply is in no folder of seeds/",
                        "25: failure.kind: must be one of FORBIDDEN, MALFORMED, NOT_FOUND, REJECTED, THROTTLED, TIMEOUT,"
                                + " UNAUTHENTICATED, UNAVAILABLE, was 'BROKEN'",
                        "28: request.urll: unknown here; did you mean 'url'?",
                        "27: watch.acount: unknown member of a watch; did you mean 'account'?",
                        "27: watch.parameters.job_i: unknown to huawei-res-job, which takes [job_id, project_id]; did you"
                                + " mean 'job_id'?",
                        "27: watch.parameters.project_id: required by huawei-res-job, is missing",
                        "27: watch.parameters.job_id: required by huawei-res-job, is missing",
                        "29: name: required, says in words what is tested",
                        "29: destinations: required, a list of those that get the event",
                        "30: must be a case, which begins with '- name:'",
                        "32: watch.account: must be one of alibaba, baidu, huawei, octopus, otc, was 'slurm'");
    }

    @Test
    void a_file_without_cases_is_a_failure() throws IOException {
        assertThat(problems("")).containsExactly("must be a list of cases, each begins with '- name:', is empty");
        assertThat(problems("[]")).containsExactly("1: must be a list of cases, each begins with '- name:'");
        assertThat(problems("name: n")).containsExactly("1: must be a list of cases, each begins with '- name:'");
        assertThat(problems("- name: n\n  event: { state: FAILED\n"))
                .singleElement()
                .asString()
                .startsWith("3: is not valid YAML: ");
    }

    @Test
    void a_router_that_fails_is_shown_with_its_event() throws IOException {
        ConfigSnapshot shipped = ConfigSnapshot.read();
        String router = shipped.text("routes/router.camel.yaml").orElseThrow();
        ConfigSnapshot failing = Snapshots.with(
                shipped, "routes/router.camel.yaml", router.replace(".data.job.terminal == true", "error(\\\"no\\\")"));
        Path file = Files.writeString(directory.resolve("t.yaml"), """
                - name: n
                  event: { state: FAILED }
                  destinations: [file]
                """);
        try (DryRun other = new DryRun(failing, Map.of(), new Secrets(), Clock.systemUTC())) {
            assertThat(other.problems()).isEmpty();
            assertThat(new TestRunner(other).run(file))
                    .singleElement()
                    .satisfies(result -> assertThat(result.problems().toString())
                            .contains("t.yaml:3: destinations: the router fails with this event:"
                                    + " routes/router.camel.yaml:16: jq: 'error(\"no\")' fails on this event: "));
        }
    }

    private static String apis() {
        return String.join(
                ", ", dryRun.providers().apis().keySet().stream().sorted().toList());
    }

    private static String states() {
        return "CANCELLED, CANCELLING, FAILED, PARTIALLY_SUCCEEDED, PAUSED, QUEUED, RUNNING, STARTING, SUCCEEDED, UNKNOWN";
    }

    private List<TestResult> results(String text) throws IOException {
        return runner.run(Files.writeString(directory.resolve("t.yaml"), text));
    }

    private List<String> problems(String text) throws IOException {
        return results(text).stream()
                .flatMap(result -> result.problems().stream())
                .map(Problem::toString)
                .map(problem -> problem.replaceFirst(".*t.yaml: ?", ""))
                .toList();
    }
}
