package io.jobrelay.camel.reload;

import static com.github.tomakehurst.wiremock.client.WireMock.okJson;
import static com.github.tomakehurst.wiremock.client.WireMock.serverError;
import static io.jobrelay.testbed.StubServer.running;
import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.jobrelay.docs.Documents;
import io.jobrelay.job.Json;
import io.jobrelay.testbed.FreePort;
import io.jobrelay.testbed.Installation;
import jakarta.jms.JMSConsumer;
import jakarta.jms.JMSContext;
import jakarta.jms.JMSException;
import jakarta.jms.Message;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.StreamSupport;
import org.apache.activemq.artemis.jms.client.ActiveMQConnectionFactory;
import org.apache.camel.util.FileUtil;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** One Jobrelay runs through all of these; each edit is taken back in the end, and nothing of it may stay. */
@Timeout(120)
class ReloadIT {
    private static final String PROVIDER = "routes/providers/huawei-res-job.camel.yaml";
    private static final String MAPPING = "routes/providers/huawei-res-job.jq";
    private static final String FAILURE = "routes/providers/huawei-res-job.failure.jq";
    private static final String TEMPLATE = "routes/templates/poll-provider.camel.yaml";
    private static final String ROUTER = "routes/router.camel.yaml";
    private static final String SIGNING = "routes/signing/call-provider.camel.yaml";
    private static final String POLLING = "routes/poll.camel.yaml";
    private static final String POLICY = "routes/policies/poll-policy.camel.yaml";
    private static final String PROPERTIES = "application.properties";
    private static final List<String> EDITED =
            List.of(PROVIDER, MAPPING, TEMPLATE, ROUTER, SIGNING, POLLING, POLICY, PROPERTIES, "watches/a.yaml");

    @TempDir
    private static Path directory;

    private static EditedInstallation running;
    private static List<String> texts;

    @BeforeAll
    static void start() throws IOException {
        running = new EditedInstallation(directory);
        texts = EDITED.stream().map(running::read).toList();
    }

    @AfterAll
    static void stop() {
        running.close();
    }

    @AfterEach
    void take_everything_back() {
        running.cloud().jobs(running());
        Map<String, Long> generations = new HashMap<>();
        for (int i = 0; i < EDITED.size(); i++) {
            String file = EDITED.get(i);
            if (running.differs(file, texts.get(i))) {
                JsonNode state = running.of(file);
                boolean ran = !state.path("result").asText().equals("REFUSED");
                generations.put(file, ran ? state.path("generation").asLong() : 0);
                running.write(file, texts.get(i));
            }
        }
        generations.forEach(running::awaitTaken);
        running.awaitDeletions();
        long asked = running.asked("v1", "a");
        running.soon()
                .until(() -> !running.report().path("pending").asBoolean() && running.asked("v1", "a") > asked + 3);
    }

    @Test
    void begins_with_generation_one_and_all_files_loaded() {
        JsonNode file = running.of(POLICY);

        assertThat(file.path("kind").asText()).isEqualTo("ROUTE");
        assertThat(running.of(MAPPING).path("kind").asText()).isEqualTo("MAPPING");
        assertThat(running.of(PROPERTIES).path("kind").asText()).isEqualTo("PROPERTIES");
        assertThat(running.of("watches/a.yaml").path("kind").asText()).isEqualTo("WATCHES");
        assertThat(running.log()).doesNotContain("WARN DefaultShutdownStrategy");
    }

    @Test
    void a_valid_edit_takes_effect_and_only_its_routes_are_replaced() {
        long before = running.generation();
        running.take(PROVIDER, text -> text.replace("/v1/", "/v9/"));

        running.soon().until(() -> running.asked("v9", "a") > 3);
        JsonNode state = running.of(PROVIDER);
        long generation = state.path("generation").asLong();
        assertThat(generation).isGreaterThan(before);
        assertThat(running.of(ROUTER).path("generation").asLong()).isLessThanOrEqualTo(before);
        assertThat(running.log())
                .contains("reload generation=%d file=%s result=LOADED".formatted(generation, PROVIDER));
        int old = running.asked("v1", "a");
        long now = running.asked("v9", "a");
        running.soon().until(() -> running.asked("v9", "a") > now + 3);
        assertThat(running.asked("v1", "a")).isEqualTo(old);
    }

