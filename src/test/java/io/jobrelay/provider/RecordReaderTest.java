package io.jobrelay.provider;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.jobrelay.account.Account;
import io.jobrelay.account.Signing;
import io.jobrelay.job.JobRecord;
import io.jobrelay.job.JobState;
import io.jobrelay.job.Json;
import io.jobrelay.watch.Pace;
import io.jobrelay.watch.Watch;
import java.net.URI;
import java.time.Instant;
import java.time.ZoneId;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RecordReaderTest {
    private static final Instant NOW = Instant.parse("2026-11-22T10:00:00Z");
    private static final Watch WATCH =
            new Watch("acme-job", "my acme", Map.of("id", "1"), Pace.DEFAULT, Map.of("team", "a"), false, null, false);
    private static final String DRAFT = """
            {"key": ["p/1", 7], "kind": "DATA", "provider": {"name": "Acme", "service": "Jobs"}, "state": "RUNNING",
             "providerState": "going", "raw": {"a": null, "b": "", "c": [], "d": {}}}
            """;

    @Test
    void adds_what_is_the_same_for_every_provider() throws JsonProcessingException {
        JobRecord record = read("{}");

        assertThat(record.id()).isEqualTo("acme-job/my%20acme/p%2F1/7");
        assertThat(record.labels()).containsExactly(Map.entry("team", "a"));
        assertThat(record.provider().api()).isEqualTo("acme-job");
        assertThat(record.provider().account()).isEqualTo("my acme");
        assertThat(record.observeTime()).isEqualTo(NOW);
        assertThat(record.state()).isEqualTo(JobState.RUNNING);
        assertThat(record.anomalies()).isEmpty();
    }

    @Test
    void leaves_what_is_empty_out_of_its_own_members_only() throws JsonProcessingException {
        JobRecord record = read("""
                {"name": "", "description": null, "logs": [], "progress": {"percent": null},
                 "error": {"code": "", "message": null}, "spec": {"x": null, "y": ""}}
                """);

        assertThat(Json.MAPPER.readTree(Json.MAPPER.writeValueAsString(record)).fieldNames())
                .toIterable()
                .doesNotContain("name", "description", "logs", "progress", "error");
        assertThat(record.spec()).hasToString("{\"x\":null,\"y\":\"\"}");
        assertThat(record.raw()).hasToString("{\"a\":null,\"b\":\"\",\"c\":[],\"d\":{}}");
    }

    @Test
    void calls_a_state_that_the_mapping_does_not_know_unknown() throws JsonProcessingException {
        JobRecord record = read("{\"state\": null}");

        assertThat(record.state()).isEqualTo(JobState.UNKNOWN);
        assertThat(record.reason()).isEqualTo("UNMAPPED_PROVIDER_STATE");
        assertThat(record.providerState()).isEqualTo("going");
    }

    /** As Jobrelay's fuzzing found them; the schema has no such values. */
    @ParameterizedTest
    @CsvSource({
        "DISK_FULL, DISK_FULL",
        "disk full, DISK_FULL",
        "Deadline-Exceeded, DEADLINE_EXCEEDED",
        "2024-02-30, ",
        "盘满, "
    })
    void makes_a_code_of_a_reason_where_one_can_be_made(String given, @Nullable String code)
            throws JsonProcessingException {
        assertThat(read("{\"reason\": \"%s\"}".formatted(given)).reason()).isEqualTo(code);
    }

    @Test
    void leaves_numbers_below_zero_out() throws JsonProcessingException {
        JobRecord record =
                read("{\"runMillis\": -1, \"progress\": {\"total\": -5, \"added\": -1e999999999, \"failed\": 0}}");

        assertThat(record.runMillis()).isNull();
        assertThat(Json.MAPPER.valueToTree(record.progress()).toString()).isEqualTo("{\"failed\":0}");
        assertThat(record.anomalies()).containsExactly("NEGATIVE_NUMBER");
    }

    @Test
    void names_what_does_not_add_up_in_alphabetical_order_and_once() throws JsonProcessingException {
        JobRecord record = read("""
                {"createTime": 3000, "startTime": 2000, "endTime": 1000, "updateTime": "odd",
                 "anomalies": ["ZZZ", "END_BEFORE_START"]}
                """);

        assertThat(record.anomalies())
                .containsExactly(
                        "END_BEFORE_CREATE", "END_BEFORE_START", "START_BEFORE_CREATE", "UNPARSEABLE_TIME", "ZZZ");
        assertThat(record.updateTime()).isNull();
    }

    @Test
    void drops_a_time_that_stands_for_none_in_silence() throws JsonProcessingException {
        JobRecord record = read("{\"endTime\": \"0001-01-01T00:00:00Z\", \"startTime\": 0}");

        assertThat(record.endTime()).isNull();
        assertThat(record.startTime()).isNull();
        assertThat(record.anomalies()).isEmpty();
    }

    /** The account's zone comes before the provider's, and that before UTC. */
    @ParameterizedTest
    @CsvSource(
            nullValues = "-",
            value = {
                "Europe/Berlin, Asia/Shanghai, 2026-06-01T06:00:00Z",
                "-,             Asia/Shanghai, 2026-06-01T00:00:00Z",
                "-,             -,             2026-06-01T08:00:00Z"
            })
    void reads_times_without_a_zone_in_the_nearest_one(
            @Nullable String account, @Nullable String provider, Instant expected) throws JsonProcessingException {
        ObjectNode draft = draft("{\"createTime\": \"2026-06-01 08:00:00\"}");
        draft.put("timeZone", provider);

        assertThat(RecordReader.read(draft, "TRAINING", WATCH, account(account), NOW)
                        .createTime())
                .isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            {"key": null}              | key
            {"key": []}                | key
            {"key": ["p", null]}       | identifies the job
            {"key": ["p", ""]}         | identifies the job
            {"key": ["p", {}]}         | identifies the job
            {"providerState": null}    | no state
            {"state": "GOING"}         | GOING
            {"nmae": "typing error"}   | gave no record: nmae: no member of a record; did you mean 'name'?
            {"progress": {"totl": 1}}  | gave no record: progress.totl: no member of a record; did you mean 'total'?
            {"progress": 7}            | gave no record: progress: must be an object
            {"progress": {"total": "many"}} | gave no record: progress.total: must be a whole number, was 'many'
            {"logs": "a line"}         | gave no record: logs: must be a list
            {"name": {"en": "x"}}      | gave no record: name: must be text
            """)
    void refuses_a_draft_of_something_else(String change, String named) throws JsonProcessingException {
        ObjectNode draft = draft(change);

        assertThatThrownBy(() -> RecordReader.read(draft, "TRAINING", WATCH, account(null), NOW))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(named);
    }

    @Test
    void takes_the_kind_of_the_api_where_the_draft_has_none() throws JsonProcessingException {
        assertThat(read("{\"kind\": null}").kind()).isEqualTo("TRAINING");
        assertThat(read("{\"kind\": \"PIPELINE\"}").kind()).isEqualTo("PIPELINE");
        assertThatThrownBy(() -> RecordReader.read(draft("{\"kind\": null}"), "", WATCH, account(null), NOW))
                .hasMessageContaining("kind");
    }

    @Test
    void refuses_what_is_no_object() {
        JsonNode text = Json.MAPPER.createArrayNode();

        assertThatThrownBy(() -> RecordReader.read(text, "TRAINING", WATCH, account(null), NOW))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("acme-job");
    }

    private static JobRecord read(String change) throws JsonProcessingException {
        return RecordReader.read(draft(change), "TRAINING", WATCH, account(null), NOW);
    }

    private static ObjectNode draft(String change) throws JsonProcessingException {
        return ((ObjectNode) Json.MAPPER.readTree(DRAFT)).setAll((ObjectNode) Json.MAPPER.readTree(change));
    }

    private static Account account(@Nullable String zone) {
        return new Account(
                "my acme",
                URI.create("https://acme.example"),
                Signing.NONE,
                Map.of(),
                1,
                zone == null ? null : ZoneId.of(zone),
                false);
    }
}
