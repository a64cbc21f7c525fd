package io.jobrelay.ledger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.jobrelay.job.JobRecords;
import io.jobrelay.job.JobState;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What PostgreSQL does for the statements of every poll and every delivery, by its own count. */
class PostgresqlScansIT {
    private static final int MANY = 20_000;

    @TempDir
    private Path directory;

    /** Small tables aside, all of which is read fastest; and a start, which looks at all watches once. */
    @Test
    void polls_and_deliveries_go_through_no_table() {
        try (Ledger ledger = Ledger.open(Engine.POSTGRESQL.ledger(directory))) {
            fill(ledger);
        }
        try (Ledger ledger = Ledger.open(Engine.POSTGRESQL.ledger(directory))) {
            ledger.query("select pg_stat_reset()::text");
            for (int poll = 0; poll < 3; poll++) {
                poll(ledger);
                deliver(ledger);
                ledger.noticeStale();
                History history = new History(ledger.database);
                history.after(History.Place.START, 10);
                history.completeAfter(History.Place.START);
                new Redelivery(ledger.database).redeliver(Redelivery.Selection.ALL, null);
                ledger.purge.deliveries(ledger.time.instant().plusSeconds(1));
                ledger.clock.advance(Duration.ofMinutes(5));
            }
        }
        try (LedgerDatabase beside = LedgerDatabase.openBeside(Engine.POSTGRESQL.ledger(directory))) {
            await().atMost(Duration.ofSeconds(30))
                    .untilAsserted(() ->
                            assertThat(tables(beside, "idx_scan > 2")).contains("watch", "job", "change", "delivery"));
            assertThat(tables(beside, "seq_scan > 1 and relname in ('watch', 'job', 'change', 'delivery')"))
                    .isEmpty();
            // One that finds rows among many others by a part of what it is asked for reads all of those.
            assertThat(beside.<List<String>>read(handle -> handle.createQuery("""
                                    select indexrelname || ' ' || idx_tup_read from pg_stat_user_indexes
                                    where idx_tup_read > :many and indexrelname <> 'watch_stale_at'""")
                            .bind("many", MANY / 20)
                            .mapTo(String.class)
                            .list()))
                    .isEmpty();
        }
    }

    private static List<String> tables(LedgerDatabase ledger, String which) {
        return ledger.read(handle -> handle.createQuery("select relname from pg_stat_user_tables where " + which)
                .mapTo(String.class)
                .list());
    }

    private static void fill(Ledger ledger) {
        ledger.database.write(handle -> {
            handle.execute("""
                    insert into watch (id, definition, api, account, list, source, state, due_at, stale_at)
                    select 'watch ' || i, '{}', 'acme-job', 'account ' || i % 10, false, 'many.yaml', 'ACTIVE',
                        9e15::bigint, 9e15::bigint from generate_series(1, ?) i""", MANY);
            handle.execute("""
                    insert into job (id, watch_id, api, account, state, terminal, attempt, sequence, changed_at,
                        state_since, stuck, observed_at, name, search)
                    select 'job ' || i, 'watch ' || i, 'acme-job', 'account ' || i % 10, 'RUNNING', false, 1, 1, 0, 0, false, 0,
                        'job ' || i, 'job ' || i from generate_series(1, ?) i""", MANY);
            handle.execute("""
                    insert into change (account, routed, event_id, subject, sequence, type, event, created_at, event_time)
                    select 'account ' || i % 10, true, 'event ' || i, 'job ' || i, 1, 't', 'x', 0, 0 from generate_series(1, ?) i""", MANY);
            return handle.execute("""
                    insert into delivery (destination, change, subject, sequence, status, updated_at)
                    select 'hook', position, subject, sequence,
                        case when position % 10 = 0 then 'PENDING' else 'DELIVERED' end, 9e15::bigint from change""");
        });
        ledger.database.write(handle -> handle.execute("analyze"));
    }

    private static void poll(Ledger ledger) {
        ledger.watches.replace("watches.yaml", List.of(Ledger.watch("a"), Ledger.watch("b")));
        List<DueWatch> due = ledger.due();
        assertThat(due).hasSize(2);
        due.forEach(watch -> ledger.answered(watch, List.of(JobRecords.of(watch.id(), JobState.RUNNING)))
                .join());
    }

    private static void deliver(Ledger ledger) {
        for (Delivery change : ledger.pending(Outbox.CHANGES, 100)) {
            ledger.outbox.delivered(change, Set.of("hook"), null).join();
        }
        List<Delivery> hook = ledger.outbox
                .pending("hook", ledger.leases("hook"), History.Place.START, 10)
                .deliveries();
        assertThat(hook).hasSize(10);
        hook.forEach(ledger::delivered);
    }
}