    @Test
    void broken_yaml_is_refused_with_what_came_with_it_and_what_ran_goes_on_until_it_is_corrected() {
        String good = running.read(PROVIDER);
        long before = running.generation();
        running.write(PROVIDER, good.replace("parameters:", "parameters: ["));

        JsonNode status = running.awaitResult(PROVIDER, "REFUSED");
        assertThat(status.at("/problems/0/message").asText()).startsWith("not YAML: ");
        assertThat(status.at("/problems/0/line").asInt()).isGreaterThan(1);
        assertThat(running.report().path("pending").asBoolean()).isTrue();
        assertThat(running.generation()).isEqualTo(before);
        assertThat(running.log()).contains("reload generation=%d result=REFUSED %s:".formatted(before, PROVIDER));
        assertThat(running.observe("health/live").statusCode()).isEqualTo(200);
        assertThat(running.observe("health/ready").statusCode()).isEqualTo(200);
        assertThat(running.observe("health/ready").body())
                .contains("DEGRADED: ", "huawei-res-job.camel.yaml REFUSED line=", "not YAML");
        assertThat(running.observe("metrics").body())
                .contains(
                        "\njobrelay_reload_generation %d.0\n".formatted(before),
                        "\njobrelay_reload_refused_files 1.0\n");
        long asked = running.asked("v1", "a");
        running.edit(ROUTER, text -> text + "# Nothing is wrong with this one.\n");
        assertThat(running.awaitResult(ROUTER, "REFUSED")
                        .at("/problems/0/message")
                        .asText())
                .startsWith("waits for " + PROVIDER + ":");
        running.soon().until(() -> running.asked("v1", "a") > asked + 5);

        running.write(PROVIDER, good.replace("/v1/", "/v8/"));
        running.soon().until(() -> running.asked("v8", "a") > 3);
        // The first polls come before the last route of the edit is replaced.
        running.awaitResult(PROVIDER, "LOADED");
        running.awaitResult(ROUTER, "LOADED");
        running.soon().until(() -> running.observe("health/ready").statusCode() == 200);
        assertThat(running.observe("metrics").body()).contains("\njobrelay_reload_refused_files 0.0\n");
    }

    @Test
    void an_unknown_component_is_refused_with_its_line_and_the_router_goes_on() {
        running.edit(ROUTER, text -> text.replace("uri: outbox:file", "uri: outbocks:file"));

        JsonNode state = running.awaitResult(ROUTER, "REFUSED");
        assertThat(state.at("/problems/0/message").asText()).contains("outbocks");
        assertThat(state.at("/problems/0/line").asInt()).isGreaterThan(1);
        int events = running.events("out/changes.ndjson").size();
        running.watch("b.yaml", EditedInstallation.item("huawei-res-job", "unknown-component"));
        running.soon().until(() -> running.events("out/changes.ndjson").size() > events);
        running.delete("watches/b.yaml");
    }

    @Test
    void a_property_that_is_taken_out_has_its_default_again() {
        String path = "jobrelay.destination.file.path=out/changes.ndjson\n";
        String today = "out/changes-" + LocalDate.now(ZoneOffset.UTC) + ".ndjson";
        running.take(PROPERTIES, text -> text.replace(path, ""));

        running.watch("b.yaml", EditedInstallation.item("huawei-res-job", "default-path"));
        running.soon().until(() -> running.events(today).stream().anyMatch(event -> event.contains("default-path")));
        running.delete("watches/b.yaml");
    }

    @Test
    void files_that_fit_together_come_in_together_and_go_again() {
        String destination = "routes/destinations/second.camel.yaml";
        long before = running.of(ROUTER).path("generation").asLong();
        running.edit(PROPERTIES, text -> text + "\njobrelay.destination.second.path=out/second.ndjson\n");
        running.write(
                destination,
                running.read("routes/destinations/file.camel.yaml")
                        .replace("id: file", "id: second")
                        .replace("outbox:file", "outbox:second"));
        running.edit(ROUTER, text -> text.replace("uri: outbox:file", "uri: outbox:second"));
        running.awaitResult(destination, "LOADED");
        running.awaitTaken(ROUTER, before);

        running.watch("b.yaml", EditedInstallation.item("huawei-res-job", "second"));
        running.soon()
                .until(() ->
                        running.events("out/second.ndjson").stream().anyMatch(event -> event.contains("/second\"")));
        assertThat(running.events("out/changes.ndjson")).noneMatch(event -> event.contains("/second\""));

        running.delete(destination);
        running.write(ROUTER, texts.get(EDITED.indexOf(ROUTER)));
        running.write(PROPERTIES, texts.get(EDITED.indexOf(PROPERTIES)));
        running.awaitGone(destination);
        running.delete("watches/b.yaml");
    }

