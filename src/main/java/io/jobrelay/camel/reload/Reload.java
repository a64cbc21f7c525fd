package io.jobrelay.camel.reload;

import static java.util.function.Function.identity;
import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.toMap;

import io.jobrelay.camel.config.ConfigSnapshot;
import io.jobrelay.camel.validation.DryRun;
import io.jobrelay.settings.Problem;
import io.jobrelay.settings.PropertyFile;
import io.jobrelay.status.ReloadStatus;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BiFunction;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tries edits of {@code routes/} and {@code application.properties} out in a dry run and over the seeds, and takes all of them
 * over, or none: a snapshot with a problem is refused as a whole, and what ran before goes on untouched.
 */
public final class Reload {
    private static final Logger LOG = LoggerFactory.getLogger("io.jobrelay.reload");
    private static final int MOST_LOGGED = 20;

    private final RunningContext running;
    private final ReloadStatus status;
    private final BiFunction<ConfigSnapshot, Set<String>, DryRun.Result> dryRun;

    /**
     * @param dryRun tries a snapshot, of which these files have changed
     */
    public Reload(
            RunningContext running,
            ReloadStatus status,
            BiFunction<ConfigSnapshot, Set<String>, DryRun.Result> dryRun) {
        this.running = running;
        this.status = status;
        this.dryRun = dryRun;
        status.started(running.source().snapshot().files());
    }

    ConfigSnapshot running() {
        return running.source().snapshot();
    }

    void tryOut(ConfigSnapshot found) {
        Set<String> changed = running().differences(found);
        if (changed.isEmpty()) {
            if (status.refusedFiles() > 0) {
                status.refuse(Map.of());
                LOG.info("reload generation={} result=LOADED: the files are again as they run", status.generation());
            }
            return;
        }
        DryRun.Result tried = dryRun.apply(found, changed);
        List<Problem> problems = new ArrayList<>(tried.problems());
        if (problems.stream().anyMatch(problem -> !changed.contains(problem.file()))) {
            // What was wrong before is no fault of the edit.
            Set<Problem> before = Set.copyOf(dryRun.apply(running(), changed).problems());
            problems.removeIf(problem -> !changed.contains(problem.file()) && before.contains(problem));
        }
        if (!problems.isEmpty()) {
            refuse(blamed(changed, problems));
            return;
        }
        try {
            running.replace(found, tried.reads());
        } catch (RuntimeException e) {
            LOG.debug("cannot be taken over", e);
            refuse(changed.stream()
                    .map(file -> new Problem(file, 0, "cannot be run: " + e.getMessage()))
                    .collect(groupingBy(Problem::file)));
            return;
        }
        status.refuse(Map.of());
        status.begin();
        changed.forEach(file -> takenOver(file, found));
    }

    private void takenOver(String file, ConfigSnapshot found) {
        if (!found.files().contains(file)) {
            status.removed(file);
            LOG.info("reload generation={} file={} result=REMOVED", status.generation(), file);
            return;
        }
        List<Problem> waiting = file.equals(ConfigSnapshot.PROPERTIES) ? waiting(found) : List.of();
        status.loaded(file, waiting);
        if (waiting.isEmpty()) {
            LOG.info("reload generation={} file={} result=LOADED", status.generation(), file);
        } else {
            LOG.warn(
                    "reload generation={} file={} result=RESTART_NEEDED keys={}: these wait for the next start, all else is"
                            + " taken over",
                    status.generation(),
                    file,
                    String.join(",", running.source().waiting(found)));
        }
    }

    private List<Problem> waiting(ConfigSnapshot found) {
        PropertyFile file = PropertyFile.of(ConfigSnapshot.PROPERTIES, found.properties());
        return running.source().waiting(found).stream()
                .map(key -> file.problem(key, "takes effect at the next start"))
                .toList();
    }

    /** What is wrong with each changed file, or else what is wrong elsewhere and keeps it from being taken over. */
    private static Map<String, List<Problem>> blamed(Set<String> changed, List<Problem> problems) {
        Map<String, List<Problem>> own = problems.stream().collect(groupingBy(Problem::file));
        String why = changed.stream().anyMatch(own::containsKey) ? "waits for " : "would break ";
        String others = problems.size() == 1 ? "" : " (and %d more)".formatted(problems.size() - 1);
        return changed.stream()
                .collect(toMap(
                        identity(),
                        file -> own.getOrDefault(file, List.of(new Problem(file, 0, why + problems.get(0) + others)))));
    }

    private void refuse(Map<String, List<Problem>> files) {
        status.refuse(files);
        new TreeMap<>(files)
                .values().stream()
                        .flatMap(List::stream)
                        .limit(MOST_LOGGED)
                        .forEach(problem ->
                                LOG.error("reload generation={} result=REFUSED {}", status.generation(), problem));
        LOG.error(
                "reload generation={} result=REFUSED files={}: what ran before goes on untouched; correct these, and all are"
                        + " taken over together",
                status.generation(),
                files.size());
    }
}
