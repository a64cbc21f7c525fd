package io.jobrelay.durability;

import static com.github.tomakehurst.wiremock.client.WireMock.status;
import static java.util.stream.Collectors.joining;
import static java.util.stream.Collectors.toCollection;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.jobrelay.delivery.AttemptResult;
import io.jobrelay.delivery.Circuit;
import io.jobrelay.docs.Documents;
import io.jobrelay.job.JobState;
import io.jobrelay.job.Json;
import io.jobrelay.provider.FailureKind;
import io.jobrelay.testbed.FreePort;
import io.jobrelay.testbed.StubServer;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a running relay exports is what is documented, and what the dashboard and the alerts ask for. */
@Timeout(60)
class MonitoringTest {
    private static final HttpClient CLIENT = HttpClient.newHttpClient();
    private static final Path MONITORING = Path.of("docs/monitoring");
    private static final Pattern SAMPLE = Pattern.compile("(\\w+)(?:\\{(.*)})? (\\S+)");
    private static final Pattern LABEL = Pattern.compile("(\\w+)=\"([^\"]*)\"");

    /** Two jobs each of the accounts that get an answer; none of them moves. */
    private static final double RUNNING = 4;

    /** So many may be between one counter and the next. */
    private static final double POLLERS = 4;

    /** Prometheus itself adds them. */
    private static final Set<String> OF_THE_SCRAPE = Set.of("instance", "job");

    @TempDir
    private static Path directory;

    @AutoClose
    private static final StubServer cloud = new StubServer();

    private static Line line;
    private static String scrape;

    /** Every name with the labels that its samples have. */
    private static final Map<String, Set<String>> EXPORTED = new TreeMap<>();

    @BeforeAll
    static void lives_through_something_of_everything() throws Exception {
        int port = FreePort.next();
        line = new Line(directory, cloud.baseUrl(), cloud.hookUrl())
                .set("jobrelay.delivery.schedule", "0s,0s")
                .set("jobrelay.account.slow.endpoint", cloud.baseUrl())
                .set("jobrelay.account.slow.signing", "none")
                .set("jobrelay.account.slow.requests-per-second", "2")
                .set("jobrelay.account.token.endpoint", cloud.baseUrl())
                .set("jobrelay.account.token.signing", "keystone-token")
                .set("jobrelay.account.token.auth-url", "http://127.0.0.1:1/v3")
                .set("jobrelay.account.token.user", "u")
                .set("jobrelay.account.token.password", "not a secret")
                .set("jobrelay.account.token.domain", "d")
                .set("jobrelay.account.token.project", "p")
                .set("camel.management.enabled", "true")
                .set("camel.management.port", Integer.toString(port));
        cloud.hook(status(400));
        cloud.job("done", "SUCCEEDED");
        cloud.job("failed", "FAILED");
        line.write(
                "watches.yaml",
                Stream.of("cloud", "slow", "token")
                        .flatMap(account -> Stream.of("done", "failed", account + "-1", account + "-2")
                                .map(job -> Line.item(job, "100ms..100ms")
                                        .replace("account: cloud", "account: " + account)))
                        .collect(joining()));
        line.start();
        Awaitility.await()
                .atMost(Duration.ofSeconds(30))
                .pollInterval(Duration.ofMillis(200))
                .until(() -> {
                    scrape = CLIENT.send(
                                    HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/observe/metrics"))
                                            .build(),
                                    HttpResponse.BodyHandlers.ofString())
                            .body();
                    return scrape.contains("jobrelay_account_throttled_seconds_total")
                            && scrape.contains("jobrelay_token_refreshes_total")
                            && value("jobrelay_jobs", "SUCCEEDED") >= 2
                            && value("jobrelay_changes_total", "RUNNING") >= RUNNING
                            && value("jobrelay_deliveries_dead", "webhook") > 0
                            && value("jobrelay_deliveries_total", "file", "DELIVERED") >= 8
                            && value("jobrelay_deliveries_pending", "file") < POLLERS;
                });
        scrape.lines().map(SAMPLE::matcher).filter(Matcher::matches).forEach(sample -> {
            Set<String> labels = EXPORTED.computeIfAbsent(sample.group(1), name -> new TreeSet<>());
            Matcher label = LABEL.matcher(sample.group(2) == null ? "" : sample.group(2));
            while (label.find()) {
                labels.add(label.group(1));
            }
        });
    }

    @AfterAll
    static void ends() {
        line.close();
    }

    /** The sum of the samples of that name that have these values among their labels. */
    private static double value(String name, String... values) {
        return scrape.lines()
                .map(SAMPLE::matcher)
                .filter(sample -> sample.matches() && sample.group(1).equals(name))
                .filter(sample -> Stream.of(values)
                        .allMatch(value -> String.valueOf(sample.group(2)).contains('"' + value + '"')))
                .mapToDouble(sample -> Double.parseDouble(sample.group(3)))
                .sum();
    }

