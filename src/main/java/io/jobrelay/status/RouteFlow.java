package io.jobrelay.status;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A route and what has gone through it since it was loaded.
 *
 * @param description what it is for, null where its file does not say
 * @param file where it stands, null where that is no file
 * @param state as Camel names it: {@code Started}, {@code Stopped}, ...
 * @param from the endpoint that it takes messages from, without parameters
 * @param to the endpoints that it may send messages to, likewise; with expressions in them where each message decides
 * @param exchanges messages that went through, those that failed among them
 * @param failed those whose failure the route did not handle itself
 * @param inflight messages that are in it
 * @param waiting what the outbox holds that the route reads, and is not settled; null where it reads none
 * @param oldestWaitingTime time of the change that has waited there longest, null where none waits
 * @param lastExchangeTime when the last message was through, null before the first
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record RouteFlow(
        String id,
        @Nullable String description,
        @Nullable String file,
        Stage stage,
        String state,
        String from,
        List<String> to,
        long exchanges,
        long failed,
        long inflight,
        @Nullable Long waiting,
        @Nullable Instant oldestWaitingTime,
        @Nullable Instant lastExchangeTime,
        @Nullable Instant lastFailureTime) {
    public RouteFlow {
        requireNonNull(id, "id is null");
        requireNonNull(stage, "stage is null");
        requireNonNull(state, "state is null");
        requireNonNull(from, "from is null");
        to = List.copyOf(to);
    }

    /** What a route does, in the order of the flow. */
    public enum Stage {
        /** Hands watches that are due to providers' routes. */
        WATCH,
        /** Asks a provider API. */
        PROVIDER,
        /** A part of other routes, such as the signing of a request. */
        PART,
        /** Gives each change to destinations. */
        ROUTER,
        /** Delivers to one destination. */
        DESTINATION
    }
}
