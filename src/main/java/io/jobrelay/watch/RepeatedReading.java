package io.jobrelay.watch;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.ObjIntConsumer;

/**
 * Reads watch files repeatedly, and each only if the result may differ: if the file was written, or the APIs or accounts have
 * changed. A file of a million watches takes a minute to read. Not thread-safe.
 */
public final class RepeatedReading {
    private final WatchReader watches;
    private final Clock clock;
    private Map<Path, Reading> last = Map.of();

    /**
     * @param watches what to read them with
     * @param clock that of who writes the files
     */
    public RepeatedReading(WatchReader watches, Clock clock) {
        this.watches = requireNonNull(watches, "watches is null");
        this.clock = requireNonNull(clock, "clock is null");
    }

    private record Reading(Object basis, FileStamp stamp, Instant time, WatchSummary summary) {
        private boolean holds(Object basisNow, FileStamp stampNow) {
            return stamp.settled(time) && stamp.equals(stampNow) && basis.equals(basisNow);
        }
    }

    /** What the files hold, in their order; of one that was not read again, the very object that was given before. */
    public Map<Path, WatchSummary> read(List<Path> files) {
        Map<Path, Reading> readings = new LinkedHashMap<>();
        Map<Path, WatchSummary> summaries = new LinkedHashMap<>();
        // One view for all: what was edited away and put back meanwhile must not be read one way and remembered
        // another.
        WatchReader now = watches.asOfNow();
        for (Path path : files) {
            summaries.put(path, read(path, now, readings));
        }
        last = readings;
        return summaries;
    }

    /** Reads the watches of a file one by one, as {@link WatchFile#read(Path, ObjIntConsumer, BiConsumer, Consumer)} does. */
    public boolean read(Path path, ObjIntConsumer<Watch> good, BiConsumer<Watch, String> refused) {
        return new WatchFile(watches.asOfNow()).read(path, good, refused, problem -> {});
    }

    private WatchSummary read(Path path, WatchReader now, Map<Path, Reading> readings) {
        WatchFile file = new WatchFile(now);
        // Taken before the file is read: what changes meanwhile is seen the next time.
        Object basis = now.basis();
        Instant time = clock.instant();
        try {
            FileStamp stamp = FileStamp.of(path);
            Reading before = last.get(path);
            Reading reading = before != null && before.holds(basis, stamp)
                    ? before
                    : new Reading(basis, stamp, time, file.summary(path));
            readings.put(path, reading);
            return reading.summary();
        } catch (IOException e) {
            return file.summary(path);
        }
    }
}
