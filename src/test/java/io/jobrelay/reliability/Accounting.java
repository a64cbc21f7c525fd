package io.jobrelay.reliability;

import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.summingInt;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;

/**
 * The oracle: compares what the providers said with what the receivers have, and reads nothing of Jobrelay's own.
 *
 * <p>A state is <em>acknowledged</em>, and may no longer be lost, once Jobrelay has asked the provider for the same thing
 * again while nothing has happened to the process that had it: it only does so after it has taken the answer in. An answer
 * that a kill overtook is not acknowledged; the state that it told of may have passed when Jobrelay asks again. When all is
 * over, and Jobrelay has ended by itself, the last answers count as acknowledged too.
 *
 * <p>A destination may have parts, such as the files of several nodes: {@code file/a}, {@code file/b}. They have everything
 * together; the order is that of each.
 */
final class Accounting {
    /** Who receives what, written down once more: file, queue and webhook as routes/router.camel.yaml has them. */
    static final Map<String, Predicate<Arrival>> ROUTER =
            Map.of("file", arrival -> true, "queue", Arrival::terminal, "webhook", Arrival::bad);

    /** A router that sends everything to everybody. */
    static final Map<String, Predicate<Arrival>> EVERYTHING =
            Map.of("file", arrival -> true, "queue", arrival -> true, "webhook", arrival -> true);

    /** What each of the providers' states must become, written down once more from the design. */
    private static final Map<String, String> STATES = Map.ofEntries(
            Map.entry("RUNNING", "RUNNING"),
            Map.entry("SUCCEEDED", "SUCCEEDED"),
            Map.entry("FAILED", "FAILED"),
            Map.entry("CANCELED", "CANCELLED"),
            Map.entry("QUEUING", "QUEUED"),
            Map.entry("LAUNCHING", "STARTING"),
            Map.entry("UPLOADING", "RUNNING"),
            Map.entry("FINISHED", "SUCCEEDED"),
            Map.entry("STOPPED", "CANCELLED"),
            Map.entry("SUBMIT_FAILED", "FAILED"),
            Map.entry("RUN_FAILED", "FAILED"),
            Map.entry("UPLOAD_FAILED", "FAILED"));

    private static final String UNKNOWN = "UNKNOWN";

    private final List<Answer> answers;
    private final List<Arrival> arrivals;
    private final Map<String, Predicate<Arrival>> router;
    private final Map<Fault, List<String>> faults = new EnumMap<>(Fault.class);

    private Accounting(List<Answer> answers, List<Arrival> arrivals, Map<String, Predicate<Arrival>> router) {
        this.answers = List.copyOf(answers);
        this.arrivals = List.copyOf(arrivals);
        this.router = Map.copyOf(router);
    }

    /**
     * Settles the accounts of a Jobrelay that has ended by itself, everything done.
     *
     * @param answers in the order in which they were given
     * @param arrivals in the order in which each destination received them
     * @param router which of the changes belong to which destination
     */
    static Verdict of(List<Answer> answers, List<Arrival> arrivals, Map<String, Predicate<Arrival>> router) {
        return new Accounting(answers, arrivals, router).verdict();
    }

    private Verdict verdict() {
        judgeEachArrival();
        Map<String, Arrival> announced = new LinkedHashMap<>();
        for (Arrival arrival : whole()) {
            Arrival first = announced.putIfAbsent(arrival.id(), arrival);
            if (first != null && !first.bytes().equals(arrival.bytes())) {
                found(Fault.DIFFERENT_BYTES, arrival);
            }
        }
        judgeNumbers(announced);
        int acknowledged = judgeHistories(announced);
        Map<String, Integer> duplicated = new HashMap<>();
        router.keySet().forEach(destination -> duplicated.put(destination, judgeDestination(destination, announced)));
        return new Verdict(
                acknowledged,
                (int) announced.values().stream().filter(Arrival::ofJob).count(),
                arrivals.stream().collect(groupingBy(Accounting::whole, summingInt(arrival -> 1))),
                duplicated,
                faults);
    }

    private List<Arrival> whole() {
        return arrivals.stream().filter(arrival -> !arrival.id().isEmpty()).toList();
    }

    private void judgeEachArrival() {
        Set<String> requests = new HashSet<>();
        for (Arrival arrival : arrivals) {
            if (arrival.id().isEmpty()) {
                found(Fault.TORN, arrival);
            }
            if (!arrival.genuine()) {
                found(Fault.BAD_SIGNATURE, arrival);
            }
            if (!arrival.signature().isEmpty() && !requests.add(arrival.destination() + arrival.signature())) {
                found(Fault.REPEATED_REQUEST, arrival);
            }
            if (arrival.ofJob() && !arrival.state().equals(STATES.getOrDefault(arrival.providerState(), UNKNOWN))) {
                found(Fault.WRONG_STATE, arrival);
            }
        }
    }