    @Test
    void what_can_be_built_and_not_started_is_refused_and_what_ran_is_put_back() {
        running.edit(PROVIDER, text -> text.replace("/v1/", "/v6/") + """
                - route:
                    id: rival
                    description: Reads a directory that is not there.
                    from:
                      uri: file:nowhere
                      parameters:
                        autoCreate: false
                        startingDirectoryMustExist: true
                      steps:
                        - stop: {}
                """);

        assertThat(running.awaitResult(PROVIDER, "REFUSED")
                        .at("/problems/0/message")
                        .asText())
                .startsWith("cannot be run: ")
                .doesNotContain("could not be put back");
        long asked = running.asked("v1", "a");
        running.soon().until(() -> running.asked("v1", "a") > asked + 3);
    }

    @Test
    void a_file_that_others_need_is_not_taken_away_from_them() {
        running.delete(SIGNING);

        JsonNode state = running.awaitResult(SIGNING, "REFUSED");
        assertThat(state.at("/problems/0/message").asText())
                .startsWith("would break routes/templates/")
                .contains("direct:call-provider");
        long asked = running.asked("v1", "a");
        running.soon().until(() -> running.asked("v1", "a") > asked + 3);
        assertThat(running.of(PROVIDER).path("result").asText()).isEqualTo("LOADED");
    }

    @Test
    void a_provider_comes_is_renamed_and_goes() {
        String provider = "routes/providers/acme-job.camel.yaml";
        running.watch("acme.yaml", EditedInstallation.item("acme-job", "of-acme"));
        running.soon().until(() -> running.log().contains("was 'acme-job'"));
        for (String api : List.of("acme-job", "acme-two")) {
            running.write("routes/providers/" + api + ".jq", running.read(MAPPING));
            running.write("routes/providers/" + api + ".failure.jq", running.read(FAILURE));
        }
        running.write(
                provider,
                running.read(PROVIDER).replace("huawei-res-job", "acme-job").replace("/v1/", "/acme/"));
        running.soon().until(() -> running.asked("acme", "of-acme") > 3);

        running.edit(provider, text -> text.replace("acme-job", "acme-two").replace("/acme/", "/two/"));
        running.watch("acme.yaml", EditedInstallation.item("acme-two", "of-two"));
        running.soon().until(() -> running.asked("two", "of-two") > 3);
        int old = running.asked("acme", "of-acme");
        running.watch("more.yaml", EditedInstallation.item("acme-job", "of-acme"));
        running.soon()
                .until(() -> running.of("watches/more.yaml").path("problems").size() == 1);
        assertThat(running.asked("acme", "of-acme")).isEqualTo(old);

        running.delete(provider);
        running.awaitGone(provider);
        running.soon()
                .until(() -> running.of("watches/acme.yaml").path("problems").size() == 1);
        running.delete("watches/acme.yaml");
        running.delete("watches/more.yaml");
    }

    @Test
    void an_edited_mapping_that_a_placeholder_names_makes_the_next_record() {
        running.take(PROPERTIES, text -> text + "\nacme.mapping=huawei-res-job\n");
        running.take(
                PROVIDER,
                text -> text.replace(
                        "{ name: api, value: huawei-res-job }", "{ name: api, value: \"{{acme.mapping}}\" }"));

        an_edited_mapping_makes_the_next_record();
    }

    @Test
    void an_edited_mapping_makes_the_next_record() {
        running.take(MAPPING, text -> text + "\n| .description = \"as edited\"\n");

        running.watch("b.yaml", EditedInstallation.item("huawei-res-job", "mapped"));
        running.soon()
                .until(() -> running.events("out/changes.ndjson").stream()
                        .anyMatch(event -> event.contains("/mapped\"") && event.contains("as edited")));
        running.delete("watches/b.yaml");
    }