    @Test
    void counts_what_happened() {
        String api = "huawei-res-job";
        assertThat(value("jobrelay_polls_total", api, "cloud", "SUCCEEDED")).isGreaterThan(3);
        assertThat(value("jobrelay_poll_duration_seconds_count", api, "cloud"))
                .isCloseTo(value("jobrelay_polls_total", api, "cloud"), within(POLLERS));
        assertThat(value("jobrelay_polls_total", api, "token", "UNAVAILABLE")).isPositive();
        assertThat(value("jobrelay_polls_total", api, "token", "SUCCEEDED")).isZero();
        assertThat(value("jobrelay_token_refreshes_total", "token", "UNAVAILABLE"))
                .isPositive();
        assertThat(value("jobrelay_answer_age_seconds", api, "cloud")).isLessThan(30);
        assertThat(value("jobrelay_account_throttled_seconds_total", "slow")).isPositive();
        assertThat(value("jobrelay_account_throttled_seconds_total", "cloud")).isZero();
        assertThat(value("jobrelay_changes_total", api, "RUNNING")).isEqualTo(RUNNING);
        assertThat(value("jobrelay_jobs", api, "SUCCEEDED")).isEqualTo(2);
        assertThat(value("jobrelay_deliveries_total", "webhook", "RETRIED")).isPositive();
        assertThat(value("jobrelay_deliveries_total", "webhook", "DEAD")).isPositive();
        assertThat(value("jobrelay_delivery_age_seconds_count", "file"))
                .isCloseTo(value("jobrelay_deliveries_total", "file", "DELIVERED"), within(POLLERS));
        assertThat(value("jobrelay_deliveries_oldest_pending_seconds", "file")).isLessThan(30);
        assertThat(value("jobrelay_destination_circuit", "file", "CLOSED")).isEqualTo(1);
        assertThat(value("jobrelay_destination_circuit", "file", "OPEN")).isZero();
        assertThat(value("jobrelay_build_info")).isEqualTo(1);
    }

    @Test
    void what_is_documented_is_exported_and_what_is_exported_is_documented() throws IOException {
        Set<String> exported = new TreeSet<>();
        scrape.lines().filter(row -> row.startsWith("# TYPE jobrelay_")).forEach(row -> {
            String[] words = row.split(" ", -1);
            Set<String> labels = new TreeSet<>();
            for (String suffix : List.of("", "_bucket")) {
                labels.addAll(EXPORTED.getOrDefault(words[2] + suffix, Set.of()));
            }
            labels.remove("le");
            exported.add(words[2] + " " + words[3] + " " + labels);
        });
        List<String> document = Files.readAllLines(Path.of("docs/operations.md"));
        Set<String> written = document.stream()
                .filter(row -> row.startsWith("| `jobrelay_"))
                .map(row -> row.replace("`", "").split("\\|", -1))
                .map(cells -> "%s %s [%s]".formatted(cells[1].strip(), cells[2].strip(), cells[3].strip()))
                .collect(toCollection(TreeSet::new));

        assertThat(exported).isEqualTo(written).hasSizeGreaterThan(15);
    }

    @Test
    void every_state_of_a_circuit_is_exported_and_documented() throws IOException {
        List<String> states = Stream.of(Circuit.State.values()).map(Enum::name).toList();
        String row = Files.readAllLines(Path.of("docs/operations.md")).stream()
                .filter(line -> line.startsWith("| `jobrelay_destination_circuit`"))
                .findFirst()
                .orElseThrow();

        assertThat(scrape.lines().filter(line -> line.startsWith("jobrelay_destination_circuit{destination=\"file\"")))
                .extracting(line -> line.replaceFirst(".*state=\"(\\w+)\".*", "$1"))
                .containsExactlyInAnyOrderElementsOf(states);
        assertThat(states).allSatisfy(state -> assertThat(row).contains("`" + state + "`"));
    }

    @Test
    void no_metric_is_named_by_a_job_or_a_watch() {
        assertThat(EXPORTED.values())
                .allSatisfy(labels -> assertThat(labels).doesNotContain("job", "watch", "subject"));
        assertThat(scrape).doesNotContain("cloud-1");
    }

    @Test
    void the_dashboard_asks_for_what_is_exported() throws IOException {
        JsonNode dashboard = Json.MAPPER.readTree(
                MONITORING.resolve("jobrelay.dashboard.json").toFile());
        List<String> queries = dashboard.findValuesAsText("expr");
        assertThat(queries).hasSizeGreaterThan(20);
        assertThat(queries)
                .allSatisfy(query -> assertThat(unknown(query)).as(query).isEmpty());
        assertThat(dashboard.findValuesAsText("definition"))
                .allSatisfy(query -> assertThat(query).contains("(jobrelay_build_info, instance)"));
        for (JsonNode panel : dashboard.path("panels")) {
            for (JsonNode target : panel.path("targets")) {
                Set<String> known = labelsOf(target.path("expr").asText());
                Matcher legend = Pattern.compile("\\{\\{(\\w+)}}")
                        .matcher(target.path("legendFormat").asText());
                while (legend.find()) {
                    assertThat(known).as(panel.path("title").asText()).contains(legend.group(1));
                }
            }
        }
    }