    private void judgeNumbers(Map<String, Arrival> announced) {
        bySubject(announced.values()).forEach((subject, changes) -> {
            long expected = 1;
            int ends = 0;
            for (Arrival change : changes) {
                if (change.sequence() == expected - 1) {
                    found(Fault.SECOND_ID, change);
                } else if (change.sequence() != expected) {
                    found(Fault.GAP, change);
                }
                expected = change.sequence() + 1;
                if (change.terminal() && ++ends > 1) {
                    found(Fault.SECOND_END, change);
                }
            }
        });
    }

    /** The changes of a subject by their numbers. */
    private static Map<String, List<Arrival>> bySubject(Iterable<Arrival> announced) {
        Map<String, List<Arrival>> bySubject = new TreeMap<>();
        announced.forEach(change -> bySubject
                .computeIfAbsent(change.subject(), subject -> new ArrayList<>())
                .add(change));
        bySubject.values().forEach(changes -> changes.sort((a, b) -> Long.compare(a.sequence(), b.sequence())));
        return bySubject;
    }

    /** Each job's announced history lies between what was acknowledged and what was said at all. */
    private int judgeHistories(Map<String, Arrival> announced) {
        Map<String, List<String>> said = new TreeMap<>();
        answers.forEach(answer -> add(said, answer));
        Map<String, List<String>> acknowledged = new TreeMap<>();
        acknowledged().forEach(answer -> add(acknowledged, answer));
        Map<String, List<Arrival>> histories =
                bySubject(announced.values().stream().filter(Arrival::ofJob).toList());
        histories.forEach((subject, changes) -> {
            int at = -1;
            List<String> truth = said.getOrDefault(subject, List.of());
            for (Arrival change : changes) {
                int next = indexAfter(truth, at, change.providerState());
                if (next < 0) {
                    found(Fault.UNEXPECTED, change);
                } else {
                    at = next;
                }
            }
        });
        acknowledged.forEach((subject, states) -> {
            List<String> came = histories.getOrDefault(subject, List.of()).stream()
                    .map(Arrival::providerState)
                    .toList();
            int at = -1;
            for (String state : states) {
                int next = indexAfter(came, at, state);
                if (next < 0) {
                    found(Fault.LOST, "%s of %s, of which came %s".formatted(state, subject, came));
                } else {
                    at = next;
                }
            }
        });
        return acknowledged.values().stream().mapToInt(List::size).sum();
    }

    private static int indexAfter(List<String> states, int at, String state) {
        int index = states.subList(at + 1, states.size()).indexOf(state);
        return index < 0 ? -1 : at + 1 + index;
    }

    private List<Answer> acknowledged() {
        List<Answer> acknowledged = new ArrayList<>();
        Map<String, Answer> open = new LinkedHashMap<>();
        for (Answer answer : answers) {
            Answer before = open.remove(answer.watch());
            if (before != null && answer.undisturbed().contains(before.life())) {
                acknowledged.add(before);
            }
            if (!answer.states().isEmpty()) {
                open.put(answer.watch(), answer);
            }
        }
        acknowledged.addAll(open.values());
        return acknowledged;
    }

    private static void add(Map<String, List<String>> histories, Answer answer) {
        answer.states().forEach((subject, state) -> {
            List<String> history = histories.computeIfAbsent(subject, none -> new ArrayList<>());
            if (history.isEmpty() || !history.get(history.size() - 1).equals(state)) {
                history.add(state);
            }
        });
    }

    /** The destination of which the arrival's may be a part. */
    private static String whole(Arrival arrival) {
        return arrival.destination().replaceFirst("/.*", "");
    }

    /** Returns how many came more than once. */
    private int judgeDestination(String destination, Map<String, Arrival> announced) {
        Predicate<Arrival> belongs = router.getOrDefault(destination, arrival -> false);
        Map<String, Long> last = new HashMap<>();
        Set<String> ids = new HashSet<>();
        int duplicated = 0;
        for (Arrival arrival : whole()) {
            if (!whole(arrival).equals(destination)) {
                continue;
            }
            if (!ids.add(arrival.id())) {
                duplicated++;
                continue;
            }
            if (!belongs.test(arrival)) {
                found(Fault.UNEXPECTED, arrival);
            }
            String order = arrival.destination() + ' ' + arrival.subject();
            if (last.merge(order, arrival.sequence(), Math::max) > arrival.sequence()) {
                found(Fault.OUT_OF_ORDER, arrival);
            }
        }
        announced.values().stream()
                .filter(belongs)
                .filter(change -> !ids.contains(change.id()))
                .forEach(change -> found(Fault.LOST, "on the way to the %s: %s".formatted(destination, line(change))));
        return duplicated;
    }

    private void found(Fault fault, Arrival arrival) {
        found(fault, "%s: %s".formatted(arrival.destination(), line(arrival)));
    }

    private void found(Fault fault, String where) {
        faults.computeIfAbsent(fault, none -> new ArrayList<>()).add(where);
    }

    private static String line(Arrival arrival) {
        return arrival.id().isEmpty()
                ? arrival.bytes()
                : "%s number %d %s (%s)"
                        .formatted(arrival.subject(), arrival.sequence(), arrival.providerState(), arrival.id());
    }
}
