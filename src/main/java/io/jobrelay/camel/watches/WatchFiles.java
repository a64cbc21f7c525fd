package io.jobrelay.camel.watches;

import io.jobrelay.ledger.SourceReplacement;
import io.jobrelay.ledger.Watches;
import io.jobrelay.settings.Problem;
import io.jobrelay.status.ReloadStatus;
import io.jobrelay.watch.RepeatedReading;
import io.jobrelay.watch.Watch;
import io.jobrelay.watch.WatchGlob;
import io.jobrelay.watch.WatchSummary;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the ledger's watches in step with the watch files. A problem is reported once, with file and line, until the file
 * changes; the valid watches of the file are polled.
 */
public final class WatchFiles {
    private static final Logger LOG = LoggerFactory.getLogger("io.jobrelay.watches");

    /** A file that the ledger has watches of. */
    private static final WatchSummary UNREAD = WatchSummary.none(false);

    private final Supplier<WatchGlob> glob;
    private final RepeatedReading reading;
    private final Watches watches;
    private final ReloadStatus reloads;
    private final Map<String, WatchSummary> known = new HashMap<>();
    private Map<Path, WatchSummary> last = Map.of();
    private List<Path> missing = List.of();
    private volatile List<String> unmatched = List.of();
    private volatile boolean complete;

    public WatchFiles(Supplier<WatchGlob> glob, RepeatedReading reading, Watches watches, ReloadStatus reloads) {
        this.glob = glob;
        this.reading = reading;
        this.watches = watches;
        this.reloads = reloads;
    }

    /** Reads the files that may have changed, and takes their watches in. */
    public synchronized void read() {
        WatchGlob.Found found = glob.get().find();
        if (!found.unmatched().equals(unmatched)) {
            unmatched = found.unmatched();
            unmatched.forEach(warning -> LOG.warn("jobrelay.watches: {}", warning));
        }
        Map<Path, WatchSummary> read = reading.read(found.files());
        if (complete && read.equals(last) && found.missing().equals(missing)) {
            return;
        }
        Map<String, WatchSummary> files = new LinkedHashMap<>();
        read.forEach((path, file) -> files.put(path.toString(), file));
        Map<String, WatchSummary> contents = WatchSummary.withoutDoubles(files);
        if (!complete) {
            watches.sources().forEach(source -> known.put(source, UNREAD));
            known.remove(Watches.FROM_API);
        }
        Set<String> gone = new TreeSet<>(known.keySet());
        gone.removeAll(contents.keySet());
        List<String> kept = gone.stream()
                .filter(source -> !missing.contains(Path.of(source)))
                .toList();
        if (!kept.isEmpty() && !found.missing().isEmpty()) {
            kept.forEach(source -> contents.put(source, known.get(source)));
            found.missing().forEach(directory -> contents.put(directory.toString(), missing(directory.toString())));
            gone.removeAll(contents.keySet());
        }
        gone.forEach(source -> {
            take(source, WatchSummary.none(true));
            if (complete) {
                LOG.info("reload generation={} file={} result=REMOVED", reloads.begin(), source);
                reloads.removed(source);
            }
        });
        contents.forEach((source, content) -> {
            if (!content.equals(known.get(source))) {
                take(source, content);
                report(source, content);
            }
        });
        known.clear();
        known.putAll(contents);
        last = read;
        missing = found.missing();
        complete = true;
    }

    /** A directory that may only be not mounted yet counts as a file that cannot be read: its watches stay. */
    private static WatchSummary missing(String directory) {
        return WatchSummary.none(
                false,
                new Problem(
                        directory,
                        0,
                        "jobrelay.watches: this directory is missing, so that no watch of a file is removed: put it back,"
                                + " or leave it empty to have its watches removed"));
    }

    private void report(String source, WatchSummary content) {
        if (!content.readable()) {
            reloads.refused(source, content.problems());
            if (complete) {
                LOG.error("reload generation={} file={} result=REFUSED", reloads.generation(), source);
            }
            return;
        }
        if (complete) {
            LOG.info("reload generation={} file={} result=LOADED", reloads.begin(), source);
        }
        reloads.loaded(source, content.problems());
    }

    /** A warning for each pattern of watch files that matches none. */
    public List<String> unmatched() {
        return unmatched;
    }

    /** True once the files have been read and taken in. */
    public boolean complete() {
        return complete;
    }

    /** How many watches of the files were refused. */
    public synchronized int refused() {
        return known.values().stream().mapToInt(WatchSummary::refused).sum();
    }

    private void take(String source, WatchSummary content) {
        content.problems().forEach(problem -> LOG.error("{}", problem));
        if (!content.readable()) {
            LOG.error("file={} is not taken in until it is corrected; its watches go on as they were", source);
            return;
        }
        SourceReplacement replacement = watches.replacing(source);
        int[] place = {0};
        long[] valid = content.refused() == 0 ? new long[0] : content.sortedIds();
        boolean empty = content.ids().limit() == 0 && content.refused() == 0;
        boolean whole = empty
                || reading.read(
                        Path.of(source),
                        (watch, line) -> {
                            if (!content.doubles().containsKey(place[0]++)) {
                                replacement.put(watch);
                            }
                        },
                        (watch, cause) -> {
                            if (Arrays.binarySearch(valid, Watch.number(watch.id())) < 0) {
                                replacement.refuse(watch, cause);
                            }
                        });
        if (whole) { // otherwise it has changed meanwhile, and is read again
            LOG.info("watches={} file={} refused={}", replacement.finish(), source, content.refused());
        }
    }
}
