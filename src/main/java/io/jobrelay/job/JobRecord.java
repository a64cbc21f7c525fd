package io.jobrelay.job;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A job of any provider at one moment. Its JSON form is published as {@code job-record-v1.schema.json}: camelCase, times
 * in UTC by RFC 3339, and a member that is unknown is absent.
 *
 * <p>A record comes from a provider without {@code sequence}, and with {@code attempt} only where the provider counts them; the
 * ledger numbers it when it takes it in, since only the ledger knows what came before.
 *
 * @param id stable: {@code <api>/<account>/<parts that identify the job, percent-encoded>}
 * @param kind {@code DATASET}, {@code TRAINING}, {@code DATA}, {@code PIPELINE}, {@code INFERENCE}, {@code EVALUATION},
 *     {@code COMPUTE}; open
 * @param reason open UPPER_SNAKE code: why, when the state alone does not say
 * @param providerState the provider's own word, verbatim
 * @param attempt from 1; as the provider counts them, or +1 when a job that had ended runs again
 * @param sequence from 1; +1 per change of this job
 * @param observeTime when Jobrelay saw it
 * @param queuedMillis milliseconds in the queue, only where the provider documents the unit
 * @param runMillis milliseconds of running, only where the provider documents the unit
 * @param spec what was asked for, as the provider gives it
 * @param result what came out, as the provider gives it
 * @param anomalies codes for what does not add up, e.g. {@code END_BEFORE_CREATE}
 * @param raw the provider's own job object, without what its provider file calls confidential
 */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
@JsonPropertyOrder({
    "id",
    "kind",
    "type",
    "mode",
    "name",
    "description",
    "labels",
    "provider",
    "state",
    "terminal",
    "reason",
    "message"
})
@JsonIgnoreProperties(value = "terminal", allowGetters = true)
public record JobRecord(
        String id,
        String kind,
        @Nullable String type,
        @Nullable String mode,
        @Nullable String name,
        @Nullable String description,
        Map<String, String> labels,
        ProviderReference provider,
        JobState state,
        @Nullable String reason,
        @Nullable String message,
        @Nullable String providerState,
        @Nullable Integer attempt,
        @Nullable Long sequence,
        @Nullable Progress progress,
        @Nullable Instant createTime,
        @Nullable Instant startTime,
        @Nullable Instant endTime,
        @Nullable Instant updateTime,
        @Nullable Instant observeTime,
        @Nullable Long queuedMillis,
        @Nullable Long runMillis,
        @Nullable String resource,
        @Nullable JobError error,
        List<String> logs,
        @Nullable JsonNode spec,
        @Nullable JsonNode result,
        List<String> anomalies,
        @Nullable JsonNode raw) {

    /** The anomaly of a job that has been in one state for longer than its watch's {@code stuckAfter}. */
    public static final String STUCK = "STUCK";

    /** The anomaly of a job that left a state which should have been its last. */
    public static final String TERMINAL_STATE_CHANGED = "TERMINAL_STATE_CHANGED";

    public JobRecord {
        requireNonNull(id, "id is null");
        requireNonNull(kind, "kind is null");
        requireNonNull(provider, "provider is null");
        requireNonNull(state, "state is null");
        labels = labels == null ? Map.of() : Map.copyOf(labels);
        logs = logs == null ? List.of() : List.copyOf(logs);
        anomalies = anomalies == null ? List.of() : List.copyOf(anomalies);
    }

    /** True when the job has ended. */
    @JsonProperty("terminal")
    public boolean terminal() {
        return state.terminal();
    }

    /** This record as the given change of its job, with an anomaly added where one is given. */
    JobRecord numbered(int attempt, long sequence, @Nullable String anomaly) {
        List<String> all = new ArrayList<>(anomalies);
        if (anomaly != null) {
            all.add(anomaly);
            Collections.sort(all);
        }
        return new JobRecord(
                id,
                kind,
                type,
                mode,
                name,
                description,
                labels,
                provider,
                state,
                reason,
                message,
                providerState,
                attempt,
                sequence,
                progress,
                createTime,
                startTime,
                endTime,
                updateTime,
                observeTime,
                queuedMillis,
                runMillis,
                resource,
                error,
                logs,
                spec,
                result,
                all,
                raw);
    }
}