    @Test
    void the_alerts_ask_for_what_is_exported_and_lead_to_what_to_do() throws IOException {
        JsonNode rules = new YAMLMapper()
                .readTree(MONITORING.resolve("jobrelay.rules.yaml").toFile());
        Set<String> alerts = new TreeSet<>();
        for (JsonNode rule : rules.path("groups").path(0).path("rules")) {
            String name = rule.path("alert").asText();
            alerts.add("`" + name + "`");
            String query = rule.path("expr").asText();
            assertThat(unknown(query)).as(name).isEmpty();
            JsonNode told = rule.path("annotations");
            assertThat(told.path("summary").asText()).as(name).endsWith(".");
            assertThat(told.path("description").asText()).as(name).endsWith(".");
            assertThat(told.path("runbook_url").asText()).isEqualTo("operations.md#alerts");
            Matcher label = Pattern.compile("\\$labels\\.(\\w+)").matcher(told.toString());
            while (label.find()) {
                assertThat(labelsOf(query)).as(name).contains(label.group(1));
            }
        }
        Set<String> rows = Documents.raw(Path.of("docs/operations.md"), "## Alerts").stream()
                .map(row -> row.get(0))
                .collect(toCollection(TreeSet::new));
        assertThat(rows).isEqualTo(alerts).isNotEmpty();
    }

    @Test
    void a_slip_of_the_pen_is_noticed() {
        assertThat(unknown("sum by (api) (rate(jobrelay_poll_total[5m])) > 0")).contains("jobrelay_poll_total");
        assertThat(unknown("sum by (result, acount) (rate(jobrelay_polls_total[5m]))"))
                .containsExactly("acount");
        assertThat(unknown("jobrelay_polls_total{resultt=\"THROTTLED\"}")).containsExactly("resultt");
        assertThat(unknown("jobrelay_polls_total{result=\"THROTLED\"}")).containsExactly("THROTLED");
        assertThat(unknown("jobrelay_destination_circuit{state=~\"OPEN|HALFOPEN\"}"))
                .containsExactly("HALFOPEN");
    }

    /** The labels of the metrics that a query names. */
    private static Set<String> labelsOf(String query) {
        Set<String> labels = new HashSet<>(OF_THE_SCRAPE);
        Matcher name = Pattern.compile("[a-z][a-z0-9_]+").matcher(query);
        while (name.find()) {
            labels.addAll(EXPORTED.getOrDefault(name.group(), Set.of()));
        }
        return labels;
    }

    /** What a query names that there is not: metrics, labels, and values of the labels whose values are known. */
    private static List<String> unknown(String query) {
        Set<String> values = new HashSet<>(List.of("SUCCEEDED", "DELIVERED"));
        for (Enum<?>[] known :
                List.of(FailureKind.values(), JobState.values(), Circuit.State.values(), AttemptResult.values())) {
            Stream.of(known).map(Enum::name).forEach(values::add);
        }
        List<String> unknown = new ArrayList<>();
        Set<String> labels = labelsOf(query);
        Matcher matcher =
                Pattern.compile("(\\w+)\\s*(?:=~|!~|!=|=)\\s*\"([^\"]*)\"").matcher(query);
        while (matcher.find()) {
            if (!labels.contains(matcher.group(1))) {
                unknown.add(matcher.group(1));
            }
            if (Set.of("result", "state").contains(matcher.group(1))) {
                Stream.of(matcher.group(2).split("\\|", -1))
                        .filter(value -> !values.contains(value))
                        .forEach(unknown::add);
            }
        }
        Matcher grouping = Pattern.compile("\\b(?:by|on|without|ignoring)\\s*\\(([^)]*)\\)")
                .matcher(query);
        while (grouping.find()) {
            Stream.of(grouping.group(1).split(","))
                    .map(String::strip)
                    .filter(name -> !labels.contains(name))
                    .forEach(unknown::add);
        }
        String names = query.replaceAll("\\{[^}]*}|\\[[^]]*]", " ")
                .replaceAll("\\b(?:by|on|without|ignoring)\\s*\\([^)]*\\)", " ")
                .replaceAll("\\w+\\s*\\(", " ( ")
                .replaceAll("\\b(?:and|or|unless|bool|offset|[0-9.]+[smhd]?)\\b", " ");
        Matcher name = Pattern.compile("[A-Za-z_]\\w*").matcher(names);
        while (name.find()) {
            if (!EXPORTED.containsKey(name.group())) {
                unknown.add(name.group());
            }
        }
        return unknown;
    }
}
