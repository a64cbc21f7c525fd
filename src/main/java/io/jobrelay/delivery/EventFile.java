package io.jobrelay.delivery;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Clock;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Events in files, one JSON document a line (NDJSON), a file a day: {@code out/changes-{date}.ndjson}; the date is
 * that of UTC. A path without {@code {date}} is one file for ever. Directories are made; files are readable by their
 * owner only.
 *
 * <ul>
 *   <li><b>Durable</b>: an event is on the disk when {@link #append} returns.
 *   <li><b>Whole</b>: a line that could not be written whole is taken back; one that a crash tore is removed when the
 *       file is opened again.
 *   <li><b>Once</b>: an event among the last {@value RecentEvents#MOST} is not written again, across restarts, days and
 *       failures. So a crash between an append and the ledger's mark leaves one line.
 * </ul>
 *
 * <p>For any number of threads; those that append at the same time share one write and one force. For one process.
 */
public final class EventFile implements AutoCloseable {
    private final DatedPath path;
    private final Clock clock;
    private final FileChannel lock;
    private final RecentEvents recent = new RecentEvents();
    private final Queue<Append> waiting = new ConcurrentLinkedQueue<>();
    private final ReentrantLock turn = new ReentrantLock();

    /** Null at first and after a failure: then the files are repaired and read before the next event. */
    private @Nullable EventLines lines;

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

    private EventFile(DatedPath path, Clock clock, FileChannel lock) {
        this.path = path;
        this.clock = clock;
        this.lock = lock;
    }

    /**
     * Opens the files of a path such as {@code out/changes-{date}.ndjson}, repairs the newest and makes today's.
     *
     * @throws IOException when that cannot be done, or another process has them open
     */
    public static EventFile open(Path path, Clock clock) throws IOException {
        Objects.requireNonNull(clock, "clock is null");
        Path absolute = path.toAbsolutePath();
        DatedPath dated = new DatedPath(absolute);
        Files.createDirectories(dated.directory());
        EventFile file = new EventFile(dated, clock, lock(dated, path));
        try {
            file.lines = file.today();
            return file;
        } catch (IOException | RuntimeException failure) {
            file.close();
            throw failure;
        }
    }

    /**
     * Appends one event, unless it is there already, and returns when it is on the disk.
     *
     * @param eventId the {@code id} in the event
     * @param event a JSON document in one line
     * @throws IOException when the event is not in the file; the file is then as it was before
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
            throw new IOException("event " + eventId + " was not written", append.failure);
        }
    }

    /** Waits for the appends under way. */
    @Override
    public void close() throws IOException {
        turn.lock();
        try (lock) {
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
        EventLines today = today();
        lines = today;
        Map<String, byte[]> events = new LinkedHashMap<>();
        batch.stream()
                .filter(append -> !recent.contains(append.eventId))
                .forEach(append -> events.putIfAbsent(append.eventId, append.event));
        if (!events.isEmpty()) {
            today.append(joined(events.values()));
            events.keySet().forEach(recent::add);
        }
    }

    /** The file of today, opened where it is not open, or is no longer the one in the directory. */
    private EventLines today() throws IOException {
        if (!lock.isOpen()) {
            throw new IOException(path + " is closed");
        }
        Path today = path.on(clock.instant());
        @Nullable EventLines open = lines;
        if (open != null && open.isStillAt(today)) {
            return open;
        }
        if (open == null) {
            recover();
        }
        closeLines();
        return EventLines.open(today);
    }

    /** Repairs the newest files and learns which events they have. */
    private void recover() throws IOException {
        recent.clear();
        for (Path newest : path.newestFirst()) {
            try (EventLines found = EventLines.open(newest)) {
                recent.addOlder(found.lastIds(recent.room()));
            }
            if (recent.room() == 0) {
                return;
            }
        }
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

    private static FileChannel lock(DatedPath path, Path shown) throws IOException {
        FileChannel lock = FileChannel.open(path.lock(), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        try {
            if (lock.tryLock() != null) {
                return lock;
            }
        } catch (OverlappingFileLockException heldByThisProcess) {
            // as if by another
        }
        lock.close();
        throw new IOException(shown + ": one writer at a time, was open in another (" + path.lock() + " is locked);"
                + " stop it, or give this destination a path of its own");
    }
}
