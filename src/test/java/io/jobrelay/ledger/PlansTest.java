package io.jobrelay.ledger;

import static java.util.Map.entry;
import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;

import io.jobrelay.delivery.AttemptResult;
import io.jobrelay.delivery.Circuit;
import io.jobrelay.job.JobRecord;
import io.jobrelay.job.JobRecords;
import io.jobrelay.job.JobState;
import io.jobrelay.ledger.Deliveries.Progress;
import io.jobrelay.ledger.Deliveries.Status;
import io.jobrelay.ledger.Redelivery.Selection;
import io.jobrelay.provider.FailureKind;
import io.jobrelay.provider.PollFailure;
import io.jobrelay.provider.ProviderReply;
import java.nio.file.Path;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.jdbi.v3.core.statement.SqlLogger;
import org.jdbi.v3.core.statement.StatementContext;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What SQLite does for the statements that the ledger executes, taken from the ledger at work: with millions of rows, one
 * that goes through all of a table holds everybody up. SQLite plans by the indexes alone, so that a few rows will do.
 */
class PlansTest {
    private static final String HOOK = "hook";
    /** All rows of a table or an index, or behind a row, or of a status; or all that are found, sorted before the first. */
    private static final Pattern LONG = Pattern.compile(
            "SCAN (\\S+).*|SEARCH .* \\((rowid[<>]\\?.*|status=\\?\\))|USE TEMP B-TREE FOR .*(ORDER|GROUP) BY");
    /** What is small: the settings of the destinations, and what a statement has selected itself. */
    private static final Set<String> SMALL = Set.of(
            "CONSTANT",
            "destination",
            "due",
            "job_count",
            "json_each",
            "ledger_time",
            "n",
            "newest",
            "node",
            "wanted",
            "x");

    /** Statements that may take long, by how they begin, and why they may. */
    private static final Map<String, String> FOR_A_REASON = Map.ofEntries(
            entry("select shard, owner, token, wanted_by, edits from lease", "a row for each account and destination"),
            entry("update watch set stale_at = ? + stale_after", "once, at a start, and changes all of them"),
            entry("select distinct source from watch", "once, at a start"),
            entry("select not exists (select 1 from watch w", "ends with the first that has not ended"),
            entry("select w.definition as watch, w.source, w.health", "lists what a person has to wait for"),
            entry("select not exists (select 1 from job j", "once, at the end of a run"),
            entry("select age, position, sequence, type, event from change", "sorts those of a page"),
            entry("select r.record from job_record r", "prints all of them, once, at the end of a run"),
            entry("select count(*) from watch where state = 'ACTIVE' and stale", "its index has only those"),
            entry("select definition, failure, health, health_sequence, stale,", "its index has only those"),
            entry("select count(*) from watch where state = 'REFUSED'", "its index has only those"),
            entry("select id, api, account, failure from watch where state = 'REFUSED'", "so many at most"),
            entry("select c.position from change c where not", "its index has only those, and so many at most"),
            entry("select count(*) from change", "its index has only those that are not routed, or failed"),
            entry("select coalesce((select created_at from change", "looks at the last one"),
            entry("select job, since, state from (", "sorts the changes of a page of jobs"),
            entry("select api, state, sum(jobs) as jobs from job_count", "has a few rows for each account"),
            entry("select id as key, id from job", "looks through so many jobs at most, as the next ones do"),
            entry("select observed_at as key, id from job", "so many at most"),
            entry("select state_since as key, id from job", "so many at most"),
            entry("select name as key, id from job", "so many at most"),
            entry("select state as key, id from job", "so many at most"),
            entry("select account as key, id from job", "so many at most"),
            entry("select found.id, found.key,", "without a filter ends with the page, with one after so many"),
            entry("select health, count(*) as watches from watch", "counts all watches by their narrowest index"),
            entry(
                    "select 0 as age, d.rowid as position from delivery d where true",
                    "looks through so many deliveries at most"),
            entry(
                    "select 0 as age, d.rowid as position, d.destination || '.' || c.event_id as id",
                    "so many at most, or sorts the deliveries of one job"),
            entry("select x.name, x.disabled, x.paused_until", "its index has only those"),
            entry("select x.name from destination x where", "ends with the first that is not routed"),
            entry("select destination, status, count(*) as deliveries from delivery", "once, at the end of a sandbox"));

