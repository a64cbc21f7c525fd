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
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DryRunTest {
    private static final String ROUTER = "routes/router.camel.yaml";
    private static final String RES = "routes/providers/huawei-res-job";

    private final ConfigSnapshot shipped = ConfigSnapshot.read();

    @Test
    void tries_what_it_is_given_and_not_what_is_on_the_disk() {
        assertThat(problems(shipped)).isEmpty();
        assertThat(problems(with(ROUTER, text(ROUTER).replace("outbox:file", "outbocks:file"))))
                .singleElement()
                .satisfies(problem ->
                        assertThat(problem.toString()).startsWith(ROUTER + ":").contains("outbocks"));
        assertThat(problems(with("routes/providers/huawei-res-job.jq", "((")))
                .extracting(Problem::file)
                .containsExactly("routes/providers/huawei-res-job.jq");
        assertThat(problems(with("routes/templates/poll-provider.camel.yaml", "- routeTemplate: [")))
                .extracting(Problem::file)
                .containsExactly("routes/templates/poll-provider.camel.yaml");
        assertThat(problems(with(ROUTER, "? {a: b}\n: c\n")))
                .isNotEmpty()
                .allMatch(problem -> problem.file().equals(ROUTER));
        assertThat(problems(with(ROUTER, text(ROUTER).replace("id: router", "id: 0x99z\n    autoStartup: 0o9"))))
                .isNotEmpty();
        assertThat(problems(with(ConfigSnapshot.PROPERTIES, "jobrelay.nothing=1\n")))
                .extracting(Problem::file)
                .containsExactly(ConfigSnapshot.PROPERTIES);
    }

    @Test
    void refuses_properties_that_are_not_there() {
        assertThat(texts(without(ConfigSnapshot.PROPERTIES)))
                .containsExactly(
                        "application.properties: is not there, and with it no account: 'jobrelay init' puts it back"
                                + " where it is missing");
    }

    @Test
    void names_the_route_that_a_route_of_a_template_lacks() {
        String octopus = "routes/providers/huawei-octopus-system-jobs.camel.yaml";

        assertThat(problems(with(
                        octopus,
                        text(octopus).replace("ask, value: huawei-octopus-system-jobs-pages", "ask, value: pages"))))
                .extracting(Problem::toString)
                .containsExactly(at(octopus, "templatedRoute:") + "direct:pages: no route reads it");
    }

    @Test
    void names_an_outbox_that_no_route_reads_and_the_nearest_that_one_reads() {
        assertThat(texts(with(ROUTER, text(ROUTER).replace("outbox:webhook", "outbox:webhok"))))
                .containsExactly(
                        at(ROUTER, "outbox:webhook") + "outbox:webhok: no route reads it; did you mean 'webhook'?");
        assertThat(texts(without("routes/destinations/queue.camel.yaml")))
                .containsExactly(at(ROUTER, "outbox:queue")
                        + "outbox:queue: no route reads it; put one into routes/destinations/,"
                        + " or take this step out");
    }

    @Test
    void a_name_in_a_placeholder_is_read_as_the_properties_have_it() {
        String file = "routes/destinations/file.camel.yaml";
        assertThat(texts(with(
                        with(file, text(file).replace("outbox:file", "outbox:{{acme.outbox:file}}")),
                        ROUTER,
                        text(ROUTER).replace("outbox:file", "outbox:{{acme.outbox:file}}"))))
                .isEmpty();
        assertThat(texts(with(ROUTER, text(ROUTER).replace("outbox:file", "outbox:{{acme.outbox:flie}}"))))
                .containsExactly(at(ROUTER, "outbox:file") + "outbox:flie: no route reads it; did you mean 'file'?");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            routes/poll.camel.yaml   | no route reads watches:due, so that nothing is polled
            routes/router.camel.yaml | no route reads outbox:changes, so that no change goes anywhere
            """)
    void names_a_route_that_jobrelay_needs_and_the_file_that_it_comes_in(String file, String problem) {
        assertThat(texts(without(file)))
                .containsExactly(file + ": " + problem + "; 'jobrelay init' puts the file back where it is missing");
    }

    @Test
    void needs_the_route_for_tokens_where_an_account_is_signed_with_them() {
        String file = "routes/signing/obtain-token.camel.yaml";
        ConfigSnapshot unsigned = without(file);
        assertThat(texts(unsigned)).isEmpty();

        assertThat(texts(with(unsigned, ConfigSnapshot.PROPERTIES, shipped.properties() + """

                        jobrelay.account.token.endpoint=https://modelarts.eu-de.otc.t-systems.com
                        jobrelay.account.token.signing=keystone-token
                        """)))
                .containsExactly(file + ": no route reads direct:obtain-token, so that no account gets a token;"
                        + " 'jobrelay init' puts the file back where it is missing");
    }

    @Test
    void names_a_direct_route_by_what_it_reads_and_not_by_its_id() {
        String file = "routes/signing/call-provider.camel.yaml";
        assertThat(texts(with(file, text(file).replace("direct:call-provider", "direct:call-providr"))))
                .containsExactly(
                        at("routes/templates/ask-pages.camel.yaml", "direct:call-provider")
                                + "direct:call-provider: no route reads it; did you mean"
                                + " 'call-providr'?",
                        at("routes/templates/poll-changes.camel.yaml", "direct:{{ask}}")
                                + "direct:call-provider: no route reads it; did you mean"
                                + " 'call-providr'?",
                        at("routes/templates/poll-provider.camel.yaml", "direct:{{ask}}")
                                + "direct:call-provider: no route reads it; did you mean"
                                + " 'call-providr'?");
    }

    @Test
    void an_outbox_has_one_reader() {
        String second = "routes/destinations/second.camel.yaml";
        assertThat(texts(
                        with(second, text("routes/destinations/file.camel.yaml").replace("id: file", "id: second"))))
                .containsExactly(second + ":7: outbox:file: routes/destinations/file.camel.yaml:7 reads it already; let"
                        + " one route read it");
    }

    @Test
    void names_templates_and_parameters_that_are_not_there() {
        String file = "routes/providers/huawei-res-job.camel.yaml";
        assertThat(texts(with(file, text(file).replace("poll-provider", "poll-providr"))))
                .containsExactly(
                        at(file, "poll-provider") + "routeTemplateRef: no routeTemplate has the id poll-providr;"
                                + " did you mean 'poll-provider'?");
        assertThat(texts(with(file, text(file).replace("name: uri", "name: url"))))
                .containsExactly(at(file, "name: uri")
                        + "parameters: the template poll-provider has no 'url'; did you mean 'uri'?");
        assertThat(texts(with(
                        file, text(file).replace("        name: huawei-res-job", "        name: huawei-res-jobs"))))
                .containsExactly(at(file, "properties:") + "direct:huawei-res-jobs: no route reads it; did you mean"
                        + " 'huawei-res-job'?");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            webhok.url=https://hooks.example  | webhok.url: no route reads outbox:webhok; did you mean 'webhook'?
            webhok.enabled=false              | webhok.enabled: no route reads outbox:webhok; did you mean 'webhook'?
            second.paht=out/second.ndjson     | second.paht: neither Jobrelay nor a route reads it; did you mean 'path'?
            """)
    void names_a_property_of_a_destination_that_no_route_has(String property, String problem) {
        ConfigSnapshot second = with(
                "routes/destinations/second.camel.yaml",
                text("routes/destinations/file.camel.yaml").replaceAll("(id: |outbox:)file", "$1second"));
        assertThat(texts(with(
                        second,
                        ConfigSnapshot.PROPERTIES,
                        shipped.properties() + "\njobrelay.destination." + property + "\n")))
                .containsExactly("application.properties:%d: jobrelay.destination.%s"
                        .formatted(shipped.properties().lines().count() + 2, problem));
    }

    @Test
    void names_a_precondition_that_keeps_the_route_of_a_destination_away() {
        String file = "routes/destinations/topic.camel.yaml";
        ConfigSnapshot topic = with(
                with(
                        file,
                        text("routes/destinations/kafka.camel.yaml")
                                .replaceAll("(id: |outbox:|send-to-|destination\\.|#)kafka", "$1topic")),
                ROUTER,
                text(ROUTER).replace("outbox:kafka", "outbox:topic"));
        assertThat(texts(topic))
                .containsExactly(at("routes/destinations/kafka.camel.yaml", "precondition")
                                .replace("kafka", "topic")
                        + "precondition: does not hold, so that no route reads outbox:topic, which is on;"
                        + " set what it asks for, or jobrelay.destination.topic.enabled=false");
        assertThat(texts(with(
                        topic,
                        ConfigSnapshot.PROPERTIES,
                        shipped.properties() + "\njobrelay.destination.topic.enabled=false\n")))
                .isEmpty();
    }

    @Test
    void replays_what_has_changed_over_its_seeds() {
        ConfigSnapshot renamed =
                with(RES + ".jq", text(RES + ".jq").replace("    state: states", "    status: states"));

        assertThat(problems(renamed, Set.of(RES + ".jq")))
                .isNotEmpty()
                .allMatch(problem -> problem.file().startsWith("seeds/huawei-res-job/records/"))
                .anyMatch(problem -> problem.message().contains("status"));
        assertThat(problems(renamed, Set.of(ROUTER))).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            routes/providers/huawei-res-job.jq                     | name: .job_name    | name: .job_title        | /name: the mapping gives nothing, was
            routes/providers/huawei-res-job.failure.jq             | .is_success        | .success                | failure
            routes/providers/huawei-octopus-system-jobs.page.jq    | .payload.list      | .payload.lists          | the reply becomes no record
            routes/providers/huawei-res-job.camel.yaml             | kind: TRAINING     | kind: DATA              | /kind: the mapping gives "DATA", was "TRAINING"
            routes/templates/poll-provider.camel.yaml              | ref: require-success | ref: stop-unchanged   | failure.kind: the mapping gives 'MALFORMED'
            routes/signing/call-provider.camel.yaml                | ref: keep-reply    | ref: acquire-permit     | seeds/
            """)
    void names_the_member_that_a_changed_file_makes_another(String file, String from, String to, String difference) {
        String edited = text(file).replace(from, to);
        assertThat(edited).isNotEqualTo(text(file));

        assertThat(problems(with(file, edited), Set.of(file)))
                .isNotEmpty()
                .allMatch(problem -> problem.file().startsWith("seeds/"))
                .anyMatch(problem -> problem.toString().contains(difference));
    }

    @Test
    void leaves_no_thread_and_no_file_open() throws IOException {
        problems(shipped);
        int threads = threads();
        long files = openFiles();
        for (int i = 0; i < 3; i++) {
            problems(with(ROUTER, text(ROUTER) + "# " + i));
        }

        Awaitility.await().atMost(Duration.ofSeconds(20)).until(() -> threads() <= threads);
        Awaitility.await().atMost(Duration.ofSeconds(20)).until(() -> openFiles() <= files);
    }

    private static int threads() {
        // The thread that waits is not counted.
        return (int) Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> !thread.getName().startsWith("awaitility"))
                .count();
    }

    private static long openFiles() throws IOException {
        try (Stream<Path> files = Files.list(Path.of("/proc/self/fd"))) {
            return files.count();
        }
    }

    private String text(String file) {
        return shipped.text(file).orElseThrow();
    }

    private ConfigSnapshot with(String file, String text) {
        return with(shipped, file, text);
    }

    private static ConfigSnapshot with(ConfigSnapshot snapshot, String file, String text) {
        return Snapshots.with(snapshot, file, text);
    }

    private ConfigSnapshot without(String file) {
        return Snapshots.without(shipped, file);
    }

    /** How a problem begins at the first line of a shipped file that has this in it. */
    private String at(String file, String part) {
        long before = text(file).lines().takeWhile(line -> !line.contains(part)).count();
        return file + ":" + (before + 1) + ": ";
    }

    private static List<String> texts(ConfigSnapshot snapshot) {
        return problems(snapshot).stream().map(Problem::toString).toList();
    }

    private static List<Problem> problems(ConfigSnapshot snapshot) {
        return problems(snapshot, Set.of());
    }

    private static List<Problem> problems(ConfigSnapshot snapshot, Set<String> changed) {
        return DryRun.of(snapshot, changed, Map.of(), new Secrets(), Clock.systemUTC())
                .problems();
    }
}
