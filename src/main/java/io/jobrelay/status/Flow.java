package io.jobrelay.status;

import static java.util.Objects.requireNonNull;

import java.time.Instant;
import java.util.List;

/**
 * What runs at that moment.
 *
 * @param routes those that are loaded, from the watches to the destinations, and by name within a stage; they come and go
 */
public record Flow(Instant time, List<RouteFlow> routes) {
    public Flow {
        requireNonNull(time, "time is null");
        routes = List.copyOf(routes);
    }
}
