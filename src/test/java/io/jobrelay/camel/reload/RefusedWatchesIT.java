package io.jobrelay.camel.reload;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.jobrelay.job.Json;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A watch whose provider file or account is taken away while it is polled: whoever looks sees it, and why. */
@Timeout(180)
class RefusedWatchesIT {
    private static final String PROVIDER = "routes/providers/huawei-res-job.camel.yaml";

    @TempDir
    private Path directory;

    private EditedInstallation installation;

    @BeforeEach
    void runs() throws IOException {
        installation = new EditedInstallation(directory);
    }

    @AfterEach
    void stops() {
        installation.close();
    }

    @Test
    void without_its_provider_file_it_is_refused_everywhere_and_polled_again_once_that_is_back() {
        String provider = installation.read(PROVIDER);

        installation.delete(PROVIDER);

        installation
                .soon()
                .untilAsserted(() -> assertThat(text(watch("a"), "/health")).isEqualTo("REFUSED"));
        assertThat(text(watch("a"), "/state")).isEqualTo("REFUSED");
        assertThat(text(watch("a"), "/failure/message"))
                .startsWith("watches/a.yaml:1: api: must be one of ")
                .contains("was 'huawei-res-job'");
        assertThat(watch("a").has("nextPollTime")).isFalse();
        assertThat(installation.get("/api/summary").at("/watches/REFUSED").asLong())
                .isEqualTo(1);
        installation
                .soon()
                .until(() -> installation.observe("metrics").body().contains("jobrelay_watches_refused 1.0\n"));
        assertThat(installation.observe("health").body())
                .contains("refused-watches", "refused watches: 1: " + text(watch("a"), "/id"))
                .contains("api: must be one of ");
        assertThat(installation.observe("health/ready").statusCode()).isEqualTo(200);
        installation
                .soon()
                .untilAsserted(() -> assertThat(installation.events("out/changes.ndjson"))
                        .last()
                        .asString()
                        .contains("health_changed", "\"health\":\"REFUSED\"", "\"previousHealth\":\"OK\""));

        int asked = installation.asked("v1", "a");
        installation.write(PROVIDER, provider);

        installation.soon().until(() -> installation.asked("v1", "a") > asked);
        is_well_again();
    }

    @Test
    void without_its_account_one_that_was_added_is_refused_too() {
        JsonNode added = installation.post("/api/watches", added("b"));
        String properties = installation.read("application.properties");
        installation.soon().until(() -> installation.asked("v1", "b") > 0);

        installation.edit("application.properties", text -> text.replaceAll("(?m)^jobrelay.account.cloud.*\n", ""));

        installation.soon().untilAsserted(() -> {
            assertThat(text(watch("a"), "/health")).isEqualTo("REFUSED");
            assertThat(text(watch("b"), "/health")).isEqualTo("REFUSED");
        });
        assertThat(text(watch("b"), "/failure/message"))
                .startsWith("account: must be one of ")
                .contains("was 'cloud'");
        assertThat(installation
                        .post("/api/watches/" + text(added, "/id") + "/poll", null)
                        .path("detail")
                        .asText())
                .contains("this watch is refused");

        installation.write("application.properties", properties);

        is_well_again();
        installation.soon().until(() -> text(watch("b"), "/health").equals("OK"));
    }

    private void is_well_again() {
        installation.soon().untilAsserted(() -> {
            assertThat(text(watch("a"), "/health")).isEqualTo("OK");
            assertThat(text(watch("a"), "/state")).isEqualTo("ACTIVE");
            assertThat(installation.observe("metrics").body()).contains("jobrelay_watches_refused 0.0\n");
            assertThat(installation.observe("health").body()).doesNotContain("refused watches");
        });
    }

    private static JsonNode added(String job) {
        return Json.read(
                "{\"api\": \"huawei-res-job\", \"account\": \"cloud\", \"every\": \"50ms..50ms\", \"parameters\":"
                        + " {\"project_id\": \"p\", \"job_id\": \"%s\"}}".formatted(job),
                JsonNode.class);
    }

    private static String text(JsonNode document, String member) {
        return document.at(member).asText();
    }

    private JsonNode watch(String job) {
        for (JsonNode watch : installation.get("/api/watches").path("watches")) {
            if (text(watch, "/parameters/job_id").equals(job)) {
                return watch;
            }
        }
        return Json.MAPPER.createObjectNode();
    }
}
