package io.jobrelay.cli;

import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;

import io.jobrelay.testbed.Installation;
import io.jobrelay.testbed.JobrelayProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code check --explain} and {@code check --change}, as a process that has nowhere to ask. */
class ExplainIT {
    private static final String TIME = "\\d{8}T\\d{6}Z";

    @TempDir
    private static Path directory;

    private static JobrelayProcess check;

    @BeforeAll
    static void explains_all_at_once() throws Exception {
        Installation installation = new Installation(directory)
                .set("jobrelay.destination.queue.enabled", "true")
                .set("jobrelay.account.alibaba.batched-polls", "true");
        try (Stream<Path> seeds = Files.list(Path.of("seeds"))) {
            for (Path seed : seeds.filter(seed -> !Files.exists(seed.resolve("account.properties")))
                    .toList()) {
                Tree.write(
                        directory.resolve("watches/" + seed.getFileName() + ".yaml"),
                        Files.readString(seed.resolve("watch.yaml")));
            }
        }
        Map<String, String> keys = new HashMap<>();
        for (String name : List.of(
                "ALIBABA_CLOUD_ACCESS_KEY_ID",
                "ALIBABA_CLOUD_ACCESS_KEY_SECRET",
                "ALIBABA_CLOUD_SECURITY_TOKEN",
                "QIANFAN_ACCESS_KEY",
                "QIANFAN_SECRET_KEY",
                "OS_PASSWORD")) {
            keys.put(name, "canary-" + name);
        }
        keys.putAll(Map.of(
                "JOBRELAY_ACCOUNT_OTC_SIGNING", "keystone-token",
                "OS_AUTH_URL", "https://iam.example/v3",
                "OS_USERNAME", "me",
                "OS_USER_DOMAIN_NAME", "mine",
                "OS_PROJECT_NAME", "eu-de"));
        Path router = directory.resolve("routes/router.camel.yaml");
        String text = Files.readString(router);
        String step = """
                    - to:
                        id: to-crm
                        description: For the customers.
                        uri: http://crm.invalid/changes
                """.indent(4);
        assertThat(text).contains("        - choice:\n");
        Files.writeString(router, text.replaceFirst("(?m)^        - choice:\n", step + "        - choice:\n"));
        String failed = Files.readString(Path.of(
                "seeds/baidu-qianfan-import-task/records/" + record("seeds/baidu-qianfan-import-task", "FAILED")));
        Tree.write(directory.resolve("changes.json"), failed + """
                {"specversion": "1.0", "id": "1", "type": "io.jobrelay.watch.health_changed.v1", "subject": "watch/w",
                 "data": {"health": "UNAUTHENTICATED"}}
                """);

        check = installation.command().environment(keys).run("check", "--explain", "--change", "changes.json");
        Files.writeString(router, text);
    }

    @Test
    void the_request_of_each_provider_is_printed_with_its_secrets_masked() throws Exception {
        String out = check.lines().stream()
                .filter(line -> !line.contains("warning:"))
                .collect(joining("\n"));
        assertThat(check.status()).as(out + check.log()).isZero();
        assertThat(check.log()).endsWith("0 problems, 2 warnings\n");
        assertThat(out + check.log()).doesNotContain("canary");
        assertThat(out)
                .containsPattern("""
                        watches/alibaba-pai-dataset-job.yaml:1: alibaba-pai-dataset-job, account alibaba
                          GET https://aiworkspace.cn-hangzhou.aliyuncs.com/api/v1/datasets/d-rbvg5fake0jhc9ks92/datasetjobs/dsjob-9jx1fake0uj9e\\?DatasetVersion=v1&WorkspaceId=478
                            Host: aiworkspace.cn-hangzhou.aliyuncs.com  \\(signed\\)
                        """)
                .containsPattern("    x-acs-security-token: \\*\\*\\*  \\(signed\\)\n")
                .containsPattern("authorization: ACS3-HMAC-SHA256 Credential=\\*\\*\\*,SignedHeaders=[a-z0-9;-]+,"
                        + "Signature=\\*\\*\\*\n")
                .containsPattern("""
                        watches/baidu-qianfan-import-task.yaml:1: baidu-qianfan-import-task, account baidu
                          POST https://qianfan.baidubce.com/v2/dataset\\?Action=DescribeImportTask
                            Host: qianfan.baidubce.com  \\(signed\\)
                        """)
                .containsPattern("authorization: bce-auth-v1/[^/]+/[0-9TZ:-]+/\\d+/[a-z0-9;-]+/\\*{3}\n")
                .contains("\n    {\"taskId\":\"task-4f1c2d7e9ab8\"}\n")
                .containsPattern("""
                        watches/huawei-octopus-system-jobs.yaml:1: huawei-octopus-system-jobs, account octopus
                          would not be polled: jobrelay.account.octopus.access-key and jobrelay.account.octopus.secret-key: required by signing=sdk-hmac-sha256, are not set
                          GET https://octopus.cn-north-11.myhuaweicloud.com/v1.0/087679f0aaxxxxxxxxxxxxxx2f5e902b/data/system-jobs\\?offset=0&limit=100
                        """)
                .containsPattern("x-sdk-date: " + TIME + "  \\(signed\\)\n")
                .containsPattern("""
                          POST https://iam.example/v3/auth/tokens\\?nocatalog=true
                        (.*
                        )*?    \\{"auth":.*"name":"me","password":"\\*\\*\\*",.*
                          GET https://modelarts.eu-de.otc.t-systems.com/v2/0123456789abcdef0123456789abcdef/datasets/gfghHSokody6AJigS5A/sync-data/status
                        (.*
                        )*?    X-Auth-Token: \\*\\*\\*
                        """);
        assertThat(Tree.list(directory)).doesNotContain(Path.of("data"), Path.of("out"));
    }

