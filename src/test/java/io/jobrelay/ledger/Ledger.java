package io.jobrelay.ledger;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNullElse;
import static java.util.stream.Collectors.joining;

import com.fasterxml.jackson.databind.JsonNode;
import io.jobrelay.delivery.AttemptResult;
import io.jobrelay.delivery.Circuit;
import io.jobrelay.job.JobRecord;
import io.jobrelay.job.Json;
import io.jobrelay.settings.Settings.LedgerSettings;
import io.jobrelay.testbed.MovableClock;
import io.jobrelay.watch.Pace;
import io.jobrelay.watch.Watch;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.jdbi.v3.core.Handle;

/** A ledger with a clock that stands still and event ids that count. */
final class Ledger implements AutoCloseable {
    static final Instant START = Instant.parse("2026-11-22T10:00:00Z");

    final MovableClock clock;
    final LedgerDatabase database;
    final Outbox outbox;
    final Leases leases;
    final Watches watches;
    final DueWatches dueWatches;
    final Intake intake;
    final Staleness staleness;
    final Refusals refusals;
    final LedgerClock time;
    final Nodes nodes;
    final Purge purge;
    private final Map<String, Instant> begun = new HashMap<>();

    private Ledger(LedgerSettings settings, MovableClock clock) {
        this.clock = clock;
        AtomicInteger ids = new AtomicInteger();
        String run = Long.toString(System.nanoTime(), 36);
        database = LedgerDatabase.open(settings);
        time = new LedgerClock(database, clock, clock::nanoTime);
        nodes = new Nodes(
                database, time, clock::nanoTime, new Nodes.Self("node", "test"), () -> "node of " + run, false);
        outbox = new Outbox(database, time);
        leases = new Leases(database, nodes.lease());
        leases.look();
        watches = new Watches(database, time);
        dueWatches = new DueWatches(database);
        Announcements announcements = new Announcements("test", clock, () -> run + "-" + ids.incrementAndGet());
        intake = new Intake(database, outbox, announcements, time, () -> 0);
        purge = new Purge(database, time, leases, () -> false);
        staleness = new Staleness(database, announcements, time);
        refusals = new Refusals(database, announcements, time);
    }

    static Ledger open(Path file) {
        return open(new LedgerSettings("jdbc:sqlite:" + file));
    }

    static Ledger open(LedgerSettings settings) {
        return open(settings, new MovableClock(START));
    }

    static Ledger open(LedgerSettings settings, MovableClock clock) {
        return new Ledger(settings, clock);
    }

    static Watch watch(String job) {
        return watch(job, "10s..5m", false);
    }

    static Watch watch(String job, String every, boolean progress) {
        return new Watch("acme-job", "acme", Map.of("id", job), Pace.parse(every), Map.of(), progress, null, false);
    }

    static Watch watch(String job, Duration stuckAfter) {
        return new Watch(
                "acme-job", "acme", Map.of("id", job), Pace.parse("10s..5m"), Map.of(), true, stuckAfter, false);
    }

    static Watch list(String project) {
        return new Watch(
                "acme-jobs", "acme", Map.of("project", project), Pace.parse("10s..5m"), Map.of(), false, null, true);
    }

    /** The watches that are due; their polls begin now. */
    List<DueWatch> due() {
        List<DueWatch> due = leases.of(Shard.Kind.ACCOUNT).stream()
                .flatMap(account -> dueWatches.due(account, Instant.EPOCH, "", time.instant(), 10_000).stream())
                .sorted(DueWatch.ORDER)
                .toList();
        due.forEach(watch -> begun.putIfAbsent(watch.id(), time.instant()));
        return due;
    }

    List<Staleness.StaleWatch> noticeStale() {
        return staleness.notice(leases.of(Shard.Kind.ACCOUNT));
    }

    /** Adds one watch, the only one that is due. */
    DueWatch dueOnly(Watch watch) {
        watches.replace("watches.yaml", List.of(watch));
        return due().get(0);
    }

    /** The provider has answered; what is written behind is written too. */
    CompletableFuture<Intake.Answered> answered(DueWatch due, List<JobRecord> records) {
        Instant begin = requireNonNullElse(begun.remove(due.id()), time.instant());
        return intake.answered(due, records, begin)
                .thenCompose(answered -> answered.next() == null || answered.written()
                        ? CompletableFuture.completedFuture(answered)
                        : dueWatches.note(due.lease(), List.of(answered.next())).thenApply(noted -> answered));
    }