    @TempDir
    private Path directory;

    private final Set<String> statements = new ConcurrentSkipListSet<>();
    private Ledger ledger;

    @BeforeEach
    void opens() {
        ledger = Ledger.open(directory.resolve("ledger.db"));
        SqlLogger recorder = new SqlLogger() {
            @Override
            public void logAfterExecution(StatementContext context) {
                statements.add(context.getParsedSql().getSql());
            }
        };
        ledger.database.read(handle -> handle.getJdbi().setSqlLogger(recorder));
    }

    @AfterEach
    void closes() {
        ledger.close();
    }

    @Test
    void no_statement_takes_longer_for_what_it_does_not_look_for_but_for_a_reason() {
        liveThroughEverything();

        Map<String, List<String>> slow = new TreeMap<>();
        for (String statement : statements) {
            List<String> steps =
                    plan(statement).stream().filter(PlansTest::takesLong).toList();
            if (!steps.isEmpty()) {
                slow.put(statement.strip().replaceAll("\\s+", " "), steps);
            }
        }
        assertThat(slow.entrySet())
                .filteredOn(statement -> FOR_A_REASON.keySet().stream()
                        .noneMatch(begin -> statement.getKey().startsWith(begin)))
                .isEmpty();
        assertThat(FOR_A_REASON.keySet())
                .as("a reason that nothing needs any more")
                .allMatch(begin -> slow.keySet().stream().anyMatch(statement -> statement.startsWith(begin)));
    }

    @Test
    void no_change_and_no_delivery_pays_for_an_index_that_no_statement_uses() {
        liveThroughEverything();

        String plans = statements.stream()
                .flatMap(statement -> plan(statement).stream())
                .collect(joining("\n"));
        assertThat(ledger.query(
                        "select name from sqlite_master where type = 'index' and tbl_name in ('change', 'delivery', 'job')"
                                + " and sql is not null"))
                .isNotEmpty()
                .allSatisfy(index -> assertThat(plans).contains("INDEX " + index));
    }

    private static boolean takesLong(String step) {
        Matcher slow = LONG.matcher(step);
        return slow.matches() && !SMALL.contains(String.valueOf(slow.group(1)));
    }

    private void liveThroughEverything() {
        new LedgerClock(ledger.database, ledger.clock, () -> 0).note();
        new Nodes(ledger.database, ledger.time, () -> 0, new Nodes.Self("again", "test"), () -> "again");
        poll();
        deliver();
        lookAfterDeliveries();
        assertThat(new JobIndex(ledger.database).counts()).isNotEmpty();
        assertThat(ledger.watches.polls("acme")).isTrue();
        lookThroughLists();
        remove();
        ledger.watches.sources();
        ledger.watches.ended();
        ledger.watches.unfinished();
        ledger.watches.allSucceeded();
        ledger.watches.lastRecords();
        destinations().counts();
        ledger.purge.deliveries(ledger.time.instant().plusSeconds(1));
        ledger.purge.watches(ledger.time.instant().plusSeconds(1));
    }