    @Test
    void the_list_that_replaces_many_requests_is_printed_too() {
        assertThat(check.lines())
                .contains(
                        "  instead of many such requests, since the account has batched-polls=true:",
                        "  GET https://aiworkspace.cn-hangzhou.aliyuncs.com/api/v1/datasets/d-rbvg5fake0jhc9ks92/datasetjobs"
                                + "?PageNumber=1&PageSize=50&DatasetVersion=v1&WorkspaceId=478",
                        "    x-acs-action: ListDatasetJobs  (signed)");
    }

    @Test
    void where_a_change_goes_is_printed_with_the_step_that_decides() {
        String first = "baidu-qianfan-import-task/baidu/task-4f1c2d7e9ab8";
        List<String> lines = check.lines();
        assertThat(lines.subList(lines.indexOf(first), lines.size()))
                .containsExactly(
                        first,
                        "  TO                          BY",
                        "  file                        router/to-file     Everything.",
                        "  http://crm.invalid/changes  router/to-crm      (not called here) For the customers.",
                        "  queue                       router/to-queue    Jobs that have ended.",
                        "  amqp                        router/to-amqp     not while"
                                + " jobrelay.destination.amqp.enabled=false",
                        "  kafka                       router/to-kafka    not while"
                                + " jobrelay.destination.kafka.enabled=false",
                        "  webhook                     router/to-webhook  not while"
                                + " jobrelay.destination.webhook.enabled=false",
                        "watch/w",
                        "  TO                          BY",
                        "  file                        router/to-file  Everything.",
                        "  http://crm.invalid/changes  router/to-crm   (not called here) For the customers.",
                        "  queue                                       not sent there",
                        "  webhook                                     not sent there");
    }

    @Test
    void an_invalid_change_and_a_failure_of_the_router_are_printed() throws Exception {
        Tree.write(directory.resolve("no-change.json"), "{\"state\": \"RUNNING\", \"nothing\": 1}");
        JobrelayProcess nothing = JobrelayProcess.in(directory).run("check", "--change", "no-change.json");
        assertThat(nothing.status()).isEqualTo(ExitStatus.FAILED);
        assertThat(nothing.log()).startsWith("--change: no-change.json: is neither a job record nor an event: ");

        Path router = directory.resolve("routes/router.camel.yaml");
        Files.writeString(router, Files.readString(router).replace(".data.job.terminal == true", ".data | error"));
        Tree.write(
                directory.resolve("event.json"),
                "{\"specversion\": \"1.0\", \"id\": \"1\", \"subject\": \"s\", \"data\": {}}");
        JobrelayProcess fails = JobrelayProcess.in(directory).run("check", "--change", "event.json");
        assertThat(fails.status()).isEqualTo(ExitStatus.FAILED);
        assertThat(fails.lines()).anyMatch(line -> line.startsWith("  the router fails and would try again: "));
    }

    private static String record(String seed, String state) throws IOException {
        try (Stream<Path> records = Files.list(Path.of(seed, "records"))) {
            for (Path record : records.sorted().toList()) {
                if (Files.readString(record).contains("\"state\": \"" + state + "\"")) {
                    return record.getFileName().toString();
                }
            }
        }
        throw new AssertionError(seed + " has no record " + state);
    }
}
