package io.jobrelay.delivery;

import io.jobrelay.logging.FileFailure;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Events in files, one JSON document a line (NDJSON), a file a day: {@code out/changes-{date}.ndjson}; the date is
 * that of UTC. A path without {@code {date}} is one file for ever. Directories are made; files are readable by their
 * owner only.
 *
 * <ul>
 *   <li><b>Durable</b>: an event is on the disk when {@link #append} returns. A force that failed is never made good by a
 *       later one, which may well succeed without having written anything: the event is written again.
 *   <li><b>Whole</b>: a line that could not be written whole is taken back; one that a crash tore is removed when the
 *       file is opened again.
 *   <li><b>Once</b>: an event among the last {@value RecentEvents#MOST} is not written again, across restarts, days and
 *       failures. So a crash between an append and the ledger's mark leaves one line.
 * </ul>
 *
 * <p>Whatever keeps it from writing, a full disk for one, fails the appends of that time and no later ones: each looks for
 * the directory, the lock and the file of the day, and makes what is not there. So it also goes on beside files that
 * were moved away, and in the place of those that were removed.
 *
 * <p>For any number of threads; those that append at the same time share one write and one force. For one process.
 */
public final class EventFile implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(EventFile.class);
    private static final Duration PATIENCE = Duration.ofMillis(500);

    private final DatedPath path;
    private final Clock clock;
    private final RecentEvents recent = new RecentEvents();
    private final Queue<Append> waiting = new ConcurrentLinkedQueue<>();
    private final ReentrantLock turn = new ReentrantLock();

    /** Null where they are to be opened before the next event: at first and after a failure. */
    private @Nullable EventLines lines;

    private @Nullable WriterLock lock;
    /** Once the events that the files have are known; from then on only what is written here becomes known. */
    private boolean recovered;

    private boolean closed;
    /** Why the last append to an open file failed; null if it did not. */
    private volatile @Nullable String trouble;

    private static final class Append {
        private final String eventId;
        private final byte[] event;
        private boolean written;
        private @Nullable IOException failure;

        private Append(String eventId, byte[] event) {
            this.eventId = eventId;
            this.event = event;
        }
    }

    private EventFile(DatedPath path, Clock clock) {
        this.path = path;
        this.clock = clock;
    }

    /**
     * Opens the files of a path such as {@code out/changes-{date}.ndjson}, repairs the newest and makes today's. Where the
     * disk does not let it, that is tried again with the next event.
     *
     * @throws IOException when another writer has them open
     */
    public static EventFile open(Path path, Clock clock) throws IOException {
        Objects.requireNonNull(clock, "clock is null");
        EventFile file = new EventFile(new DatedPath(path.toAbsolutePath()), clock);
        try {
            file.openToday();
        } catch (FileInUseException | RuntimeException failure) {
            file.close();
            throw failure;
        } catch (IOException failure) {
            file.closeAfter(failure);
            LOG.error("{}; events for it wait until it can", file.cannotBeWritten(failure));
        }
        return file;
    }

    /**
     * Appends one event, unless it is there already, and returns when it is on the disk.
     *
     * @param eventId the {@code id} in the event
     * @param event a JSON document in one line
     * @throws IOException when the event is not on the disk, with the path and what is wrong; every line is whole
     */
    public void append(String eventId, byte[] event) throws IOException {
        requireOneLineWithId(eventId, event);
        Append append = new Append(eventId, event);
        waiting.add(append);
        turn.lock();
        try {
            writeAllWaiting();
        } finally {
            turn.unlock();
        }
        if (!append.written) {
            IOException failure = Objects.requireNonNull(append.failure);
            throw new IOException(cannotBeWritten(failure), failure);
        }
    }

    /** Why it cannot be opened now, or the last append failed; empty if all is well. Waits half a second at most. */
    public Optional<String> trouble() {
        try {
            if (!turn.tryLock(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
                return Optional.ofNullable(trouble); // appends are under way
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.empty();
        }
        try {
            openToday();
            return Optional.ofNullable(trouble);
        } catch (IOException failure) {
            closeAfter(failure);
            return Optional.of(cannotBeWritten(failure));
        } finally {
            turn.unlock();
        }
    }

    /** Waits for the appends under way. */
    @Override
    @SuppressWarnings("try") // the lock goes last, and only then is it another's turn
    public void close() throws IOException {
        turn.lock();
        try (WriterLock released = lock) {
            closed = true;
            closeLines();
        } finally {
            turn.unlock();
        }
    }

    /** What one thread takes from the queue here, the threads that wait for their turn need not write. */
    private void writeAllWaiting() {
        List<Append> batch = new ArrayList<>();
        for (Append next = waiting.poll(); next != null; next = waiting.poll()) {
            batch.add(next);
        }
        if (batch.isEmpty()) {
            return;
        }
        try {
            write(batch);
            batch.forEach(append -> append.written = true);
        } catch (IOException failure) {
            closeAfter(failure);
            batch.forEach(append -> append.failure = failure);
        }
    }

    private void write(List<Append> batch) throws IOException {
        EventLines today = openToday();
        Map<String, byte[]> events = new LinkedHashMap<>();
        batch.stream()
                .filter(append -> !recent.contains(append.eventId))
                .forEach(append -> events.putIfAbsent(append.eventId, append.event));
        if (!events.isEmpty()) {
            try {
                today.append(joined(events.values()));
                trouble = null;
            } catch (IOException failure) {
                trouble = cannotBeWritten(failure);
                throw failure;
            }
            events.keySet().forEach(recent::add);
        }
    }

    /** The file of today, opened where it is not open, or is no longer the one in the directory. */
    private EventLines openToday() throws IOException {
        if (closed) {
            throw new IOException("it is closed");
        }
        Path today = path.on(clock.instant());
        @Nullable EventLines open = lines;
        if (open != null && open.isStillAt(today)) {
            return open;
        }
        closeLines();
        takeLock();
        if (!recovered) {
            recover(today);
        }
        EventLines opened = EventLines.open(today);
        lines = opened;
        return opened;
    }

    private void takeLock() throws IOException {
        OwnerOnly.directory(path.directory());
        @Nullable WriterLock held = lock;
        if (held == null || !held.isStillThere()) {
            closeLock();
            lock = WriterLock.take(path);
        }
    }

    /** Repairs the newest files and learns which events they have. */
    private void recover(Path today) throws IOException {
        recent.clear();
        for (Path newest : path.newestFirst(today)) {
            try (EventLines found = EventLines.open(newest)) {
                recent.addOlder(found.lastIds(recent.room()));
            }
            if (recent.room() == 0) {
                break;
            }
        }
        recovered = true;
    }

    private String cannotBeWritten(IOException failure) {
        return path + " cannot be written: " + FileFailure.reason(failure);
    }

    private void closeAfter(IOException failure) {
        try {
            closeLines();
        } catch (IOException e) {
            failure.addSuppressed(e);
        }
    }

    private void closeLines() throws IOException {
        @Nullable EventLines open = lines;
        lines = null;
        if (open != null) {
            open.close();
        }
    }

    private void closeLock() throws IOException {
        @Nullable WriterLock held = lock;
        lock = null;
        if (held != null) {
            held.close();
        }
    }

    private static byte[] joined(Iterable<byte[]> events) {
        ByteArrayOutputStream joined = new ByteArrayOutputStream();
        for (byte[] event : events) {
            joined.writeBytes(event);
            joined.write('\n');
        }
        return joined.toByteArray();
    }

    private static void requireOneLineWithId(String eventId, byte[] event) {
        for (byte octet : event) {
            if (octet == '\n' || octet == '\r') {
                throw new IllegalArgumentException("event " + eventId + " must be one line, had a line break");
            }
        }
        Optional<String> id = EventLines.id(event);
        if (!id.equals(Optional.of(eventId))) {
            throw new IllegalArgumentException("event " + eventId + " must be a JSON object with this id, had "
                    + id.map(other -> "id " + other).orElse("no id"));
        }
    }
}
