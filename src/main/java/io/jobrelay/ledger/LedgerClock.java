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
 * if that is later, and then runs on by a clock that cannot be set. So when the machine's clock is put forward, nothing
 * runs out early, and when it is put back, nothing sleeps for as long.
 *
 * <p>Where many nodes share a database its clock is the one that counts, the same for all of them, and each node follows
 * it: see {@link #follow}.
 *
 * <p>Events and signatures carry the machine's time.
 */
public final class LedgerClock extends Clock {
    /** More than a node can sleep without being taken over, and so missed. */
    private static final long SET_MILLIS = 15_000;

    private final LedgerDatabase database;
    private final Clock wall;
    private final LongSupplier nanoTime;
    private final boolean follows;
    private final Instant begin;
    private volatile Course course;

    /** A moment that is read off the machine's clock, or the database's, and the time that it does not go back behind. */
    private record Course(Instant from, long nanos, Instant reached) {}

    /**
     * The ledger's time, as from now on.
     *
     * @param wall the machine's clock
     * @param nanoTime a clock that only runs forward, as {@link System#nanoTime()}
     */
    public static LedgerClock of(LedgerDatabase database, Clock wall, LongSupplier nanoTime) {
        return new LedgerClock(database, wall, nanoTime, database.shared());
    }

    /** One that begins with the machine's clock, wherever the ledger is. */
    LedgerClock(LedgerDatabase database, Clock wall, LongSupplier nanoTime) {
        this(database, wall, nanoTime, false);
    }

    private LedgerClock(LedgerDatabase database, Clock wall, LongSupplier nanoTime, boolean follows) {
        this.database = database;
        this.wall = wall;
        this.nanoTime = nanoTime;
        this.follows = follows;
        long now = follows ? database.read(LedgerClock::shared).millis() : wall.millis();
        this.begin = Instant.ofEpochMilli(Math.max(database.read(LedgerClock::livedTo), now));
        this.course = new Course(begin, nanoTime.getAsLong(), begin);
    }

    @Override
    public Instant instant() {
        Course now = course;
        Instant reads = now.from.plusNanos(nanoTime.getAsLong() - now.nanos);
        return reads.isBefore(now.reached) ? now.reached : reads;
    }

    /** What a clock says that is ahead of another by so much. */
    private record Reading(long millis, long ahead) {}

    private static Reading shared(Handle handle) {
        return handle.createQuery("""
                        select cast(extract(epoch from clock_timestamp()) * 1000 as bigint) + ahead, ahead
                        from ledger_time where id = 1""")
                .map((row, context) -> new Reading(row.getLong(1), row.getLong(2)))
                .one();
    }

    /**
     * Adjusts this clock to that of a database that nodes share. It stands still for a moment where it was ahead; it never goes
     * back. If the difference is large, the database's clock was set, and the ledger's time runs on as before, for every node.
     *
     * @param heard true if this node's heartbeats never stopped: otherwise it may have slept, and its own clock with it
     */
    void follow(boolean heard) {
        if (!follows) {
            return;
        }
        long before = nanoTime.getAsLong();
        Reading reading = database.read(LedgerClock::shared);
        long after = nanoTime.getAsLong();
        Instant reached = instant();
        long millis = reading.millis;
        long ahead = reached.toEpochMilli() - millis;
        if (ahead > SET_MILLIS || (heard && ahead < -SET_MILLIS)) {
            // The first node that notices corrects it for all.
            database.writeApart(handle -> handle.execute(
                    "update ledger_time set ahead = ahead + ? where id = 1 and ahead = ?", ahead, reading.ahead));
            return;
        }
        course = new Course(Instant.ofEpochMilli(millis), before + (after - before) / 2, reached);
    }

    /** A time that the ledger has reached, and lately if it is running: no later than its own now. */
    static long livedTo(Handle handle) {
        return handle.createQuery("""
                        select coalesce((select created_at from change order by age desc, position desc limit 1), 0),
                            coalesce((select lived_to from ledger_time), 0)""")
                .map((row, context) -> Math.max(row.getLong(1), row.getLong(2)))
                .one();
    }

    /** When this process took over. */
    public Instant begin() {
        return begin;
    }

    /** By how much the ledger's time is ahead of the machine's; negative once the machine's has been put forward. */
    public Duration ahead() {
        return Duration.between(wall.instant(), instant());
    }

    /** A moment of the ledger's time in the machine's: as long ago by the one as by the other. */
    Instant inMachineTime(Instant moment) {
        return wall.instant().minus(Duration.between(moment, instant())).truncatedTo(ChronoUnit.MILLIS);
    }

    /** Writes down which time the ledger has reached, in case the machine's clock is behind that at the next start. */
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
