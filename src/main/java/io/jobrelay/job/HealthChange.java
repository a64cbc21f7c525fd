package io.jobrelay.job;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A watch whose polls have begun to fail, fail in another way, or are answered again; or that has become stale, which is
 * to say that it has had no good answer for longer than three times its longest pace, or sees again.
 *
 * @param health {@code OK}, {@code REFUSED} or the kind of failure
 * @param previousHealth the health before
 * @param stale true if the watch is stale
 * @param previousStale true if it was stale before
 * @param unansweredSince where it is or was stale: when it had its last good answer, or else was added
 * @param failure what the provider or the network said, or why the watch is refused; null when the health is {@code OK} or no poll has ended
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record HealthChange(
        Subject watch,
        String health,
        String previousHealth,
        @JsonInclude(JsonInclude.Include.NON_DEFAULT) boolean stale,
        @JsonInclude(JsonInclude.Include.NON_DEFAULT) boolean previousStale,
        @Nullable Instant unansweredSince,
        @Nullable Failure failure) {
    public static final String OK = "OK";
    /** The watch is not polled: its API or account is not there, or what it says is wrong. */
    public static final String REFUSED = "REFUSED";

    public HealthChange {
        requireNonNull(watch, "watch is null");
        requireNonNull(health, "health is null");
        requireNonNull(previousHealth, "previousHealth is null");
    }

    /** The watch, as far as a receiver needs it. */
    @JsonInclude(JsonInclude.Include.NON_EMPTY)
    public record Subject(
            String id, String api, String account, Map<String, Object> parameters, Map<String, String> labels) {
        public Subject {
            requireNonNull(id, "id is null");
            parameters = Map.copyOf(parameters);
            labels = Map.copyOf(labels);
        }
    }

    /** Why a poll failed; {@code code} and {@code message} are the provider's, free of secrets. */
    @JsonInclude(JsonInclude.Include.NON_EMPTY)
    public record Failure(
            @Nullable Integer httpStatus,
            @Nullable String code,
            @Nullable String message) {}
}
