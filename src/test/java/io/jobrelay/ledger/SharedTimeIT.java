package io.jobrelay.ledger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.jobrelay.testbed.MovableClock;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The time of nodes whose machines do not agree about it, on one database. */
@Timeout(120)
class SharedTimeIT {
    /** How long a statement may take on a machine that has other things to do. */
    private static final Duration ROUND_TRIP = Duration.ofSeconds(5);

    @TempDir
    private Path directory;

    private LedgerDatabase database;
    private final MovableClock behind = new MovableClock(Instant.now().minus(Duration.ofHours(1)));

    @BeforeEach
    void opens() {
        database = LedgerDatabase.open(Engine.POSTGRESQL.ledger(directory));
    }

    @AfterEach
    void closes() {
        database.close();
    }

    private LedgerClock clock(MovableClock machine) {
        return LedgerClock.of(database, machine, machine::nanoTime);
    }

    private static void assertSame(LedgerClock one, LedgerClock other) {
        assertThat(one.instant()).isCloseTo(other.instant(), within(ROUND_TRIP.toMillis(), ChronoUnit.MILLIS));
    }

    /** Puts the database's clock forward, or back, as far as the ledger can see. */
    private void set(Duration by) {
        database.write(handle -> handle.execute("update ledger_time set ahead = ahead + ?", by.toMillis()));
    }

    @Test
    void nodes_whose_clocks_differ_by_an_hour_have_one_time() {
        MovableClock right = new MovableClock(Instant.now());
        LedgerClock one = clock(right);
        LedgerClock two = clock(behind);

        assertSame(one, two);
        assertThat(two.ahead()).isGreaterThan(Duration.ofMinutes(59));
    }

    @Test
    void a_clock_that_runs_slow_is_put_right() {
        LedgerClock slow = clock(behind);
        Instant before = slow.instant();
        set(Duration.ofSeconds(10));

        slow.follow(true);
        assertThat(slow.instant()).isAfter(before.plusSeconds(9));
    }

    @Test
    void a_clock_that_runs_fast_waits_and_never_goes_back() {
        LedgerClock fast = clock(behind);
        behind.advance(Duration.ofSeconds(12));
        Instant before = fast.instant();

        fast.follow(true);
        assertThat(fast.instant()).isEqualTo(before);
        behind.advance(Duration.ofSeconds(1));
        assertThat(fast.instant()).as("until the others are as far").isEqualTo(before);
        behind.advance(Duration.ofSeconds(20));
        assertThat(fast.instant()).isAfter(before);
    }

    @Test
    void a_database_whose_clock_is_set_moves_no_node() {
        for (Duration by : new Duration[] {Duration.ofHours(-1), Duration.ofHours(1)}) {
            LedgerClock one = clock(behind);
            LedgerClock two = clock(behind);
            Instant before = one.instant();
            set(by);

            one.follow(true);
            two.follow(true);
            one.follow(true);
            assertThat(one.instant()).isCloseTo(before, within(ROUND_TRIP.toMillis(), ChronoUnit.MILLIS));
            assertSame(one, two);
            assertSame(one, clock(behind));
        }
    }

    /** A virtual machine that was suspended: its own clock stood still as well. */
    @Test
    void a_node_that_slept_follows_the_others() {
        LedgerClock slept = clock(behind);
        set(Duration.ofHours(1));
        LedgerClock other = clock(behind);

        slept.follow(false);
        assertSame(slept, other);
    }
}
