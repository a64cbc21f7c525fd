package io.jobrelay.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.jobrelay.job.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code record}, in the project's directory. */
class RecordCommandTest {
    @TempDir
    Path directory;

    @ParameterizedTest
    @CsvSource({
        "alibaba-pai-dataset-job, 02-running",
        "huawei-res-job, 02-succeeded-documented",
        "huawei-octopus-system-jobs, 02-launching-and-running"
    })
    void prints_what_a_reply_of_a_seed_becomes(String api, String name) throws IOException {
        Path seed = Path.of("seeds", api);

        CommandRun record = jobrelay(seed.resolve("replies/" + name + ".json").toString());

        assertThat(record.status()).as(record.err()).isEqualTo(ExitStatus.OK);
        assertThat(Json.MAPPER.readTree(record.out())).isEqualTo(read(seed.resolve("records/" + name + ".json")));
    }

    @Test
    void says_what_is_missing_and_what_is_odd() throws IOException {
        CommandRun record = jobrelay(
                reply("{\"is_success\": true, \"job\": {\"job_status\": \"ASLEEP\", \"operating_time\": \"soon\"}}"),
                "--api",
                "huawei-res-job",
                "--account",
                "huawei",
                "--parameter",
                "project_id=p",
                "--parameter=job_id=j/1");

        assertThat(record.status()).as(record.err()).isEqualTo(ExitStatus.OK);
        assertThat(Json.MAPPER.readTree(record.out()).path("id").asText()).isEqualTo("huawei-res-job/huawei/p/j%2F1");
        assertThat(record.err().lines())
                .hasSize(3)
                .anyMatch(line -> line.matches(
                        "huawei-res-job/huawei/p/j%2F1: not in the record: type, mode, name, .*progress, .*endTime.*"))
                .contains(
                        "huawei-res-job/huawei/p/j%2F1: state: the mapping does not know providerState 'ASLEEP'",
                        "huawei-res-job/huawei/p/j%2F1: anomaly: UNPARSEABLE_TIME");
    }

    @Test
    void says_why_a_reply_becomes_none() throws IOException {
        assertThat(jobrelay(reply("{}"), "--api", "huawei-res-job", "--status", "503")
                        .err())
                .isEqualTo("api=huawei-res-job account=huawei kind=UNAVAILABLE status=503: HTTP status 503\n");
        assertThat(jobrelay(reply("{\"job\": {}}"), "--api", "huawei-res-job").err())
                .isEqualTo(
                        "api=huawei-res-job account=huawei kind=MALFORMED status=200: the reply says no state of the job\n");
        assertThat(jobrelay(reply("{}"), "--api", "huawei-rest-job").err())
                .contains("api: must be one of ", "did you mean 'huawei-res-job'?");
        CommandRun nowhere = jobrelay(reply("{}"));
        assertThat(nowhere.status()).isEqualTo(2);
        assertThat(nowhere.err()).startsWith("Missing required option: '--api=NAME'");
    }

    private String reply(String text) throws IOException {
        return Files.writeString(directory.resolve("reply.json"), text).toString();
    }

    private static JsonNode read(Path file) throws IOException {
        return Json.MAPPER.readTree(file.toFile());
    }

    private static CommandRun jobrelay(String file, String... options) {
        String[] arguments = new String[options.length + 2];
        arguments[0] = "record";
        arguments[1] = file;
        System.arraycopy(options, 0, arguments, 2, options.length);
        return CommandRun.of(Map.of(), arguments);
    }
}