    @Test
    void an_edited_mapping_is_refused_until_its_seeds_fit() throws IOException {
        new Installation(directory).copy("seeds/huawei-res-job");
        running.edit(MAPPING, text -> text.replace("name: .job_name", "name: .job_title"));

        assertThat(running.awaitResult(MAPPING, "REFUSED")
                        .at("/problems/0/message")
                        .asText())
                .startsWith("would break seeds/huawei-res-job/records/")
                .contains("/name: the mapping gives nothing, was ");
        long asked = running.asked("v1", "a");
        running.soon().until(() -> running.asked("v1", "a") > asked + 3);

        for (Path record : Documents.filesBelow(directory.resolve("seeds"), ".json")) {
            if (record.toString().contains("/records/")) {
                ObjectNode without = (ObjectNode) Json.MAPPER.readTree(record.toFile());
                without.remove("name");
                Json.MAPPER.writeValue(record.toFile(), without);
            }
        }
        running.awaitResult(MAPPING, "LOADED");
        FileUtil.removeDir(directory.resolve("seeds").toFile());
    }

    @Test
    void an_edited_template_is_that_of_the_providers_that_use_it() {
        long mapping = running.of(MAPPING).path("generation").asLong();
        running.take(TEMPLATE, text -> text.replace("          - process:\n              ref: to-records\n", """
                          - setBody:
                              expression:
                                jq:
                                  expression: .description = "as in the template"
                          - process:
                              ref: to-records
                """));

        running.watch("b.yaml", EditedInstallation.item("huawei-res-job", "templated"));
        running.soon()
                .until(() -> running.events("out/changes.ndjson").stream()
                        .anyMatch(event -> event.contains("/templated\"") && event.contains("as in the template")));
        assertThat(running.of(MAPPING).path("generation").asLong()).isEqualTo(mapping);
        running.delete("watches/b.yaml");
    }

    @Test
    void a_broken_mapping_is_refused_with_its_route_and_both_come_in_once_it_is_corrected() {
        running.edit(MAPPING, text -> text + "\n| (((\n");
        running.edit(PROVIDER, text -> text.replace("/v1/", "/v7/"));

        assertThat(running.awaitResult(MAPPING, "REFUSED")
                        .at("/problems/0/message")
                        .asText())
                .startsWith("is not valid jq");
        running.awaitResult(PROVIDER, "REFUSED");
        assertThat(running.asked("v7", "a")).isZero();
        running.edit(MAPPING, text -> text.replace("\n| (((\n", "\n"));
        running.soon().until(() -> running.asked("v7", "a") > 3);
        assertThat(running.get("/api/watches").toString()).doesNotContain("MALFORMED");
    }

    @Test
    void an_edited_bean_is_the_one_that_counts() {
        running.take(
                PROVIDER,
                text -> text.replace(
                        "required: project_id, job_id", "required: project_id, job_id\n        optional: colour"));

        running.watch(
                "b.yaml", EditedInstallation.item("huawei-res-job", "colourful").replace("p, ", "p, colour: red, "));
        running.soon().until(() -> running.asked("v1", "colourful") > 0);
        running.delete("watches/b.yaml");
    }

    @Test
    void an_edited_policy_is_that_of_the_routes_under_it() {
        running.take(
                POLICY,
                text -> text.replaceAll(
                        "(?m)^( +)- to:\n +uri: watches:failed",
                        "$1- log:\n$1    loggingLevel: ERROR\n$1    message: the policy as edited\n$0"));
        running.cloud().jobs(serverError());

        running.soon().until(() -> running.log().contains("the policy as edited"));
        running.soon().until(() -> running.log().contains("kind=UNAVAILABLE"));
    }

    @Test
    void polls_that_are_under_way_end_before_their_routes_are_replaced() {
        int before = running.log().length();
        running.cloud().jobs(running().withFixedDelay(1_000));
        running.watch("slow.yaml", EditedInstallation.item("huawei-res-job", "slow"));
        running.soon().until(() -> running.asked("v1", "slow") > 0);
        // Loaded anew, it stands behind the providers' routes that it sends to.
        running.take(POLLING, text -> text + "# An edit.\n");

        running.take(POLICY, text -> text + "# An edit.\n");
        running.take(POLICY, text -> text + "# Another edit.\n");

        assertThat(running.log().substring(before)).doesNotContain("was cut short", "Error processing exchange");
        running.delete("watches/slow.yaml");
        running.edit(POLLING, text -> text.replace("# An edit.\n", ""));
    }

    @Test
    void what_waits_for_a_worker_is_asked_for_after_an_edit_all_the_same() {
        List<String> jobs =
                IntStream.range(0, 20).mapToObj(job -> "many-" + job).toList();
        running.cloud().jobs(running().withFixedDelay(5_000));
        running.watch(
                "many.yaml",
                jobs.stream()
                        .map(job -> EditedInstallation.item("huawei-res-job", job))
                        .collect(joining()));
        running.soon().until(() -> jobs.stream().anyMatch(job -> running.asked("v1", job) > 0));

        running.take(POLLING, text -> text + "# An edit.\n");
        running.soon().until(() -> jobs.stream().noneMatch(job -> running.asked("v1", job) == 0));
        running.delete("watches/many.yaml");
    }

