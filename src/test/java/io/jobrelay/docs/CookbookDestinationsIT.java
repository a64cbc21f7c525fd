package io.jobrelay.docs;

import static com.github.tomakehurst.wiremock.client.WireMock.noContent;
import static com.github.tomakehurst.wiremock.client.WireMock.ok;
import static com.github.tomakehurst.wiremock.client.WireMock.okJson;
import static com.github.tomakehurst.wiremock.client.WireMock.post;
import static com.github.tomakehurst.wiremock.client.WireMock.serverError;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.github.tomakehurst.wiremock.stubbing.ServeEvent;
import com.github.tomakehurst.wiremock.verification.LoggedRequest;
import com.icegreen.greenmail.util.GreenMail;
import com.icegreen.greenmail.util.ServerSetup;
import io.jobrelay.job.Json;
import io.jobrelay.testbed.FreePort;
import io.jobrelay.testbed.Installation;
import io.jobrelay.testbed.JobrelayProcess;
import io.jobrelay.testbed.StubServer;
import jakarta.mail.internet.MimeMessage;
import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The destinations of the cookbook, installed as it says, beside each other in one Jobrelay: a job goes through three
 * states while none of their receivers takes anything, and then they do.
 */
class CookbookDestinationsIT {
    private static final Path RECIPES = Path.of("docs/cookbook/destinations");
    private static final List<String> DESTINATIONS = List.of("slack", "alerts", "mail");
    private static final List<String> STATES = List.of("RUNNING", "UNKNOWN", "SUCCEEDED");
    private static final String CHAT_KEY = "XchatXkeyXthatXnobodyXshouldXsee";
    private static final String CHAT = "/chat/" + CHAT_KEY;
    private static final String ALERTS = "/alerts";
    private static final String PASSWORD = "a&b+c%25/d e=f#g";

    @TempDir
    private static Path directory;

    @AutoClose
    private static final StubServer cloud = new StubServer();

    private static Installation installation;
    private static JobrelayProcess jobrelay;
    private static GreenMail mails;
    private static String webhookSecret;

    @BeforeAll
    static void plays_the_life_of_a_job() throws IOException {
        cloud.stubFor(post(CHAT).willReturn(serverError()));
        cloud.stubFor(post(ALERTS).willReturn(serverError()));
        int mailPort = FreePort.next();

        installation = new Installation(directory);
        Properties cookbook = new Properties();
        for (Documents.Block block : Documents.blocks(Path.of("docs/cookbook.md"))) {
            if (block.language().equals("properties")) {
                cookbook.load(new StringReader(block.text()));
            }
        }
        cookbook.forEach((key, value) -> installation.set(key.toString(), value.toString()));
        webhookSecret = "whsec_c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0";
        installation
                .set("jobrelay.destination.slack.url", cloud.baseUrl() + CHAT)
                .set("jobrelay.destination.slack.allow-private", "true")
                .set("jobrelay.destination.alerts.url", cloud.baseUrl() + ALERTS)
                .set("jobrelay.destination.alerts.secret", webhookSecret)
                .set("jobrelay.destination.alerts.allow-private", "true")
                .set("jobrelay.destination.mail.server", "smtp:127.0.0.1:" + mailPort)
                .set("jobrelay.destination.mail.password", PASSWORD)
                .set("jobrelay.account.huawei.endpoint", cloud.baseUrl())
                .set("jobrelay.account.huawei.signing", "none")
                .set("jobrelay.delivery.schedule", "0s" + ",200ms".repeat(500))
                .set("jobrelay.delivery.open-after", "1000");
        copy(RECIPES, directory.resolve("routes/destinations"));
        Files.writeString(directory.resolve("routes/router.camel.yaml"), """
                - route:
                    id: router
                    errorHandler:
                      noErrorHandler: {}
                    from:
                      uri: outbox:changes
                      steps:
                        - to: { uri: "outbox:file" }
                        - to: { uri: "outbox:slack" }
                        - to: { uri: "outbox:alerts" }
                        - to: { uri: "outbox:mail" }
                """);
        installation.write("watches/job.yaml", """
                - api: huawei-res-job
                  account: huawei
                  parameters: { project_id: p, job_id: nightly }
                  every: 100ms
                """);
        jobStatus("RUNNING");
        jobrelay = installation.start();
        patiently().until(() -> events() == 1);
        jobStatus("COMPUTING");
        patiently().until(() -> events() == 2);
        jobStatus("SUCCEEDED");
        patiently().until(() -> events() == 3);
        // Each has failed before it gets what it wants: a failure is an attempt, not an end.
        patiently()
                .untilAsserted(() -> assertThat(installation.ledger(
                                "select distinct destination from delivery where status = 'PENDING' and attempts > 0"))
                        .containsExactlyInAnyOrderElementsOf(DESTINATIONS));

        cloud.stubFor(post(CHAT).willReturn(ok()));
        cloud.stubFor(post(ALERTS).willReturn(noContent()));
        mails = new GreenMail(new ServerSetup(mailPort, "127.0.0.1", ServerSetup.PROTOCOL_SMTP));
        mails.setUser("oncall@example.com", cookbook.getProperty("jobrelay.destination.mail.user"), PASSWORD);
        mails.start();
        patiently()
                .untilAsserted(() -> assertThat(installation.ledger(
                                "select destination || ' ' || error from delivery where status != 'DELIVERED'"))
                        .isEmpty());
    }

