package io.jobrelay.status;

import static java.util.Comparator.comparing;
import static java.util.stream.Collectors.joining;
import static java.util.stream.Collectors.toMap;

import io.jobrelay.settings.Problem;
import io.jobrelay.status.FileStatus.Kind;
import io.jobrelay.status.FileStatus.Remark;
import io.jobrelay.status.FileStatus.Result;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;

/** Keeps count of the generations, and what became of each file. For any number of threads. */
public final class ReloadStatus {
    /** How many files that are gone are remembered. */
    private static final int MOST_REMOVED = 100;

    private static final int NAMED = 5;

    private final Clock clock;
    /** As they run. */
    private final Map<String, FileStatus> running = new TreeMap<>();
    /** As they stand on the disk and do not run. */
    private final Map<String, FileStatus> refused = new TreeMap<>();

    private long generation = 1;
    private Instant time;

    public ReloadStatus(Clock clock) {
        this.clock = clock;
        this.time = clock.instant();
    }

    /** What Jobrelay was started with. */
    public synchronized void started(Collection<String> files) {
        files.forEach(file -> loaded(file, List.of()));
    }

    /** A new generation begins; it is counted before its files are named. */
    public synchronized long begin() {
        time = clock.instant();
        return ++generation;
    }

    /**
     * A file runs as it stands on the disk, but for what is said: properties that wait for the next start, watches that are
     * wrong.
     */
    public synchronized void loaded(String file, List<Problem> but) {
        boolean whole = but.isEmpty() || Kind.of(file) == Kind.WATCHES;
        refused.remove(file);
        running.put(file, state(file, generation, whole ? Result.LOADED : Result.RESTART_NEEDED, remarks(but)));
    }

    /** A file is gone, and what was in it. */
    public synchronized void removed(String file) {
        refused.remove(file);
        running.put(file, state(file, generation, Result.REMOVED, List.of()));
        List<FileStatus> gone = running.values().stream()
                .filter(each -> each.result() == Result.REMOVED)
                .sorted(comparing(FileStatus::time))
                .toList();
        gone.stream()
                .limit(Math.max(0, gone.size() - MOST_REMOVED))
                .map(FileStatus::file)
                .forEach(running::remove);
    }

    /** From now on these route files, mappings and properties are refused, and no others. */
    public synchronized void refuse(Map<String, List<Problem>> files) {
        refused.values().removeIf(state -> state.kind() != Kind.WATCHES && !files.containsKey(state.file()));
        files.forEach(this::refused);
    }

    /** A file is refused; what ran before it goes on. */
    public synchronized void refused(String file, List<Problem> problems) {
        FileStatus known = running.get(file);
        List<Remark> remarks = remarks(problems);
        FileStatus before = refused.get(file);
        if (before == null || !before.problems().equals(remarks)) {
            long runs = known == null ? generation : known.generation();
            refused.put(file, state(file, runs, Result.REFUSED, remarks));
        }
    }

    private FileStatus state(String file, long generation, Result result, List<Remark> remarks) {
        return new FileStatus(file, Kind.of(file), generation, clock.instant(), result, remarks);
    }

    private static List<Remark> remarks(List<Problem> problems) {
        return problems.stream().map(Remark::of).toList();
    }

    public synchronized long generation() {
        return generation;
    }

    /** How many files stand on the disk and are refused. */
    public synchronized int refusedFiles() {
        return refused.size();
    }

    /** The files that stand on the disk and do not run, or not wholly. */
    public synchronized List<FileStatus> pending() {
        return all().filter(FileStatus::pending).toList();
    }

    /** Names some of the files that are {@link #pending}; empty if there is none. */
    public Optional<String> trouble() {
        List<FileStatus> pending = pending();
        String named = pending.stream().limit(NAMED).map(ReloadStatus::said).collect(joining("; "));
        int others = pending.size() - NAMED;
        return pending.isEmpty()
                ? Optional.empty()
                : Optional.of("files that do not run as they stand: %d: %s%s"
                        .formatted(pending.size(), named, others > 0 ? "; and " + others + " more" : ""));
    }

    private static String said(FileStatus state) {
        String why = state.problems().stream().findFirst().map(Remark::toString).orElse("");
        return "%s %s %s".formatted(state.file(), state.result(), why).strip();
    }

    /** Which edition runs. */
    public synchronized ReloadReport report() {
        List<FileStatus> files = new ArrayList<>(pending());
        boolean pending = !files.isEmpty();
        all().filter(state -> !state.pending()).forEach(files::add);
        return new ReloadReport(
                Path.of("").toAbsolutePath().toString(),
                generation,
                time,
                pending,
                files.subList(0, Math.min(files.size(), ReloadReport.MOST)));
    }

    private Stream<FileStatus> all() {
        Map<String, FileStatus> all = new TreeMap<>(running);
        all.putAll(refused);
        return all.values().stream();
    }

    /** The refused route files, mappings and properties, and what is said of each. */
    public synchronized Map<String, List<Remark>> refusals() {
        return refused.values().stream()
                .filter(state -> state.kind() != Kind.WATCHES)
                .collect(toMap(FileStatus::file, FileStatus::problems));
    }
}