    @Test
    void a_policy_is_not_renamed_without_its_routes() {
        running.edit(POLICY, text -> text.replace("id: poll-policy", "id: other-policy"));

        assertThat(running.awaitResult(POLICY, "REFUSED")
                        .at("/problems/0/message")
                        .asText())
                .contains("would break routes/poll", "poll-policy");
        running.edit(POLLING, text -> text.replace("poll-policy", "other-policy"));
        running.awaitResult(POLICY, "LOADED");
        long asked = running.asked("v1", "a");
        running.soon().until(() -> running.asked("v1", "a") > asked + 3);
        running.edit(POLLING, text -> text.replace("other-policy", "poll-policy"));
    }

    @Test
    void properties_take_effect_but_for_those_that_wait_for_the_next_start() {
        String secret = "a-secret-key-0123456789";
        running.edit(
                PROPERTIES,
                text -> text.replace("jobrelay.http.port=0", "jobrelay.http.port=8099")
                        + """

                        jobrelay.account.new.endpoint=%s
                        jobrelay.account.new.signing=sdk-hmac-sha256
                        jobrelay.account.new.access-key=the-access-key
                        jobrelay.account.new.secret-key=%s
                        """.formatted(running.cloud().baseUrl(), secret));

        JsonNode state = running.awaitResult(PROPERTIES, "RESTART_NEEDED");
        assertThat(state.path("problems")).singleElement().satisfies(problem -> {
            assertThat(problem.path("message").asText()).startsWith("jobrelay.http.port: ");
            assertThat(problem.path("line").asInt()).isGreaterThan(1);
        });
        assertThat(running.log()).contains("result=RESTART_NEEDED keys=jobrelay.http.port");
        running.watch(
                "new.yaml",
                EditedInstallation.item("huawei-res-job", "by-new").replace("account: cloud", "account: new"));
        running.soon().until(() -> running.asked("v1", "by-new") > 0);

        running.watch("leak.yaml", "- " + secret + ": {\n");
        running.soon().until(() -> running.log().contains("watches/leak.yaml"));
        running.delete("watches/new.yaml");
        running.delete("watches/leak.yaml");
        assertThat(running.log() + running.report()).doesNotContain(secret);
    }

    @Test
    void the_largest_reply_is_the_one_that_stands_in_the_properties_now() {
        running.cloud()
                .jobs(
                        okJson(
                                " ".repeat(2_000)
                                        + "{\"is_success\":true,\"job\":{\"project_id\":\"p\",\"job_id\":\"a\",\"job_status\":\"RUNNING\"}}"));
        awaitHealth("OK");
        running.take(PROPERTIES, text -> text + "\njobrelay.poll.reply-limit=1024\n");
        awaitHealth("MALFORMED");
        assertThat(running.log()).contains("the reply is larger than the limit of 1024 bytes");

        running.take(PROPERTIES, text -> text.replace("reply-limit=1024", "reply-limit=4096"));
        awaitHealth("OK");
    }

    @Test
    void the_time_of_a_poll_is_the_one_that_stands_in_the_properties_now() {
        running.cloud().jobs(running().withFixedDelay(60_000));
        running.take(PROPERTIES, text -> text.replace("poll.timeout=30s", "poll.timeout=200ms"));
        awaitHealth("TIMEOUT");

        running.cloud().jobs(running());
        running.take(PROPERTIES, text -> text.replace("poll.timeout=200ms", "poll.timeout=20s"));
        awaitHealth("OK");
    }

    /** Waits until the watch that is there in all of these is in this health. */
    private static void awaitHealth(String health) {
        running.soon()
                .until(() -> StreamSupport.stream(
                                running.get("/api/watches").path("watches").spliterator(), false)
                        .filter(watch -> watch.at("/parameters/job_id").asText().equals("a"))
                        .anyMatch(watch -> watch.path("health").asText().equals(health)));
    }