    private void poll() {
        ledger.watches.replace("watches.yaml", List.of(Ledger.watch("gone")));
        ledger.watches.replace("watches.yaml", List.of(Ledger.watch("a"), Ledger.watch("b"), Ledger.watch("c")));
        List<DueWatch> due = ledger.due();
        assertThat(ledger.dueWatches.due(due.get(0).lease(), List.of(due.get(0).id())))
                .hasSize(1);
        ledger.answered(due.get(0), List.of(JobRecords.of("a", JobState.RUNNING)))
                .join();
        ledger.intake.failed(due.get(1), PollFailure.without(FailureKind.UNAVAILABLE, "no answer"));
        ledger.intake.failed(
                due.get(2), PollFailure.malformed("no JSON", new ProviderReply(200, "text/html", new byte[1])));
        ledger.takeIn(IntStream.range(0, 20)
                .mapToObj(job -> JobRecords.of("job " + job, JobState.RUNNING))
                .toArray(JobRecord[]::new));
        ledger.clock.advance(Duration.ofHours(1));
        assertThat(ledger.noticeStale()).isNotEmpty();
        assertThat(ledger.staleness.report().count()).isPositive();
        refuse();
    }

    private void refuse() {
        SourceReplacement file = ledger.watches.replacing("refused.yaml");
        file.refuse(Ledger.watch("refused"), "why");
        file.finish();
        ledger.watches.add(Ledger.watch("added"));
        ledger.refusals.review((api, account) -> Optional.of("why"));
        ledger.refusals.notice(ledger.leases(Outbox.CHANGES));
        assertThat(ledger.refusals.report().count()).isEqualTo(2);
        ledger.refusals.review((api, account) -> Optional.empty());
        assertThat(ledger.refusals.report().count()).isEqualTo(1);
    }

    private Destinations destinations() {
        return new Destinations(ledger.database, ledger.time);
    }

    private void deliver() {
        Outbox outbox = ledger.outbox;
        for (Delivery change : ledger.pending(Outbox.CHANGES, 100)) {
            outbox.add(HOOK, change.eventId());
            outbox.delivered(change, Set.of(HOOK), null).join();
        }
        Lease hook = ledger.leases(HOOK).get(0);
        Iterator<Delivery> due = ledger.pending(HOOK, 100).iterator();
        assertThat(outbox.pendingOf(HOOK, hook, "job 1", 1, 10)).hasSize(1);
        Lease account = ledger.leases(Outbox.CHANGES).get(0);
        assertThat(outbox.pendingOf(Outbox.CHANGES, account, "job 1", 1, 10)).isEmpty();
        ledger.delivered(due.next());
        for (int dead = 0; dead < 3; dead++) {
            ledger.failed(due.next(), AttemptResult.DEAD, "no", Duration.ZERO);
        }
        Circuit gone = new Circuit("gone", null, 0, null, null, null, "gone");
        ledger.failed(due.next(), AttemptResult.GIVEN_BACK, "gone", Duration.ZERO, gone);
        assertThat(outbox.circuit(HOOK).disabled()).isNotNull();
        assertThat(destinations().owing()).doesNotContain(HOOK);
    }

    private void lookAfterDeliveries() {
        Redelivery deliveries = new Redelivery(ledger.database);
        for (Status status : Status.values()) {
            assertThat(destinations().having(status)).contains(HOOK);
        }
        assertThat(destinations().list()).hasSize(2);
        assertThat(destinations().enable(HOOK)).isTrue();
        String dead = new Deliveries(ledger.database, Set::of)
                .page(new Deliveries.Filter(Set.of(Progress.DEAD), Set.of(), null, null, null), Deliveries.NEWEST, 1)
                .items()
                .get(0)
                .id();
        assertThat(deliveries.redeliver(dead)).isTrue();
        assertThat(deliveries.redeliver(Selection.ALL, null).deliveries()).isPositive();
    }

