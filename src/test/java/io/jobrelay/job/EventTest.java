package io.jobrelay.job;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.cloudevents.CloudEvent;
import io.cloudevents.jackson.JsonFormat;
import java.io.IOException;
import java.net.URI;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class EventTest {
    private static final Instant TIME = Instant.parse("2026-11-22T10:00:00.123Z");
    private static final String JOB = "acme-job/acme/a%20b%2Fc/7%C3%BC";

    @Test
    void the_cloudevents_library_reads_a_change() {
        CloudEvent event = new JsonFormat().deserialize(changed().bytes());

        assertThat(event.getSpecVersion()).hasToString("1.0");
        assertThat(event.getId()).isEqualTo("e-1");
        assertThat(event.getType()).isEqualTo("io.jobrelay.job.state_changed.v1");
        assertThat(event.getSource())
                .isEqualTo(URI.create("jobrelay://local/" + JOB))
                .hasScheme("jobrelay");
        assertThat(event.getSubject()).isEqualTo(JOB);
        assertThat(event.getTime()).isEqualTo(OffsetDateTime.parse("2026-11-22T10:00:00.123Z"));
        assertThat(event.getDataContentType()).isEqualTo("application/json");
        assertThat(event.getDataSchema()).isEqualTo(URI.create("https://jobrelay.io/schema/job-record-v1.json"));
        assertThat(event.getExtension("sequence")).isEqualTo("0000000002");
        assertThat(event.getExtension("partitionkey")).isEqualTo(JOB);
    }

    @Test
    void the_data_is_the_record_and_what_was_before() throws IOException {
        JsonNode data = Json.MAPPER.readTree(changed().bytes()).path("data");

        assertThat(data.path("previousState").asText()).isEqualTo("RUNNING");
        assertThat(data.path("job").path("state").asText()).isEqualTo("FAILED");
        assertThat(data.path("job").path("terminal").asBoolean()).isTrue();
        assertThat(data.path("job").path("message").asText()).isEqualTo("line 1\nline 2 ü");
    }

    @Test
    void what_is_not_known_is_absent() {
        Change first = Change.between(null, JobRecords.of(JOB, JobState.RUNNING), false, false)
                .orElseThrow();

        assertThat(new String(Event.of("e-1", "local", first, TIME).bytes(), UTF_8))
                .doesNotContain("null", "\"\"", "[]", "{}");
    }

    @Test
    void says_what_no_poll_has_seen() {
        Change.Last queued = new Change.Last(JobState.QUEUED, null, "QUEUED", null, 1, 1);
        Change change = Change.between(queued, JobRecords.of(JOB, JobState.SUCCEEDED), false, false)
                .orElseThrow();

        assertThat(new String(Event.of("e-1", "local", change, TIME).bytes(), UTF_8))
                .endsWith("\"previousState\":\"QUEUED\",\"skippedStates\":[\"RUNNING\"]}}");
    }

    @Test
    void a_stale_watch_is_told_with_the_time_of_its_last_good_answer() {
        HealthChange change = new HealthChange(
                new HealthChange.Subject("abc", "acme-job", "acme", Map.of(), Map.of()),
                HealthChange.OK,
                HealthChange.OK,
                true,
                false,
                TIME,
                null);

        assertThat(new String(Event.of("e-2", "local", change, 3, TIME).bytes(), UTF_8))
                .endsWith("\"health\":\"OK\",\"previousHealth\":\"OK\",\"stale\":true,\"unansweredSince\":\"" + TIME
                        + "\"}}");
    }

    @Test
    void an_event_is_one_line() {
        assertThat(new String(changed().bytes(), UTF_8))
                .doesNotContain("\n", "\r")
                .contains("7%C3%BC", "line 2 ü");
    }

    @Test
    void the_cloudevents_library_reads_a_change_of_health() {
        HealthChange change = new HealthChange(
                new HealthChange.Subject("abc", "acme-job", "acme", Map.of("id", List.of("1")), Map.of()),
                HealthChange.OK,
                "TIMEOUT",
                false,
                false,
                null,
                null);

        CloudEvent event = new JsonFormat()
                .deserialize(Event.of("e-2", "local", change, 3, TIME).bytes());

        assertThat(event.getType()).isEqualTo("io.jobrelay.watch.health_changed.v1");
        assertThat(event.getSource()).isEqualTo(URI.create("jobrelay://local/watch/abc"));
        assertThat(event.getDataSchema()).isNull();
        assertThat(event.getExtension("sequence")).isEqualTo("0000000003");
        assertThat(new String(Objects.requireNonNull(event.getData()).toBytes(), UTF_8))
                .isEqualTo("{\"watch\":{\"id\":\"abc\",\"api\":\"acme-job\",\"account\":\"acme\","
                        + "\"parameters\":{\"id\":[\"1\"]}},\"health\":\"OK\",\"previousHealth\":\"TIMEOUT\"}");
    }

    private static Event changed() {
        JobRecord job = JobRecords.of(JOB, JobState.FAILED).numbered(1, 2, null);
        JobRecord told = new JobRecord(
                job.id(),
                job.kind(),
                null,
                null,
                null,
                null,
                Map.of(),
                job.provider(),
                job.state(),
                null,
                "line 1\nline 2 ü",
                null,
                job.attempt(),
                job.sequence(),
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                List.of(),
                null,
                null,
                List.of(),
                null);
        return Event.of("e-1", "local", new Change(told, JobState.RUNNING, null, List.of()), TIME);
    }
}
