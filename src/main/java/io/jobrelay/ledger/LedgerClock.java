package io.jobrelay.ledger;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.function.LongSupplier;
import org.jdbi.v3.core.Handle;

/**
 * The ledger's own time, by which everything in it waits. It begins with the machine's clock, or where the ledger left off
 * if that is later, and then runs on by a clock that nobody can set. So when the machine's clock is put forward, nothing
 * runs out early, and when it is put back, nothing sleeps for as long.
 *
 * <p>What is said to others, on events and in signatures, is the machine's time.
 */
public final class LedgerClock extends Clock {
    private final LedgerDatabase database;
    private final Clock wall;
    private final LongSupplier nanoTime;
    private final Instant begin;
    private final long beginNanos;

    /**
     * @param wall the machine's clock
     * @param nanoTime a clock that only runs forward, as {@link System#nanoTime()}
     */
    public LedgerClock(LedgerDatabase database, Clock wall, LongSupplier nanoTime) {
        this.database = database;
        this.wall = wall;
        this.nanoTime = nanoTime;
        this.begin = Instant.ofEpochMilli(Math.max(database.read(LedgerClock::livedTo), wall.millis()));
        this.beginNanos = nanoTime.getAsLong();
    }

    @Override
    public Instant instant() {
        return begin.plusNanos(nanoTime.getAsLong() - beginNanos);
    }

    /** A time that the ledger has lived through, and lately if it is running: no later than its own now. */
    static long livedTo(Handle handle) {
        return handle.createQuery("""
                        select coalesce((select max(created_at) from change), 0),
                            coalesce((select lived_to from ledger_time), 0)""")
                .map((row, context) -> Math.max(row.getLong(1), row.getLong(2)))
                .one();
    }

    /** When this process took over. */
    Instant begin() {
        return begin;
    }

    /** By how much the ledger's time is ahead of the machine's; negative once the machine's has been put forward. */
    public Duration ahead() {
        return Duration.between(wall.instant(), instant());
    }

    /** A moment of the ledger's time in the machine's: as long ago by the one as by the other. */
    Instant told(Instant moment) {
        return wall.instant().minus(Duration.between(moment, instant())).truncatedTo(ChronoUnit.MILLIS);
    }

    /** Writes down how far the ledger has lived, for a start after which the machine's clock is behind that. */
    public void note() {
        long now = millis();
        database.write(handle -> handle.execute(
                "insert into ledger_time (id, lived_to) values (1, ?) on conflict (id) do update set lived_to = excluded.lived_to",
                now));
    }

    @Override
    public ZoneId getZone() {
        return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
        throw new UnsupportedOperationException("the ledger's time is in no zone");
    }
}
