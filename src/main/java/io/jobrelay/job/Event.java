package io.jobrelay.job;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import com.fasterxml.jackson.core.JsonProcessingException;
import java.io.UncheckedIOException;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What receivers get: a <a href="https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/spec.md">CloudEvents 1.0</a>
 * event in its structured JSON form, with the extensions {@code sequence} and {@code partitionkey}. Its bytes are made
 * once, when the change is committed, and are the same on every delivery.
 *
 * @param id unique per change, without dots, since a Standard Webhooks id may hold none
 * @param source the job as an absolute URI, which makes the job the scope of {@code sequence}
 * @param sequence zero-padded to 10, since CloudEvents compares it as text
 */
@JsonPropertyOrder({
    "specversion",
    "id",
    "source",
    "type",
    "subject",
    "time",
    "datacontenttype",
    "dataschema",
    "sequence",
    "partitionkey",
    "data"
})
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Event(
        String specversion,
        String id,
        String source,
        String type,
        String subject,
        Instant time,
        String datacontenttype,
        @Nullable String dataschema,
        String sequence,
        String partitionkey,
        Object data) {
    public static final String JOB_STATE_CHANGED = "io.jobrelay.job.state_changed.v1";
    public static final String WATCH_HEALTH_CHANGED = "io.jobrelay.watch.health_changed.v1";
    /** The {@code $id} of the record's JSON Schema. */
    public static final String RECORD_SCHEMA = "https://jobrelay.io/schema/job-record-v1.json";

    private static final String SEQUENCE_FORMAT = "%010d";

    public Event {
        requireNonNull(id, "id is null");
        requireNonNull(source, "source is null");
        requireNonNull(time, "time is null");
        requireNonNull(data, "data is null");
    }

    /** The event that announces a change of a job, seen by the instance of the given name at the given time. */
    public static Event of(String id, String instance, Change change, Instant time) {
        JobRecord job = change.job();
        long sequence = requireNonNull(job.sequence(), "a change has a sequence");
        return event(id, instance, JOB_STATE_CHANGED, job.id(), sequence, time, RECORD_SCHEMA, change);
    }

    /** The event that announces that a watch is answered again, or no longer, or fails in another way. */
    public static Event of(String id, String instance, HealthChange change, long sequence, Instant time) {
        String subject = "watch/" + change.watch().id();
        return event(id, instance, WATCH_HEALTH_CHANGED, subject, sequence, time, null, change);
    }

    private static Event event(
            String id,
            String instance,
            String type,
            String subject,
            long sequence,
            Instant time,
            @Nullable String schema,
            Object data) {
        return new Event(
                "1.0",
                id,
                "jobrelay://" + instance + "/" + subject,
                type,
                subject,
                time,
                "application/json",
                schema,
                SEQUENCE_FORMAT.formatted(sequence),
                subject,
                data);
    }

    /** The bytes that every destination receives: one line of UTF-8 JSON. */
    public byte[] bytes() {
        try {
            return Json.MAPPER.writeValueAsBytes(this);
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException(e);
        }
    }
}
