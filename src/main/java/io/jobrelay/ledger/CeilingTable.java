package io.jobrelay.ledger;

import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Map.Entry;

/**
 * The rows of the accounts' ceilings. Each is a generic cell rate algorithm: it holds when the next permit is due, and
 * permits are granted until that is past now and what may be saved up.
 */
final class CeilingTable {
    /** The time up to which permits may be granted. */
    private static final String LIMIT = "(:now + case when excluded.spacing > %1$d then excluded.spacing else %1$d end)"
            .formatted(Spacing.SAVED_NANOS);

    /** A row that is past the limit is of a ceiling that was lower then, or of a clock that was put back. */
    private static final String NEXT =
            "(case when ceiling.next_at < :now then :now when ceiling.next_at > %1$s then %1$s else ceiling.next_at end)"
                    .formatted(LIMIT);

    private static final String THERE = "((%s - %s) / excluded.spacing)".formatted(LIMIT, NEXT);
    private static final String GRANTED =
            "(case when %1$s < excluded.wanted then %1$s else excluded.wanted end)".formatted(THERE);

    private static final String TAKE = """
            insert into ceiling (account, next_at, spacing, wanted, granted) values <asked>
            on conflict (account) do update set next_at = %2$s + %1$s * excluded.spacing, granted = %1$s,
                spacing = excluded.spacing, wanted = excluded.wanted
            returning account, granted, next_at""".formatted(GRANTED, NEXT);

    private final LedgerDatabase database;

    CeilingTable(LedgerDatabase database) {
        this.database = database;
    }

    /**
     * What a node asks for: the row of an account that nobody has asked for before, whose permits are all there. Public, for
     * its methods are looked up by their names.
     *
     * @param now in nanoseconds of the ledger's time
     */
    public record Asked(String account, int wanted, Spacing every, long now) {
        public long spacing() {
            return every.nanos();
        }

        public long granted() {
            return Math.min(wanted, every.savedNanos() / every.nanos());
        }

        public long nextAt() {
            return now + granted() * every.nanos();
        }
    }

    /**
     * What it gets.
     *
     * @param permits how many
     * @param nextAt when the next one is due, in nanoseconds of the ledger's time
     */
    record Granted(int permits, long nextAt) {}

    /**
     * Takes what is there of what is asked for, of all accounts in one statement.
     *
     * @param asked in order of accounts, so that nodes do not wait for each other in a circle
     * @param now in nanoseconds of the ledger's time
     */
    Map<String, Granted> take(Collection<Asked> asked, long now) {
        return database.write(handle -> handle.createQuery(TAKE)
                .bindMethodsList("asked", asked, List.of("account", "nextAt", "spacing", "wanted", "granted"))
                .bind("now", now)
                .map((row, context) -> Map.entry(row.getString(1), new Granted(row.getInt(2), row.getLong(3))))
                .collectToMap(Entry::getKey, Entry::getValue));
    }

    /** The accounts whose ceilings are lowered, or were and nobody has told yet. */
    Map<String, Lowering> lowered() {
        return database.read(handle -> handle.createQuery(
                        "select account, percent, held_until, throttled_at from ceiling where percent < 100")
                .map((row, context) -> Map.entry(
                        row.getString(1),
                        new Lowering(
                                row.getInt(2),
                                Instant.ofEpochMilli(row.getLong(3)),
                                Instant.ofEpochMilli(row.getLong(4)))))
                .collectToMap(Entry::getKey, Entry::getValue));
    }

    /**
     * Puts another lowering in the place of one.
     *
     * @return false if another node has been faster
     */
    boolean replace(String account, Lowering before, Lowering after) {
        return database.write(handle -> handle.createUpdate("""
                        update ceiling set percent = :percent, held_until = :heldUntil, throttled_at = :throttledAt
                        where account = :account and held_until = :heldBefore and throttled_at = :throttledBefore""")
                        .bind("account", account)
                        .bind("percent", after.percent())
                        .bind("heldUntil", after.heldUntil().toEpochMilli())
                        .bind("throttledAt", after.throttledAt().toEpochMilli())
                        .bind("heldBefore", before.heldUntil().toEpochMilli())
                        .bind("throttledBefore", before.throttledAt().toEpochMilli())
                        .execute())
                == 1;
    }
}