    private void remove() {
        Removal removal = new Removal(ledger.database);
        for (String destination : List.of(HOOK, Outbox.CHANGES)) {
            removal.count(new Selection(destination, null, null));
            removal.remove(destination + ".nothing", null);
        }
        ledger.takeIn(JobRecords.of("stuck", JobState.RUNNING));
        ledger.failed(ledger.pending(Outbox.CHANGES, 1).get(0), AttemptResult.GIVEN_BACK, "why", Duration.ZERO);
        assertThat(destinations().unrouted()).isEqualTo(1);
        assertThat(new Deliveries(ledger.database, Set::of)
                        .page(
                                new Deliveries.Filter(Set.of(Progress.UNROUTED), Set.of(), null, null, null),
                                Deliveries.NEWEST,
                                10)
                        .items())
                .hasSize(1);
        assertThat(removal.remove(new Selection(Outbox.CHANGES, null, null), "other")
                        .deliveries())
                .isPositive();
        assertThat(removal.remove(new Selection("other", null, null), HOOK).deliveries())
                .isPositive();
        assertThat(removal.remove(new Selection(HOOK, null, null), null).deliveries())
                .isPositive();
    }

    /** As the API does. */
    private void lookThroughLists() {
        JobIndex jobs = new JobIndex(ledger.database, 3);
        assertThat(new History(ledger.database).stages(List.of("job 1"))).hasSize(1);
        JobIndex.Filter all = JobIndex.Filter.NONE;
        JobIndex.Filter some =
                new JobIndex.Filter(Set.of("RUNNING"), Set.of("acme-job"), Set.of("acme"), Map.of("a", "b"), "x", "w");
        for (JobIndex.Member member : JobIndex.Member.values()) {
            for (boolean down : new boolean[] {false, true}) {
                JobIndex.Order order = new JobIndex.Order(member, down);
                Page<JobIndex.Item, JobIndex.Place> page = jobs.page(all, order, null, 2);
                assertThat(jobs.page(all, order, page.next().orElseThrow(), 2).items())
                        .hasSize(2);
                jobs.page(some, order, jobs.page(some, order, null, 2).next().orElse(null), 2);
            }
        }
        String job =
                jobs.page(all, JobIndex.Order.USUAL, null, 1).items().get(0).id();
        assertThat(jobs.find(job)).isPresent();
        assertThat(jobs.states()).isNotEmpty();
        History history = new History(ledger.database);
        history.of(job, 0, 10);
        history.newest();
        history.after(History.Place.START, 10);
        history.completeAfter(History.Place.START);
        WatchIndex watches = new WatchIndex(ledger.database);
        WatchIndex.Item watch = watches.page(new WatchIndex.Filter(Set.of(), Set.of(), Set.of(), true), null, 10)
                .items()
                .get(0);
        watches.page(new WatchIndex.Filter(Set.of("acme-job"), Set.of(), Set.of(), false), null, 10);
        assertThat(watches.find(watch.id())).isPresent();
        watches.jobs(watch.id(), 10);
        UnreadableReplies replies = new UnreadableReplies(ledger.database);
        replies.of(watch.id());
        replies.body(watch.id(), 1);
        watches.stale();
        assertThat(watches.healths()).isNotEmpty();
        Deliveries deliveries = new Deliveries(ledger.database, Set::of);
        for (Set<Progress> statuses :
                List.of(Set.<Progress>of(), Set.of(Progress.DEAD), Set.of(Progress.PENDING, Progress.DEAD))) {
            for (Set<String> destinations : List.of(Set.<String>of(), Set.of(HOOK))) {
                for (@Nullable String subject : new @Nullable String[] {null, job}) {
                    deliveries.page(
                            new Deliveries.Filter(statuses, destinations, subject, null, null), Deliveries.NEWEST, 10);
                }
            }
        }
    }

    private List<String> plan(String statement) {
        return ledger.database.read(handle -> {
            try (PreparedStatement explain =
                            handle.getConnection().prepareStatement("explain query plan " + statement);
                    ResultSet rows = explain.executeQuery()) {
                List<String> steps = new ArrayList<>();
                while (rows.next()) {
                    steps.add(rows.getString("detail"));
                }
                return steps;
            } catch (SQLException e) {
                throw new IllegalStateException(statement, e);
            }
        });
    }
}
