package io.jobrelay.settings;

import static java.util.Comparator.comparingInt;

import java.util.Collection;
import java.util.Optional;
import org.apache.commons.text.similarity.LevenshteinDistance;

/** Finds the name that was probably meant. */
public final class NearestName {
    private NearestName() {}

    /** {@code ; did you mean 'x'?} for the nearest of the known names, or nothing if none is near. */
    public static String hint(String name, Collection<String> known) {
        int near = Math.max(2, name.length() / 3);
        LevenshteinDistance distance = LevenshteinDistance.getDefaultInstance();
        Optional<String> nearest = known.stream()
                .filter(candidate -> distance.apply(name, candidate) <= near)
                .min(comparingInt(candidate -> distance.apply(name, candidate)));
        return nearest.map(candidate -> "; did you mean '" + candidate + "'?").orElse("");
    }
}
