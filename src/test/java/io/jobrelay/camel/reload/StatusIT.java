package io.jobrelay.camel.reload;

import static org.assertj.core.api.Assertions.assertThat;

import io.jobrelay.testbed.JobrelayProcess;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code jobrelay status} beside a Jobrelay whose files are edited until nothing of it is right. */
@Timeout(180)
class StatusIT {
    private static final String ROUTER = "routes/router.camel.yaml";
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
    void tells_what_needs_a_person_and_nothing_while_all_is_well() throws Exception {
        installation
                .soon()
                .until(() -> installation
                                .get("/api/destinations")
                                .path("destinations")
                                .size()
                        > 0);
        JobrelayProcess well = status();
        assertThat(well.status()).as(well.out() + well.log()).isZero();
        assertThat(well.lines()).contains("Nothing needs a person.").anyMatch(line -> line.startsWith("file  "));

        installation.take(ROUTER, text -> text.replace(".data.job.terminal == true", ".data.job.state | tonumber > 5"));
        installation.watch("b.yaml", EditedInstallation.item("huawei-res-job", "b"));
        installation
                .soon()
                .until(() -> installation.get("/api/summary").path("unrouted").asLong() > 0);
        installation.delete(PROVIDER);
        installation
                .soon()
                .until(() ->
                        installation.get("/api/summary").at("/watches/REFUSED").asLong() == 2);
        installation.write(ROUTER, "- route: [");
        installation
                .soon()
                .until(() -> installation.get("/api/reload").path("pending").asBoolean());

        JobrelayProcess ill = status();
        assertThat(ill.status()).isEqualTo(1);
        assertThat(ill.lines())
                .contains("Needs a person:")
                .anyMatch(line -> line.startsWith("  " + ROUTER + " REFUSED: line 1: "))
                .anyMatch(
                        line -> line.matches(
                                "  watch \\w+ of huawei-res-job, account cloud: REFUSED: watches/[ab].yaml:1: api: must be one of .*"))
                .anyMatch(line -> line.matches("  \\d+ events that the router fails on: " + ROUTER + ":\\d+: jq: .*"));
    }

    private JobrelayProcess status() throws Exception {
        URI api = installation.api("");
        return JobrelayProcess.in(directory).run("status", "--url", api.getScheme() + "://" + api.getAuthority());
    }
}
