package io.jobrelay.api;

import static java.util.stream.Collectors.toMap;

import io.jobrelay.settings.NearestName;
import io.vertx.core.MultiMap;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** The query of a request. Refuses invalid values, and unknown names too: a misspelt filter would match everything. */
final class Query {
    private static final int LARGEST_PAGE = 1_000;
    private static final int USUAL_PAGE = 100;

    private final MultiMap values;

    /**
     * @param known the names that the resource takes
     */
    Query(MultiMap values, Collection<String> known) {
        this.values = values;
        for (String name : values.names()) {
            if (!known.contains(name)) {
                throw refused(
                        name,
                        "unknown here, which takes %s%s"
                                .formatted(new TreeSet<>(known), NearestName.hint(name, known)));
            }
        }
    }

    /** The value, null if it is absent or empty. */
    @Nullable
    String one(String name) {
        List<String> all = values.getAll(name);
        if (all.size() > 1) {
            throw refused(name, "may be given once, was given %d times".formatted(all.size()));
        }
        return all.isEmpty() || all.get(0).isEmpty() ? null : all.get(0);
    }

    /** All values, whether separated by commas or given one by one. */
    Set<String> several(String name) {
        Set<String> all = new LinkedHashSet<>();
        for (String value : values.getAll(name)) {
            Arrays.stream(value.split(","))
                    .map(String::strip)
                    .filter(part -> !part.isEmpty())
                    .forEach(all::add);
        }
        return all;
    }

    /** As {@link #several(String)}, each one of those that are allowed. */
    Set<String> several(String name, Collection<String> allowed) {
        Set<String> all = several(name);
        for (String value : all) {
            if (!allowed.contains(value)) {
                throw refused(
                        name,
                        "must be of %s, was '%s'%s"
                                .formatted(String.join(", ", allowed), value, NearestName.hint(value, allowed)));
            }
        }
        return all;
    }

    /** Each {@code <key>:<value>}. */
    Map<String, String> pairs(String name) {
        return values.getAll(name).stream()
                .map(pair -> pair.split(":", 2))
                .peek(pair -> {
                    if (pair.length != 2) {
                        throw refused(name, "must be <key>:<value>, was '%s'".formatted(pair[0]));
                    }
                })
                .collect(toMap(pair -> pair[0], pair -> pair[1], (first, second) -> {
                    throw refused(name, "of one key may be given once, was '%s' and '%s'".formatted(first, second));
                }));
    }

    /** The choice that the value names. */
    <T> T choice(String name, Map<String, T> choices, T absent) {
        String value = one(name);
        if (value == null) {
            return absent;
        }
        T choice = choices.get(value);
        if (choice == null) {
            throw refused(
                    name,
                    "must be one of %s, was '%s'".formatted(String.join(", ", new TreeSet<>(choices.keySet())), value));
        }
        return choice;
    }

    int limit() {
        return limit(LARGEST_PAGE);
    }

    /** The number of items on a page, at most the largest. */
    int limit(int largest) {
        String value = one("limit");
        if (value == null) {
            return USUAL_PAGE;
        }
        if (!value.matches("[0-9]{1,4}") || Integer.parseInt(value) < 1 || Integer.parseInt(value) > largest) {
            throw refused("limit", "must be a whole number from 1 to %d, was '%s'".formatted(largest, value));
        }
        return Integer.parseInt(value);
    }

    @Nullable
    Instant time(String name) {
        String value = one(name);
        try {
            return value == null ? null : Instant.parse(value);
        } catch (DateTimeException e) {
            throw refused(name, "must be a time such as 2026-11-22T10:00:00Z, was '%s'".formatted(value));
        }
    }

    static RefusedException refused(String name, String rule) {
        return RefusedException.of(400, name + ": " + rule);
    }
}
