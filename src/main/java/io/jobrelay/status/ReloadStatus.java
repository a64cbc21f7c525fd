package io.jobrelay.status;

import static java.util.stream.Collectors.joining;

import io.jobrelay.settings.Problem;
import io.jobrelay.status.FileStatus.Kind;
import io.jobrelay.status.FileStatus.Remark;
import io.jobrelay.status.FileStatus.Result;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Counts the generations, and keeps what became of each file. For any number of threads. */
public final class ReloadStatus {
    private static final int MOST = 1_000;
    private static final int NAMED = 5;

    private final Clock clock;
    /** As they run. */
    private final Map<String, FileStatus> running = new TreeMap<>();
    /** As they stand on the disk and do not run. */
    private final Map<String, FileStatus> refused = new TreeMap<>();

    private long generation = 1;
    private Instant time;

    /**
     * Which config snapshot runs.
     *
     * @param directory the working directory, whose files they are
     * @param generation 1 at the start, and one more for each edit that was taken over
     * @param time when this generation began
     * @param pending true while some file on the disk is not what runs
     * @param files those that are pending first, each part in order of names, at most {@value #MOST}
     */
    public record Report(String directory, long generation, Instant time, boolean pending, List<FileStatus> files) {}

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

    /** A file runs as it stands on the disk, but for properties that wait for the next start, or watches that are wrong. */
    public synchronized void loaded(String file, List<Problem> but) {
        boolean whole = but.isEmpty() || Kind.of(file) == Kind.WATCHES;
        refused.remove(file);
        running.put(file, status(file, generation, whole ? Result.LOADED : Result.RESTART_NEEDED, but));
    }

    /** A file is gone, and what was in it. */
    public synchronized void removed(String file) {
        refused.remove(file);
        running.remove(file);
    }

    /** From now on these route files, mappings and properties are refused, and no others. */
    public synchronized void refuse(Map<String, List<Problem>> files) {
        refused.values().removeIf(status -> status.kind() != Kind.WATCHES);
        files.forEach(this::refused);
    }

    /** A file is refused; what ran before it goes on. */
    public synchronized void refused(String file, List<Problem> problems) {
        FileStatus known = running.get(file);
        refused.put(file, status(file, known == null ? generation : known.generation(), Result.REFUSED, problems));
    }

    private FileStatus status(String file, long generation, Result result, List<Problem> problems) {
        List<Remark> remarks = problems.stream().map(Remark::of).toList();
        return new FileStatus(file, Kind.of(file), generation, clock.instant(), result, remarks);
    }

    public synchronized long generation() {
        return generation;
    }

    /** How many files stand on the disk and are refused. */
    public synchronized int refusedFiles() {
        return refused.size();
    }

    /** The files that stand on the disk and do not run, or not wholly. */
    public List<FileStatus> pending() {
        return all().stream().filter(FileStatus::pending).toList();
    }

    /** Names some of the files that are {@link #pending}; empty if there is none. */
    public Optional<String> trouble() {
        List<FileStatus> pending = pending();
        String named = pending.stream().limit(NAMED).map(FileStatus::toString).collect(joining("; "));
        int others = pending.size() - NAMED;
        return pending.isEmpty()
                ? Optional.empty()
                : Optional.of("files that do not run as they stand: %d: %s%s"
                        .formatted(pending.size(), named, others > 0 ? "; and " + others + " more" : ""));
    }

    public synchronized Report report() {
        List<FileStatus> files = all().stream()
                .sorted(Comparator.comparing(status -> !status.pending()))
                .limit(MOST)
                .toList();
        boolean pending = files.stream().anyMatch(FileStatus::pending);
        return new Report(Path.of("").toAbsolutePath().toString(), generation, time, pending, files);
    }

    private synchronized Collection<FileStatus> all() {
        Map<String, FileStatus> all = new TreeMap<>(running);
        all.putAll(refused);
        return all.values();
    }
}