    /** Of each job, or watch, the first delivery that is still to be made, if it is due; the first of these. */
    List<Delivery> pending(String destination, int most) {
        Map<String, Delivery> first = new LinkedHashMap<>();
        History.Place read = History.Place.START;
        Outbox.Page page;
        do {
            page = outbox.pending(destination, leases(destination), read, 1_000);
            page.deliveries()
                    .forEach(delivery -> first.merge(
                            delivery.subject(),
                            delivery,
                            (one, other) -> one.sequence() <= other.sequence() ? one : other));
            read = page.read();
        } while (page.deliveries().size() == 1_000);
        return first.values().stream()
                .filter(delivery -> !delivery.dueAt().isAfter(time.instant()))
                .limit(most)
                .toList();
    }

    List<Lease> leases(String destination) {
        if (destination.equals(Outbox.CHANGES)) {
            return leases.of(Shard.Kind.ACCOUNT);
        }
        Shard shard = Shard.destination(destination);
        leases.want(shard);
        return List.of(leases.of(shard).orElseThrow());
    }

    /** The destination has it, and it goes nowhere else. */
    void delivered(Delivery delivery) {
        outbox.delivered(delivery, Set.of(), null).join();
    }

    /** The attempt failed. */
    void failed(Delivery delivery, AttemptResult result, String error, Duration wait) {
        failed(delivery, result, error, wait, Circuit.NEW);
    }

    void failed(Delivery delivery, AttemptResult result, String error, Duration wait, Circuit circuit) {
        long edits = leases.edits(Shard.destination(delivery.destination()));
        outbox.failed(delivery, result, error, time.instant().plus(wait), new Outbox.CircuitChange(circuit, edits))
                .join();
    }

    /** Takes records in through a watch of a list. */
    void takeIn(JobRecord... records) {
        Watch list = list("all");
        watches.replace("all.yaml", List.of(list));
        clock.advance(Duration.ofMinutes(15));
        DueWatch due = due().stream()
                .filter(watch -> watch.watch().equals(list))
                .findFirst()
                .orElseThrow();
        answered(due, List.of(records)).join();
    }

    /** The first column of a query, as texts. */
    List<String> query(String sql) {
        return database.read(handle -> handle.createQuery(sql)
                .map((row, context) -> String.valueOf(row.getString(1)))
                .list());
    }

    /** Of each event of such changes its sequence and these members, {@code -} for those it does not have. */
    List<String> told(String which, String... members) {
        return database.read(handle -> handle.createQuery(
                        "select sequence, event from change where " + which + " order by subject, sequence")
                .map((row, context) -> row.getLong(1) + " " + members(row.getBytes(2), members))
                .list());
    }

    private static String members(byte[] event, String... members) {
        JsonNode json = Json.read(new String(event, UTF_8), JsonNode.class);
        return Stream.of(members)
                .map(json::at)
                .map(member ->
                        member.isMissingNode() ? "-" : member.isValueNode() ? member.asText() : member.toString())
                .collect(joining(" "));
    }

    @Override
    public void close() {
        database.close();
    }

    /** Writes a change that no poll has brought, for the router and for the destinations. */
    void change(Handle handle, String eventId, String subject, long sequence, String... destinations) {
        handle.execute("insert into lease (shard) values ('account/acme') on conflict do nothing");
        handle.execute(
                "insert into change (account, event_id, subject, sequence, type, event, created_at, event_time)"
                        + " values ('acme', ?, ?, ?, 't', ?, ?, ?)",
                eventId,
                subject,
                sequence,
                eventId.getBytes(UTF_8),
                clock.millis(),
                clock.millis());
        for (String destination : destinations) {
            handle.execute("insert into destination (name) values (?) on conflict do nothing", destination);
            handle.execute("""
                    insert into delivery (destination, change, subject, sequence, status, updated_at)
                    select ?, position, subject, sequence, 'PENDING', ? from change where event_id = ?""", destination, clock.millis(), eventId);
        }
    }
}
