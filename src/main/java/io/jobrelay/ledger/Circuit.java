package io.jobrelay.ledger;

import io.jobrelay.delivery.CircuitBreaker;
import io.jobrelay.delivery.DeliveryFailedException.Consequence;
import io.jobrelay.delivery.DeliveryFailure;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/**
 * What may be sent to a destination, as its last deliveries went. Each method is a part of the transaction that claims or
 * settles a delivery, so that no two threads, and no two processes after one another, see it differently.
 */
final class Circuit {
    private final CircuitBreaker breaker;

    Circuit(CircuitBreaker breaker) {
        this.breaker = breaker;
    }

    /** What may be claimed. */
    enum Flow {
        EVERYTHING,
        ONE_PROBE,
        NOTHING
    }

    /**
     * A destination as the ledger has it.
     *
     * @param probeAt null while the circuit is closed
     */
    record State(
            boolean disabled,
            long pausedUntil,
            int failures,
            @Nullable Long failingSince,
            @Nullable Long probeAt) {
        private static final State WELL = new State(false, 0, 0, null, null);

        static State of(Handle handle, String destination) {
            return read(handle, destination, "select * from destination where name = :name");
        }

        /** As it is until the end of the transaction: others who would change it wait. */
        static State locked(Handle handle, String destination) {
            return read(handle, destination, "select * from destination where name = :name <forUpdate>");
        }

        private static State read(Handle handle, String destination, String sql) {
            return handle.createQuery(sql)
                    .bind("name", destination)
                    .map((row, context) -> new State(
                            row.getString("disabled") != null,
                            row.getLong("paused_until"),
                            row.getInt("failures"),
                            Times.millis(row, "failing_since"),
                            Times.millis(row, "probe_at")))
                    .findOne()
                    .orElse(WELL);
        }

        boolean open() {
            return probeAt != null;
        }

        Flow flow(long now) {
            if (disabled || pausedUntil > now || (probeAt != null && probeAt > now)) {
                return Flow.NOTHING;
            }
            return probeAt == null ? Flow.EVERYTHING : Flow.ONE_PROBE;
        }
    }

    /** Nobody has run: lets the first probe go at once, and leaves the time in which nobody tried out of that of the failures. */
    static void resume(Handle handle, long now) {
        handle.execute("update destination set probe_at = ? where probe_at is not null", now);
        handle.createUpdate("""
                        update destination set failing_since = failing_since + (:now - failed_at), failed_at = :now
                        where failing_since is not null and failed_at < :now""").bind("now", now).execute();
    }

    /** A probe is under way: nothing else is sent until it is settled, or given up. */
    static void probing(Handle handle, String destination, long givenUpAt) {
        handle.execute("update destination set probe_at = ? where name = ?", givenUpAt, destination);
    }

    /** The probe did not come to anything: the next one may go at once. */
    static void probeGivenBack(Handle handle, String destination, long now) {
        handle.execute("update destination set probe_at = ? where name = ? and probe_at is not null", now, destination);
    }

    /** The destination is alive: a row of failures ends. True if the circuit was open. */
    static boolean alive(Handle handle, String destination) {
        State before = State.of(handle, destination);
        if (before.failures() > 0 || before.open()) {
            handle.execute("""
                    update destination set failures = 0, failing_since = null, failed_at = null, probe_at = null,
                        error = null
                    where name = ?""", destination);
        }
        return before.open();
    }

    /** As long as there is nothing to deliver, nobody can say that the destination fails. */
    static void nothingToDeliver(Handle handle, String destination) {
        handle.createUpdate("""
                        update destination set failing_since = null, failed_at = null
                        where name = :name and failing_since is not null and not exists (
                            select 1 from delivery where destination = :name and status = 'PENDING')""").bind("name", destination).execute();
    }

    /** The destination could not be reached or does not work. */
    Outbox.Turn unavailable(Handle handle, Delivery delivery, State before, DeliveryFailure failure, long now) {
        Duration rest = longer(breaker.probeEvery(), failure.retryAfter());
        boolean opens = !before.open() && before.failures() + 1 >= breaker.openAfter();
        upsert(handle, delivery.destination(), failure.error());
        handle.createUpdate("""
                        update destination set failures = failures + 1, failed_at = :now,
                            failing_since = coalesce(failing_since, :now),
                            probe_at = case when :probes then :next else probe_at end,
                            paused_until = case when :slow and coalesce(paused_until, 0) < :next then :next else paused_until end
                        where name = :name""")
                .bind("now", now)
                .bind("probes", opens || (before.open() && delivery.probe()))
                .bind("slow", failure.consequence() == Consequence.SLOW_DOWN)
                .bind("next", now + rest.toMillis())
                .bind("name", delivery.destination())
                .execute();
        return tooLong(delivery, before, now)
                .map(since -> disable(
                        handle, delivery.destination(), "nothing got through since " + since + ": " + failure.error()))
                .orElse(opens ? Outbox.Turn.OPENED : Outbox.Turn.NONE);
    }

    /** Since when, if it is time to disable the destination. The router is none: what it cannot route waits for it. */
    private Optional<Instant> tooLong(Delivery delivery, State before, long now) {
        return Optional.ofNullable(before.failingSince())
                .filter(since -> !delivery.destination().equals(Outbox.CHANGES)
                        && now - since >= breaker.disableAfter().toMillis())
                .map(Instant::ofEpochMilli);
    }

    /** The destination can take nothing just now: the circuit opens at once, and its failures are not counted. */
    Outbox.Turn waits(Handle handle, Delivery delivery, State before, DeliveryFailure failure, long now) {
        Duration rest = longer(breaker.probeEvery(), failure.retryAfter());
        upsert(handle, delivery.destination(), failure.error());
        if (!before.open() || delivery.probe()) {
            probing(handle, delivery.destination(), now + rest.toMillis());
        }
        return before.open() ? Outbox.Turn.NONE : Outbox.Turn.OPENED;
    }

    /** Nothing is sent until somebody enables the destination. */
    static Outbox.Turn disable(Handle handle, String destination, String reason) {
        upsert(handle, destination, reason);
        return handle.execute(
                                "update destination set disabled = ? where name = ? and disabled is null",
                                reason,
                                destination)
                        == 1
                ? Outbox.Turn.DISABLED
                : Outbox.Turn.NONE;
    }

    private static void upsert(Handle handle, String destination, String error) {
        handle.execute("""
                insert into destination (name, error) values (?, ?)
                on conflict (name) do update set error = excluded.error""", destination, error);
    }

    Duration probeEvery() {
        return breaker.probeEvery();
    }

    private static Duration longer(Duration one, Duration other) {
        return one.compareTo(other) > 0 ? one : other;
    }
}
