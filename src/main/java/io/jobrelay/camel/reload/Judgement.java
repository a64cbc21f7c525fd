package io.jobrelay.camel.reload;

import static java.util.stream.Collectors.groupingBy;

import io.jobrelay.camel.config.ConfigSnapshot;
import io.jobrelay.settings.Problem;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;

/**
 * Which of the changed files are taken in together. The rule, until nothing is left to refuse:
 *
 * <ol>
 *   <li>All changes are tried together. A changed file that has a problem itself is refused: it stays as it runs.
 *   <li>If only files that nobody changed have (new) problems, a change broke them. The changes are left out one at a time;
 *       the first one without which fewer problems remain is refused. If there is none, all are.
 *   <li>Of files that were refused together by the first rule, each is tried once more, without the others: a route beside a
 *       mapping that is broken, say, may be good with the mapping that runs.
 * </ol>
 *
 * So a file that others need is not taken away from them, and files that need each other come in together or not at all.
 */
public final class Judgement {
    private final ConfigSnapshot running;
    private final ConfigSnapshot found;
    private final Function<ConfigSnapshot, List<Problem>> trial;
    private final Set<String> open;
    private final Map<String, List<Problem>> refused = new LinkedHashMap<>();
    private final Set<String> second = new TreeSet<>();
    private Optional<Set<Place>> before = Optional.empty();

    private record Place(String file, int line) {}

    private Judgement(ConfigSnapshot running, ConfigSnapshot found, Function<ConfigSnapshot, List<Problem>> trial) {
        this.running = running;
        this.found = found;
        this.trial = trial;
        this.open = running.differences(found);
    }

    /**
     * What becomes of the changed files.
     *
     * @param taken those that are taken in
     * @param refused the others, and why
     */
    public record Verdict(Set<String> taken, Map<String, List<Problem>> refused) {
        public Verdict {
            taken = new TreeSet<>(taken);
            refused = new LinkedHashMap<>(refused);
        }
    }

    /**
     * Judges an edit.
     *
     * @param trial the problems of a snapshot
     */
    public static Verdict of(
            ConfigSnapshot running, ConfigSnapshot found, Function<ConfigSnapshot, List<Problem>> trial) {
        return new Judgement(running, found, trial).verdict();
    }

    private Verdict verdict() {
        while (!open.isEmpty()) {
            List<Problem> problems = trial.apply(candidate(open));
            Map<String, List<Problem>> own = problems.stream()
                    .filter(problem -> open.contains(problem.file()))
                    .collect(groupingBy(Problem::file));
            if (!own.isEmpty()) {
                refused.putAll(own);
                open.removeAll(own.keySet());
                if (own.size() > 1) {
                    second.addAll(own.keySet());
                }
                continue;
            }
            List<Problem> broken = broken(problems);
            if (broken.isEmpty()) {
                break;
            }
            refuse(culprit(broken), broken);
        }
        second.forEach(this::tryAgain);
        return new Verdict(open, refused);
    }

    private void tryAgain(String file) {
        open.add(file);
        List<Problem> problems = trial.apply(candidate(open));
        List<Problem> own = problems.stream()
                .filter(problem -> open.contains(problem.file()))
                .toList();
        if (own.isEmpty() && broken(problems).isEmpty()) {
            refused.remove(file);
        } else {
            open.remove(file);
        }
    }

    private ConfigSnapshot candidate(Set<String> changes) {
        return running.with(found, changes);
    }

    /** The problems that are not there without the changes. */
    private List<Problem> broken(List<Problem> problems) {
        if (problems.isEmpty()) {
            return problems;
        }
        Set<Place> known = before.orElseGet(() -> places(trial.apply(running)));
        before = Optional.of(known);
        return problems.stream()
                .filter(problem -> !known.contains(new Place(problem.file(), problem.line())))
                .toList();
    }

    private static Set<Place> places(List<Problem> problems) {
        return Set.copyOf(problems.stream()
                .map(problem -> new Place(problem.file(), problem.line()))
                .distinct()
                .toList());
    }

    private Set<String> culprit(List<Problem> broken) {
        if (open.size() > 1) {
            for (String file : open) {
                Set<String> others = new TreeSet<>(open);
                others.remove(file);
                List<Problem> without = broken(trial.apply(candidate(others)).stream()
                        .filter(problem -> !open.contains(problem.file()))
                        .toList());
                if (without.size() < broken.size()) {
                    return Set.of(file);
                }
            }
        }
        return Set.copyOf(open);
    }

    private void refuse(Set<String> files, List<Problem> broken) {
        for (String file : files) {
            refused.put(
                    file,
                    broken.stream()
                            .map(problem -> new Problem(file, 0, "would break " + problem))
                            .toList());
        }
        open.removeAll(files);
    }
}
