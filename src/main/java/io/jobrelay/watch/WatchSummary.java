package io.jobrelay.watch;

import static java.util.Objects.requireNonNull;

import io.jobrelay.settings.Problem;
import java.nio.IntBuffer;
import java.nio.LongBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/**
 * What a watch file holds, without the watches themselves: some megabytes for a million.
 *
 * @param digest of its bytes
 * @param ids the number of each valid watch, see {@link Watch#number}
 * @param lines on which each of those begins
 * @param problems a problem for every other one, the first of many
 * @param refused how many there are
 * @param readable false if the file could not be read to its end, so that a watch that is not in it may still be meant
 * @param doubles which of the valid watches are duplicates, by their position in the file, and where the first one is
 */
public record WatchSummary(
        String digest,
        LongBuffer ids,
        IntBuffer lines,
        List<Problem> problems,
        int refused,
        boolean readable,
        Map<Integer, String> doubles) {
    private static final int MOST_PROBLEMS = 1_000;

    public WatchSummary {
        requireNonNull(digest, "digest is null");
        problems = List.copyOf(problems);
        doubles = Map.copyOf(doubles);
    }

    /** Of a file that is not there, or not read. */
    public static WatchSummary none(boolean readable, Problem... problems) {
        Builder none = new Builder();
        List.of(problems).forEach(none::add);
        return none.build(readable);
    }

    /** The numbers of the valid watches, in their order. */
    public long[] sortedIds() {
        return LongStream.range(0, ids.limit())
                .map(i -> ids.get((int) i))
                .sorted()
                .toArray();
    }

    /** A watch that is written twice belongs to its first place; the second one is a problem of its file. */
    public static Map<String, WatchSummary> withoutDoubles(Map<String, WatchSummary> files) {
        long[] all = files.values().stream()
                .flatMapToLong(file -> LongStream.range(0, file.ids.limit()).map(i -> file.ids.get((int) i)))
                .sorted()
                .toArray();
        Set<Long> several = new HashSet<>();
        for (int i = 1; i < all.length; i++) {
            if (all[i] == all[i - 1]) {
                several.add(all[i]);
            }
        }
        Map<Long, String> places = new HashMap<>();
        Map<String, WatchSummary> without = new LinkedHashMap<>();
        files.forEach((name, file) -> without.put(name, file.without(name, several, places)));
        return without;
    }

    private WatchSummary without(String name, Set<Long> several, Map<Long, String> places) {
        if (several.isEmpty()) {
            return this;
        }
        Map<Integer, String> found = new TreeMap<>();
        List<Problem> all = new ArrayList<>(problems);
        for (int i = 0; i < ids.limit(); i++) {
            if (several.contains(ids.get(i))) {
                String first = places.putIfAbsent(ids.get(i), name + ":" + lines.get(i));
                if (first != null) {
                    found.put(i, first);
                    if (all.size() < MOST_PROBLEMS) {
                        all.add(new Problem(
                                name, lines.get(i), "the same watch (api, account and parameters) stands in " + first));
                    }
                }
            }
        }
        return new WatchSummary(digest, ids, lines, all, refused + found.size(), readable, found);
    }

    /** Gathers what a file holds. */
    static final class Builder {
        private final LongStream.Builder ids = LongStream.builder();
        private final IntStream.Builder lines = IntStream.builder();
        private final List<Problem> problems = new ArrayList<>();
        private int refused;
        private String digest = "";

        void add(Watch watch, int line) {
            ids.add(Watch.number(watch.id()));
            lines.add(line);
        }

        void add(Problem problem) {
            refused++;
            if (problems.size() < MOST_PROBLEMS) {
                problems.add(problem);
            }
        }

        void digest(String ofBytes) {
            digest = ofBytes;
        }

        WatchSummary build(boolean readable) {
            return new WatchSummary(
                    digest,
                    LongBuffer.wrap(ids.build().toArray()).asReadOnlyBuffer(),
                    IntBuffer.wrap(lines.build().toArray()).asReadOnlyBuffer(),
                    problems,
                    refused,
                    readable,
                    Map.of());
        }
    }
}
