package io.jobrelay.reliability;

import static java.util.stream.Collectors.joining;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;

/**
 * What an {@link Accounting} found, in the terms of Jepsen's total-queue where it has them.
 *
 * @param acknowledged states of jobs that Jobrelay had taken in
 * @param announced changes of jobs that came out anywhere, each counted once
 * @param arrived deliveries, by destination
 * @param duplicated deliveries beyond the first of a change to a destination, same id and same bytes; by destination
 * @param faults what is wrong, each with a line that says where
 */
record Verdict(
        int acknowledged,
        int announced,
        Map<String, Integer> arrived,
        Map<String, Integer> duplicated,
        Map<Fault, List<String>> faults) {
    Verdict {
        arrived = new TreeMap<>(arrived);
        duplicated = new TreeMap<>(duplicated);
        faults = new TreeMap<>(faults);
    }

    /** The same where that is none. */
    Verdict without(Fault none) {
        Map<Fault, List<String>> others = new TreeMap<>(faults);
        others.remove(none);
        return new Verdict(acknowledged, announced, arrived, duplicated, others);
    }

    /** The same without those of that kind which are excused. */
    Verdict without(Fault some, Predicate<String> excused) {
        Map<Fault, List<String>> others = new TreeMap<>(faults);
        others.computeIfPresent(some, (fault, found) -> {
            List<String> left = found.stream().filter(excused.negate()).toList();
            return left.isEmpty() ? null : left;
        });
        return new Verdict(acknowledged, announced, arrived, duplicated, others);
    }

    boolean clean() {
        return faults.isEmpty();
    }

    @Override
    public String toString() {
        String counts =
                "acknowledged=%d announced=%d arrived=%s duplicated with the same id=%s lost=%d unexpected=%d faults=%d"
                        .formatted(
                                acknowledged,
                                announced,
                                arrived,
                                duplicated,
                                count(Fault.LOST),
                                count(Fault.UNEXPECTED),
                                faults.values().stream().mapToInt(List::size).sum());
        return faults.entrySet().stream()
                .map(entry -> "\n  %s %d, such as %s"
                        .formatted(
                                entry.getKey(),
                                entry.getValue().size(),
                                entry.getValue().stream().limit(3).toList()))
                .collect(joining("", counts, ""));
    }

    private int count(Fault fault) {
        return faults.getOrDefault(fault, List.of()).size();
    }
}
