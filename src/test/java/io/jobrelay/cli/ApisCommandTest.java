package io.jobrelay.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.jobrelay.account.Signing;
import io.jobrelay.job.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** {@code apis}, in the project's directory. */
class ApisCommandTest {
    @Test
    void lists_every_provider_file() throws IOException {
        CommandRun apis = CommandRun.of(Map.of(), "apis", "--json");

        assertThat(apis.status()).as(apis.err()).isEqualTo(ExitStatus.OK);
        List<JsonNode> listed = new ArrayList<>();
        for (String line : apis.lines()) {
            listed.add(Json.MAPPER.readTree(line));
        }
        try (Stream<Path> files = Files.list(Path.of("routes/providers"))) {
            assertThat(listed)
                    .extracting(api -> api.path("name").asText())
                    .containsExactlyElementsOf(
                            files.map(file -> file.getFileName().toString())
                                    .filter(name -> name.endsWith(".camel.yaml"))
                                    .map(name -> name.replace(".camel.yaml", ""))
                                    .sorted()
                                    .toList());
        }
        assertThat(listed).allSatisfy(api -> {
            assertThat(api.path("kind").asText()).matches("[A-Z]+");
            assertThat(api.path("parameters").size() + api.path("optional").size())
                    .isPositive();
            assertThat(api.path("signing"))
                    .isNotEmpty()
                    .allMatch(scheme -> Signing.of(scheme.asText()).isPresent());
        });
        assertThat(listed)
                .filteredOn(api -> api.path("name").asText().equals("alibaba-pai-dataset-job"))
                .singleElement()
                .hasToString(
                        "{\"name\":\"alibaba-pai-dataset-job\",\"kind\":\"DATASET\",\"signing\":[\"acs3-hmac-sha256\"],"
                                + "\"parameters\":[\"DatasetId\",\"DatasetJobId\"],\"optional\":[\"DatasetVersion\",\"WorkspaceId\"]}");
    }

    @Test
    void prints_a_table_for_people() {
        CommandRun apis = CommandRun.of(Map.of(), "apis");

        assertThat(apis.lines().get(0)).matches("API +KIND +SIGNING +PARAMETERS");
        assertThat(apis.lines())
                .anyMatch(line -> line.matches("alibaba-pai-dataset-job +DATASET +acs3-hmac-sha256 +"
                        + "DatasetId, DatasetJobId \\[DatasetVersion, WorkspaceId]"))
                .anyMatch(line ->
                        line.matches("huawei-res-job +TRAINING +sdk-hmac-sha256, keystone-token +project_id, job_id"));
    }
}
