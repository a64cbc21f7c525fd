package io.jobrelay.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.jobrelay.testbed.Installation;
import io.jobrelay.testbed.JobrelayProcess;
import io.jobrelay.testbed.RawServer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The shipped routes with an {@code application.properties} that leaves out all that has a default, but for a free port. */
class MinimalInstallationIT {
    @TempDir
    private Path directory;

    @Test
    void checks_polls_and_delivers_with_an_account_and_nothing_else() throws Exception {
        Installation installation = new Installation(directory).write("watches/a.yaml", """
                - api: huawei-res-job
                  account: cloud
                  parameters: { project_id: p, job_id: j }
                """);
        try (RawServer provider = new RawServer()) {
            provider.reply(200, """
                    {"is_success": true, "job": {"project_id": "p", "job_id": "j", "job_status": "SUCCEEDED"}}""");
            installation.write("application.properties", """
                    jobrelay.account.cloud.endpoint=%s
                    jobrelay.account.cloud.signing=none
                    jobrelay.http.port=0
                    """.formatted(provider.url()));

            JobrelayProcess check = JobrelayProcess.in(directory).run("check");
            assertThat(check.status()).as(check.out() + check.log()).isZero();
            JobrelayProcess run = JobrelayProcess.in(directory).run("run", "--until-done");
            assertThat(run.status()).as(run.log()).isZero();
        }
        try (Stream<Path> files = Files.list(directory.resolve("out"))) {
            assertThat(files.filter(file -> file.toString().endsWith(".ndjson")))
                    .singleElement()
                    .satisfies(file -> assertThat(file).content().contains("\"state\":\"SUCCEEDED\""));
        }
    }
}
