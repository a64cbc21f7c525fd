package io.jobrelay.watch;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.core.JsonProcessingException;
import io.jobrelay.job.Json;
import io.jobrelay.job.ReadableDuration;
import io.jobrelay.signing.Digests;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A job, or a list of jobs, to watch: polled until the job has ended, or for as long as the list is watched.
 *
 * @param api the provider API, which is the name of its route
 * @param account the account to ask with
 * @param parameters of the API, each a text or a list of texts
 * @param pace how often to poll
 * @param labels put on every record
 * @param progress true if progress alone is a change too
 * @param stuckAfter how long a job may be in one state before it counts as stuck; null for any time
 * @param list true if the API answers with any number of jobs
 */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
public record Watch(
        String api,
        String account,
        Map<String, Object> parameters,
        @JsonProperty("every") Pace pace,
        Map<String, String> labels,
        boolean progress,
        @Nullable Duration stuckAfter,
        boolean list) {
    private static final int ID_BYTES = 10;
    private static final int NUMBER_DIGITS = 16;

    public Watch {
        requireNonNull(api, "api is null");
        requireNonNull(account, "account is null");
        parameters = parameters == null ? Map.of() : Map.copyOf(parameters);
        requireNonNull(pace, "pace is null");
        labels = labels == null ? Map.of() : Map.copyOf(labels);
        if (stuckAfter != null && (stuckAfter.isZero() || stuckAfter.isNegative())) {
            throw new IllegalArgumentException("must be above 0, was " + ReadableDuration.format(stuckAfter));
        }
    }

    /** The request that this watch makes, without one of its parameters; labels and pace do not count. */
    Watch without(String parameter) {
        Map<String, Object> rest = new HashMap<>(parameters);
        rest.remove(parameter);
        return new Watch(api, account, rest, pace, Map.of(), false, null, list);
    }

    /** So much of an id as a number holds: enough to tell it from those of millions. */
    public static long number(String id) {
        return Long.parseUnsignedLong(id.substring(0, NUMBER_DIGITS), 16);
    }

    /** Stable: derived from API, account and parameters, so that the same watch in another file is the same watch. */
    public String id() {
        try {
            byte[] identity = Json.MAPPER.writeValueAsBytes(List.of(api, account, parameters));
            return HexFormat.of().formatHex(Digests.sha256(identity), 0, ID_BYTES);
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException(e);
        }
    }
}
