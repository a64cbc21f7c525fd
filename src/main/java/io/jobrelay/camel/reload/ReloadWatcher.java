package io.jobrelay.camel.reload;

import static java.util.stream.Collectors.joining;

import io.jobrelay.camel.config.ConfigSnapshot;
import io.jobrelay.settings.Problem;
import io.jobrelay.settings.PropertyFile;
import io.jobrelay.status.FileStatus.Remark;
import io.jobrelay.status.ReloadStatus;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes edits of {@code routes/} and {@code application.properties} in while Jobrelay runs: those that are good, and those
 * only. On a thread of its own, since a route that replaced itself would wait for itself.
 */
public final class ReloadWatcher implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger("io.jobrelay.reload");
    private static final int MOST_TOLD = 10;
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final Function<ConfigSnapshot, List<Problem>> trial;
    private final Reloader line;
    private final ReloadStatus reloads;
    private final Looks looks;
    private final CountDownLatch stop = new CountDownLatch(1);
    private final Thread thread;
    private ConfigSnapshot lastFound;
    private boolean inTrouble;

    private ReloadWatcher(
            Duration every, Function<ConfigSnapshot, List<Problem>> trial, Reloader line, ReloadStatus reloads) {
        this.trial = trial;
        this.line = line;
        this.reloads = reloads;
        this.lastFound = line.snapshot();
        this.looks = new Looks(lastFound, ConfigSnapshot::read);
        this.thread = new Thread(() -> lookEvery(every), "reload");
        thread.setDaemon(true);
    }

    /**
     * Begins to look.
     *
     * @param trial what is wrong with a snapshot
     */
    public static ReloadWatcher start(
            Duration every, Function<ConfigSnapshot, List<Problem>> trial, Reloader line, ReloadStatus reloads) {
        reloads.started(line.snapshot().files());
        ReloadWatcher editing = new ReloadWatcher(every, trial, line, reloads);
        editing.thread.start();
        return editing;
    }

    private void lookEvery(Duration every) {
        try {
            while (!stop.await(every.toNanos(), TimeUnit.NANOSECONDS)) {
                look();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void look() {
        try {
            // Without them there would be nothing to run: somebody is moving things about.
            if (Files.isDirectory(Path.of("routes"))) {
                looks.look().ifPresent(this::edited);
            }
            inTrouble = false;
        } catch (RuntimeException | OutOfMemoryError e) {
            looks.forget();
            if (!inTrouble) {
                LOG.error("what was edited cannot be looked at, is tried again: {}", e.toString());
            }
            inTrouble = true;
        }
    }

    private void edited(ConfigSnapshot found) {
        ConfigSnapshot before = line.snapshot();
        Judgement.Verdict verdict = Judgement.of(before, found, this::problems);
        Map<String, List<Problem>> refused = new TreeMap<>(verdict.refused());
        Set<String> taken = new TreeSet<>(verdict.taken());
        if (!taken.isEmpty()) {
            try {
                line.change(before.with(found, taken));
            } catch (RuntimeException e) {
                LOG.debug("cannot change over", e);
                taken.forEach(file ->
                        refused.put(file, List.of(new Problem(file, 0, "cannot be run: " + e.getMessage()))));
                taken.clear();
            }
        }
        report(before, found, taken, refused);
        lastFound = found;
    }

    private List<Problem> problems(ConfigSnapshot snapshot) {
        try {
            return trial.apply(snapshot);
        } catch (IllegalStateException e) {
            if (snapshot.properties().equals(line.snapshot().properties())) {
                throw e;
            }
            return List.of(new Problem(ConfigSnapshot.PROPERTIES, 0, String.valueOf(e.getMessage())));
        }
    }

    private void report(
            ConfigSnapshot before, ConfigSnapshot found, Set<String> taken, Map<String, List<Problem>> refused) {
        Map<String, List<Remark>> refusedBefore = reloads.refusals();
        reloads.refuse(refused);
        if (isAnother(before, taken)) {
            reloads.begin();
        }
        taken.forEach(this::tellTaken);
        refused.keySet().stream()
                .filter(file -> found.differences(lastFound).contains(file)
                        || !Objects.equals(refusedBefore.get(file), remarks(file)))
                .forEach(this::tellRefused);
        refusedBefore.keySet().stream()
                .filter(file -> !refused.containsKey(file) && !taken.contains(file))
                .forEach(file -> LOG.info(
                        "reload generation={} file={} result={}: it is again as it runs",
                        reloads.generation(),
                        file,
                        found.files().contains(file) ? "LOADED" : "REMOVED"));
    }

    private List<Remark> remarks(String file) {
        return reloads.refusals().getOrDefault(file, List.of());
    }

    /** False if all that was taken are properties that say what the former said, or what waits for the next start. */
    private boolean isAnother(ConfigSnapshot before, Set<String> taken) {
        return taken.stream()
                .anyMatch(file -> !file.equals(ConfigSnapshot.PROPERTIES)
                        || !line.started()
                                .effective(before.properties())
                                .equals(line.started().effective(line.snapshot().properties())));
    }

    private void tellTaken(String file) {
        if (!line.snapshot().files().contains(file)) {
            reloads.removed(file);
            LOG.info("reload generation={} file={} result=REMOVED", reloads.generation(), file);
            return;
        }
        List<Problem> waiting = file.equals(ConfigSnapshot.PROPERTIES) ? waiting() : List.of();
        reloads.loaded(file, waiting);
        if (waiting.isEmpty()) {
            LOG.info("reload generation={} file={} result=LOADED", reloads.generation(), file);
        } else {
            LOG.warn(
                    "reload generation={} file={} result=RESTART_NEEDED keys={}: these wait for the next start, all else is"
                            + " taken in",
                    reloads.generation(),
                    file,
                    line.started().waiting(line.snapshot().properties()).stream()
                            .collect(joining(",")));
        }
    }

    private List<Problem> waiting() {
        String text = line.snapshot().properties();
        PropertyFile file = PropertyFile.of(ConfigSnapshot.PROPERTIES, text);
        return line.started().waiting(text).stream()
                .map(key -> new Problem(
                        ConfigSnapshot.PROPERTIES,
                        file.line(key),
                        key + ": is taken in at the next start, and is as it was till then"))
                .toList();
    }

    private void tellRefused(String file) {
        List<Remark> remarks = remarks(file);
        remarks.stream()
                .limit(MOST_TOLD)
                .forEach(remark -> LOG.error(
                        "reload generation={} file={} result=REFUSED {}", reloads.generation(), file, remark));
        LOG.error(
                "reload generation={} file={} result=REFUSED problems={}: what ran before goes on untouched; mend the file and"
                        + " it is taken in",
                reloads.generation(),
                file,
                remarks.size());
    }

    /** Waits for an edit that is being taken in. */
    @Override
    public void close() {
        stop.countDown();
        try {
            thread.join(PATIENCE.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
