package io.jobrelay.ledger;

import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * Some of a list.
 *
 * @param next the place that the next page begins behind, empty where there is none
 */
public record Page<I, P>(List<I> items, Optional<P> next) {
    public Page {
        items = List.copyOf(items);
    }

    /**
     * The first of what was found.
     *
     * @param found more than the limit if there is more
     * @param end the last place that was looked at, empty if that was all
     */
    static <I, P> Page<I, P> of(List<I> found, int limit, Function<I, P> place, Optional<P> end) {
        return found.size() > limit
                ? new Page<>(found.subList(0, limit), Optional.of(place.apply(found.get(limit - 1))))
                : new Page<>(found, end);
    }
}
