package io.jobrelay.reload;

import static java.util.Comparator.comparing;
import static java.util.stream.Collectors.joining;
import static java.util.stream.Collectors.toMap;

import io.jobrelay.reload.FileState.Kind;
import io.jobrelay.reload.FileState.Remark;
import io.jobrelay.reload.FileState.Result;
import io.jobrelay.settings.Problem;
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
public final class Reloads {
    /** How many files that are gone are remembered. */
    private static final int MOST_REMOVED = 100;

    private static final int NAMED = 5;

    private final Clock clock;
    /** As they run. */
    private final Map<String, FileState> running = new TreeMap<>();
    /** As they stand on the disk and do not run. */
    private final Map<String, FileState> refused = new TreeMap<>();

    private long generation = 1;
    private Instant time;

    public Reloads(Clock clock) {
        this.clock = clock;
        this.time = clock.instant();
    }

    /** What Jobrelay was started with. */
    public synchronized void started(Collection<String> files) {
        files.forEach(file -> running.put(file, state(file, Kind.of(file), Result.LOADED, List.of())));
    }

    /** A new generation begins; it is counted before its files are named. */
    public synchronized long begin() {
        time = clock.instant();
        return ++generation;
    }

    /** A file runs as it stands on the disk, but for what is said. */
    public synchronized FileState loaded(String file, List<Problem> waiting) {
        FileState state =
                state(file, Kind.of(file), waiting.isEmpty() ? Result.LOADED : Result.RESTART_NEEDED, waiting);
        running.put(file, state);
        return state;
    }

    /** A file is gone, and what was in it. */
    public synchronized FileState removed(String file) {
        return removed(file, Kind.of(file));
    }

    private FileState removed(String file, Kind kind) {
        FileState state = state(file, kind, Result.REMOVED, List.of());
        running.put(file, state);
        List<FileState> gone = running.values().stream()
                .filter(each -> each.result() == Result.REMOVED)
                .sorted(comparing(FileState::time))
                .toList();
        gone.stream()
                .limit(Math.max(0, gone.size() - MOST_REMOVED))
                .map(FileState::file)
                .forEach(running::remove);
        return state;
    }

    /** From now on these route files, mappings and properties are refused, and no others. */
    public synchronized void refuse(Map<String, List<Problem>> files) {
        refused.values().removeIf(state -> state.kind() != Kind.WATCHES && !files.containsKey(state.file()));
        files.forEach((file, problems) -> refuse(file, Kind.of(file), problems));
    }

    private void refuse(String file, Kind kind, List<Problem> problems) {
        FileState known = running.get(file);
        List<Remark> remarks = problems.stream().map(Remark::of).toList();
        FileState before = refused.get(file);
        if (before != null && before.problems().equals(remarks)) {
            return;
        }
        refused.put(
                file,
                new FileState(
                        file,
                        kind,
                        known == null ? generation : known.generation(),
                        clock.instant(),
                        Result.REFUSED,
                        remarks));
    }

    /** The watch files as they were first read. */
    public synchronized void watchesStarted(
            Map<String, List<Problem>> readable, Map<String, List<Problem>> unreadable) {
        readable.forEach((file, problems) -> running.put(file, state(file, Kind.WATCHES, Result.LOADED, problems)));
        unreadable.forEach((file, problems) -> refuse(file, Kind.WATCHES, problems));
    }

    /** The watches of a file were taken in, but for those that have problems. */
    public synchronized long watchesLoaded(String file, List<Problem> problems) {
        begin();
        refused.remove(file);
        running.put(file, state(file, Kind.WATCHES, Result.LOADED, problems));
        return generation;
    }

    /** A watch file is gone. */
    public synchronized long watchesRemoved(String file) {
        begin();
        refused.remove(file);
        removed(file, Kind.WATCHES);
        return generation;
    }

    /** A watch file cannot be read; its watches go on. */
    public synchronized long watchesRefused(String file, List<Problem> problems) {
        refuse(file, Kind.WATCHES, problems);
        return generation;
    }

    private FileState state(String file, Kind kind, Result result, List<Problem> problems) {
        return new FileState(
                file,
                kind,
                generation,
                clock.instant(),
                result,
                problems.stream().map(Remark::of).toList());
    }

    public synchronized long generation() {
        return generation;
    }

    /** How many files stand on the disk and are refused. */
    public synchronized int refusedFiles() {
        return refused.size();
    }

    /** The files that stand on the disk and do not run, or not wholly. */
    public synchronized List<FileState> pending() {
        return all().filter(FileState::pending).toList();
    }

    /** Names some of the files that are {@link #pending}; empty if there is none. */
    public Optional<String> trouble() {
        List<FileState> pending = pending();
        String named = pending.stream().limit(NAMED).map(Reloads::said).collect(joining("; "));
        int others = pending.size() - NAMED;
        return pending.isEmpty()
                ? Optional.empty()
                : Optional.of("files that do not run as they stand: %d: %s%s"
                        .formatted(pending.size(), named, others > 0 ? "; and " + others + " more" : ""));
    }

    private static String said(FileState state) {
        String why = state.problems().stream().findFirst().map(Remark::toString).orElse("");
        return "%s %s %s".formatted(state.file(), state.result(), why).strip();
    }

    /** Which edition runs. */
    public synchronized ReloadReport report() {
        List<FileState> files = new ArrayList<>(pending());
        boolean pending = !files.isEmpty();
        all().filter(state -> !state.pending()).forEach(files::add);
        return new ReloadReport(
                Path.of("").toAbsolutePath().toString(),
                generation,
                time,
                pending,
                files.subList(0, Math.min(files.size(), ReloadReport.MOST)));
    }

    private Stream<FileState> all() {
        Map<String, FileState> all = new TreeMap<>(running);
        all.putAll(refused);
        return all.values().stream();
    }

    /** The refused files and what is said of each. */
    public synchronized Map<String, List<Remark>> refusals() {
        return refused.values().stream().collect(toMap(FileState::file, FileState::problems));
    }
}
