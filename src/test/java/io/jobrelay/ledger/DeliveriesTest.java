package io.jobrelay.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import io.jobrelay.delivery.AttemptResult;
import io.jobrelay.ledger.Deliveries.Progress;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@Timeout(60)
@OnBothEngines
class DeliveriesTest {
    private static final String HOOK = "hook";
    private static final String OTHER = "other";
    private static final int CHANGES = 40;

    @Parameter
    Engine engine;

    @TempDir
    private static Path directory;

    @SuppressWarnings("NullAway.Init") // opened before each run of the class
    private static Ledger ledger;

    @BeforeParameterizedClassInvocation
    static void opens(Engine engine) {
        ledger = Ledger.open(engine.ledger(directory));
        for (int i = 0; i < CHANGES; i++) {
            change("job " + i % 4, i);
            ledger.clock.advance(Duration.ofMinutes(1));
        }
        // Of those for the hook one is dead and one delivered; of the others all are delivered.
        ledger.failed(ledger.pending(HOOK, 1).get(0), AttemptResult.DEAD, "no", Duration.ZERO);
        ledger.delivered(ledger.pending(HOOK, 1).get(0));
        for (List<Delivery> due = ledger.pending(OTHER, 10); !due.isEmpty(); due = ledger.pending(OTHER, 10)) {
            due.forEach(ledger::delivered);
        }
    }

    @AfterParameterizedClassInvocation
    static void closes() {
        ledger.close();
    }

    static Stream<Deliveries.Filter> filters() {
        List<Deliveries.Filter> filters = new ArrayList<>();
        for (Set<Progress> statuses : List.of(
                Set.<Progress>of(),
                Set.of(Progress.DEAD),
                Set.of(Progress.DEAD, Progress.PENDING),
                Set.of(Progress.DELIVERED))) {
            for (Set<String> destinations : List.of(Set.<String>of(), Set.of(HOOK), Set.of(HOOK, OTHER, "nobody"))) {
                for (@Nullable String subject : new @Nullable String[] {null, "job 0"}) {
                    for (@Nullable Instant until : new @Nullable Instant[] {null, Ledger.START.plusSeconds(500)}) {
                        filters.add(new Deliveries.Filter(statuses, destinations, subject, null, until));
                    }
                }
            }
        }
        return filters.stream();
    }

    /** However little a page may look through, all pages together hold what the table holds. */
    @ParameterizedTest
    @MethodSource("filters")
    void pages_hold_every_delivery_once_the_last_first(Deliveries.Filter filter) {
        List<String> all = ledger.query("""
                select d.destination || '.' || c.event_id from delivery d join change c on c.position = d.change
                where true%s%s%s%s order by d.rowid desc""".formatted(
                        in("d.status", filter.statuses()),
                        in("d.destination", filter.destinations()),
                        filter.subject() == null ? "" : in("d.subject", Set.of(filter.subject())),
                        filter.until() == null
                                ? ""
                                : " and c.event_time < " + filter.until().toEpochMilli()));
        for (int lookedThrough : new int[] {3, 100_000}) {
            assertThat(ids(new Deliveries(ledger.database, Set::of, lookedThrough), filter, 7))
                    .isEqualTo(all);
        }
    }

    @Test
    void a_page_looks_through_no_more_than_it_may() {
        Deliveries index = new Deliveries(ledger.database, Set::of, 10);
        Deliveries.Filter delivered = new Deliveries.Filter(Set.of(Progress.DELIVERED), Set.of(HOOK), null, null, null);
        assertThat(index.page(delivered, Deliveries.NEWEST, 5).items())
                .as("it is the second of all")
                .isEmpty();
        assertThat(ids(index, delivered, 5)).containsExactly("hook.e1");
        Deliveries.Filter dead = new Deliveries.Filter(Set.of(Progress.DEAD), Set.of(), null, null, null);
        assertThat(index.page(dead, Deliveries.NEWEST, 5).items())
                .as("what is dead has an index")
                .hasSize(1);
    }

    private static String in(String column, Set<?> values) {
        return values.isEmpty()
                ? ""
                : " and " + column + " in ("
                        + String.join(
                                ", ",
                                values.stream().map(value -> "'" + value + "'").toList())
                        + ")";
    }

    private static List<String> ids(Deliveries index, Deliveries.Filter filter, int limit) {
        List<String> ids = new ArrayList<>();
        Optional<History.Place> before = Optional.of(Deliveries.NEWEST);
        int pages = 0;
        while (before.isPresent()) {
            Page<Deliveries.Entry, History.Place> page = index.page(filter, before.get(), limit);
            assertThat(page.items()).hasSizeLessThanOrEqualTo(limit);
            page.items().forEach(entry -> ids.add(entry.id()));
            before = page.next();
            assertThat(++pages).isLessThan(100);
        }
        return ids;
    }

    private static void change(String job, int number) {
        String event = "e" + number;
        ledger.database.write(handle -> {
            ledger.change(handle, event, job, number + 1, HOOK, OTHER);
            return null;
        });
    }
}