    @Test
    void the_broker_of_our_own_starts_moves_and_stops() throws Exception {
        int before = FreePort.next();
        int after = FreePort.next();
        String switchedOff = "jobrelay.destination.queue.enabled=false";
        running.take(
                PROPERTIES,
                text -> text.replace(switchedOff, "jobrelay.destination.queue.enabled=true")
                        .replace("queue.port=61616", "queue.port=" + before));
        running.soon().until(() -> running.observe("health/ready").statusCode() == 200);
        end("one");
        end("two");
        awaitEvent(before, "/one\"");

        running.take(PROPERTIES, text -> text.replace("queue.port=" + before, "queue.port=" + after));
        running.soon().until(() -> running.observe("health/ready").statusCode() == 200);
        assertThatThrownBy(() -> new Socket(InetAddress.getLoopbackAddress(), before).close())
                .isInstanceOf(ConnectException.class);
        awaitEvent(after, "/two\"");
        end("three");
        awaitEvent(after, "/three\"");

        running.take(PROPERTIES, text -> text.replace("jobrelay.destination.queue.enabled=true", switchedOff));
        assertThatThrownBy(() -> new Socket(InetAddress.getLoopbackAddress(), after).close())
                .isInstanceOf(ConnectException.class);
        running.delete("watches/ends.yaml");
    }

    @Test
    void a_broker_of_our_own_whose_port_is_taken_is_refused() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            running.edit(
                    PROPERTIES,
                    text -> text.replace(
                                    "jobrelay.destination.queue.enabled=false",
                                    "jobrelay.destination.queue.enabled=true")
                            .replace("queue.port=61616", "queue.port=" + taken.getLocalPort()));

            assertThat(running.awaitResult(PROPERTIES, "REFUSED")
                            .at("/problems/0/message")
                            .asText())
                    .contains("jobrelay.destination.queue.port: cannot listen at 127.0.0.1:" + taken.getLocalPort())
                    .contains("set another port");
        }
    }

    /** A job that has ended is watched in the place of the one before, and has been told of. */
    private static void end(String job) {
        running.cloud().job(job, "SUCCEEDED");
        running.watch("ends.yaml", EditedInstallation.item("huawei-res-job", job));
        running.soon()
                .until(() -> running
                        .get("/api/deliveries?destination=queue&status=DELIVERED")
                        .path("deliveries")
                        .findValuesAsText("subject")
                        .stream()
                        .anyMatch(subject -> subject.endsWith("/" + job)));
    }

    /** Takes what is in the queue, up to the event that has this in it. */
    private static void awaitEvent(int port, String part) throws JMSException {
        try (ActiveMQConnectionFactory broker = new ActiveMQConnectionFactory("tcp://127.0.0.1:" + port);
                JMSContext context = broker.createContext();
                JMSConsumer consumer = context.createConsumer(context.createQueue("jobrelay.changes"))) {
            Message message;
            do {
                message = consumer.receive(20_000);
                assertThat(message).as("an event with %s", part).isNotNull();
            } while (!message.getBody(String.class).contains(part));
        }
    }

    @Test
    void wrong_properties_are_refused_as_a_whole() {
        running.edit(
                PROPERTIES, text -> text.replace(running.cloud().baseUrl(), "nonsense") + "\njobrelay.retentoin=3d\n");

        JsonNode state = running.awaitResult(PROPERTIES, "REFUSED");
        assertThat(state.path("problems").toString()).contains("jobrelay.account.cloud.endpoint", "jobrelay.retention");
        long asked = running.asked("v1", "a");
        running.soon().until(() -> running.asked("v1", "a") > asked + 3);
    }

    @Test
    void a_destination_moves() {
        running.take(PROPERTIES, text -> text.replace("out/changes.ndjson", "out/moved.ndjson"));

        running.watch("b.yaml", EditedInstallation.item("huawei-res-job", "moved"));
        running.soon()
                .until(() -> running.events("out/moved.ndjson").stream().anyMatch(event -> event.contains("/moved\"")));
        running.delete("watches/b.yaml");
    }

    @Test
    void a_destination_comes_when_it_is_told_where_to_and_goes_with_that() {
        String brokers = "jobrelay.destination.kafka.brokers=";
        assertThat(routes()).contains("queue").doesNotContain("kafka");

        running.take(PROPERTIES, text -> text.replace(brokers + "\n", brokers + "127.0.0.1:1\n"));
        running.soon().until(() -> routes().contains("kafka"));
        running.take(PROPERTIES, text -> text.replace(brokers + "127.0.0.1:1\n", brokers + "\n"));
        running.soon().until(() -> !routes().contains("kafka"));
    }

    private static List<String> routes() {
        return running.get("/api/flow").path("routes").findValuesAsText("id");
    }
}