    @AfterAll
    static void stops() throws IOException {
        jobrelay.close();
        if (mails != null) {
            mails.stop();
        }
    }

    @Test
    void a_chat_gets_a_line_per_change_in_order() throws IOException {
        List<String> texts = new ArrayList<>();
        for (LoggedRequest post : taken(CHAT)) {
            assertThat(post.getHeader("Content-type")).isEqualToIgnoringCase("application/json; charset=utf-8");
            assertThat(post.getAllHeaderKeys()).noneMatch(name -> name.startsWith("Jobrelay"));
            texts.add(Json.MAPPER.readTree(post.getBodyAsString()).path("text").asText());
        }
        assertThat(texts)
                .containsExactly(
                        "*RUNNING* Rank &lt;!channel&gt; &amp; more",
                        "*UNKNOWN* Rank &lt;!channel&gt; &amp; more",
                        "*SUCCEEDED* Rank &lt;!channel&gt; &amp; more");
    }

    @Test
    void the_address_of_a_chat_and_a_password_are_not_logged() {
        assertThat(jobrelay.log())
                .contains("destination=slack", "destination=mail")
                .doesNotContain(CHAT_KEY, PASSWORD);
    }

    @Test
    void a_second_webhook_is_signed_with_its_own_key() throws Exception {
        List<String> states = new ArrayList<>();
        for (LoggedRequest post : taken(ALERTS)) {
            assertThat(post.getHeader("Content-type")).isEqualTo("application/cloudevents+json");
            StubServer.verify(webhookSecret, post);
            states.add(state(post.getBodyAsString()));
        }
        assertThat(states).isEqualTo(STATES);
    }

    @Test
    void a_mail_server_gets_a_mail_per_change_in_order() throws Exception {
        List<String> subjects = new ArrayList<>();
        for (MimeMessage mail : mails.getReceivedMessages()) {
            subjects.add(mail.getSubject());
            assertThat(mail.getAllRecipients()[0]).hasToString("oncall@example.com");
            assertThat(mail.getFrom()[0]).hasToString("jobrelay@example.com");
            assertThat(mail.getContent().toString())
                    .contains("name: Rank <!channel> & more")
                    .doesNotContain("raw");
        }
        assertThat(subjects)
                .containsExactlyElementsOf(STATES.stream()
                        .map(state -> "[jobrelay] " + state + ": huawei-res-job/huawei/p/nightly")
                        .toList());
    }

    /** What was accepted, in order. */
    private static List<LoggedRequest> taken(String path) {
        List<LoggedRequest> taken = new ArrayList<>();
        for (ServeEvent event : cloud.getAllServeEvents()) {
            if (event.getRequest().getUrl().equals(path) && event.getResponse().getStatus() < 300) {
                taken.add(0, event.getRequest());
            }
        }
        return taken;
    }

    private static String state(String event) throws IOException {
        JsonNode job = Json.MAPPER.readTree(event).path("data").path("job");
        return job.path("state").asText();
    }

    private static void jobStatus(String status) {
        cloud.jobs(okJson("""
                {"is_success": true, "job": {"project_id": "p", "job_id": "nightly", "job_name": "Rank <!channel> & more",
                "job_status": "%s"}}""".formatted(status)));
    }

    private static long events() throws IOException {
        Path out = directory.resolve("out");
        long lines = 0;
        for (Path file : Documents.filesBelow(out, ".ndjson")) {
            lines += Files.readString(file, UTF_8).lines().count();
        }
        return lines;
    }

    private static ConditionFactory patiently() {
        return Awaitility.await().atMost(Duration.ofSeconds(60)).pollInterval(Duration.ofMillis(50));
    }

    private static void copy(Path from, Path to) throws IOException {
        for (Path file : Documents.filesBelow(from, ".camel.yaml")) {
            Files.copy(file, to.resolve(file.getFileName()), StandardCopyOption.REPLACE_EXISTING);
        }
    }
}
