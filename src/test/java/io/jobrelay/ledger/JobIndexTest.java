package io.jobrelay.ledger;

import static java.util.Comparator.comparing;
import static java.util.Comparator.comparingLong;
import static org.assertj.core.api.Assertions.assertThat;

import io.jobrelay.job.JobRecord;
import io.jobrelay.job.JobRecords;
import io.jobrelay.job.JobState;
import io.jobrelay.job.Json;
import io.jobrelay.ledger.JobIndex.Order;
import io.jobrelay.testbed.LongForm;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@Timeout(60)
@OnBothEngines
class JobIndexTest {
    private static final JobIndex.Filter ALL = filter(Set.of(), null);
    private static final int MANY = LongForm.count(100_000, 10_000);

    @Parameter
    Engine engine;

    @TempDir
    private Path directory;

    private Ledger ledger;
    private JobIndex index;

    @BeforeEach
    void opens() {
        ledger = Ledger.open(engine.ledger(directory));
        index = new JobIndex(ledger.database);
    }

    @AfterEach
    void closes() {
        ledger.close();
    }

    @Test
    void counts_the_jobs_of_each_api_and_state_as_they_come_and_change() {
        ledger.takeIn(
                JobRecords.of("a", JobState.QUEUED),
                JobRecords.of("b", JobState.QUEUED),
                JobRecords.of("c", JobState.RUNNING));
        ledger.takeIn(JobRecords.of("a", JobState.RUNNING), JobRecords.of("b", JobState.QUEUED));
        assertThat(index.counts())
                .extracting(count -> count.api() + " " + count.state() + " " + count.jobs())
                .containsExactlyInAnyOrder("acme-job QUEUED 1", "acme-job RUNNING 2");
    }

    @ParameterizedTest
    @MethodSource("orders")
    void pages_hold_every_job_once_in_order(Order order) {
        insert(23);

        List<JobIndex.Item> all = index.page(ALL, order, null, 1_000).items();
        assertThat(all).hasSize(23).extracting(JobIndex.Item::id).doesNotHaveDuplicates();
        Comparator<JobIndex.Item> up = switch (order.member()) {
            case ID, STATE, ACCOUNT -> comparing(JobIndex.Item::key);
            case NAME -> comparing(item -> item.key().toLowerCase(Locale.ROOT));
            case OBSERVE_TIME, STATE_TIME -> comparingLong(item -> Long.parseLong(item.key()));
        };
        Comparator<JobIndex.Item> unequal = up.thenComparing(JobIndex.Item::id);
        assertThat(all).isSortedAccordingTo(order.down() ? unequal.reversed() : unequal);
        for (JobIndex looking : List.of(index, new JobIndex(ledger.database, 4))) {
            assertThat(pages(looking, ALL, order, 5)).isEqualTo(all);
        }
    }

    /** What a page looks through is bounded; what is found in all pages together is not. */
    @ParameterizedTest
    @MethodSource("orders")
    void finds_what_is_rare_in_pages_that_look_through_a_few_jobs_each(Order order) {
        insert(23);
        JobIndex narrow = new JobIndex(ledger.database, 4);
        JobIndex.Filter rare = label(Map.of("number", "n15"));

        assertThat(narrow.page(rare, order, null, 5).items()).isEmpty();
        assertThat(pages(narrow, rare, order, 5))
                .singleElement()
                .satisfies(item -> assertThat(item.id()).isEqualTo("acme-job/acme/00015"));
        assertThat(pages(narrow, filter(Set.of("FAILED"), null), order, 2))
                .isEqualTo(pages(index, filter(Set.of("FAILED"), null), order, 1_000))
                .hasSize(11);
    }

    private static List<JobIndex.Item> pages(JobIndex index, JobIndex.Filter filter, Order order, int limit) {
        List<JobIndex.Item> items = new ArrayList<>();
        JobIndex.@Nullable Place after = null;
        int pages = 0;
        do {
            Page<JobIndex.Item, JobIndex.Place> page = index.page(filter, order, after, limit);
            assertThat(page.items()).hasSizeLessThanOrEqualTo(limit);
            items.addAll(page.items());
            after = page.next().orElse(null);
            assertThat(++pages).isLessThan(60);
        } while (after != null);
        return items;
    }

    private static Stream<Order> orders() {
        return Arrays.stream(JobIndex.Member.values())
                .flatMap(member -> Stream.of(new Order(member, false), new Order(member, true)));
    }

    @Test
    void filters_by_what_a_job_is() {
        insert(20);

        assertThat(ids(filter(Set.of("RUNNING"), null)))
                .hasSize(10)
                .allMatch(id -> Integer.parseInt(tail(id)) % 2 == 0);
        assertThat(ids(filter(Set.of("RUNNING", "FAILED"), null))).hasSize(20);
        assertThat(ids(new JobIndex.Filter(Set.of(), Set.of("acme-job"), Set.of("acme"), Map.of(), null, null)))
                .hasSize(20);
        assertThat(ids(new JobIndex.Filter(Set.of(), Set.of("acme-job"), Set.of("other"), Map.of(), null, null)))
                .isEmpty();
        assertThat(ids(label(Map.of("number", "n7")))).containsExactly("acme-job/acme/00007");
        assertThat(ids(label(Map.of("number", "n7", "team", "red")))).hasSize(1);
        assertThat(ids(label(Map.of("number", "n7", "team", "blue")))).isEmpty();
        assertThat(ids(new JobIndex.Filter(Set.of(), Set.of(), Set.of(), Map.of(), null, "nobody's")))
                .isEmpty();
    }

    /** Text is text: what means something to SQL means nothing here. */
    @Test
    void finds_text_wherever_a_person_would_look_for_it() {
        insert(20);

        assertThat(ids(filter(Set.of(), "JOB NUMBER 13"))).containsExactly("acme-job/acme/00013");
        assertThat(ids(filter(Set.of(), "acme/00013"))).containsExactly("acme-job/acme/00013");
        assertThat(ids(filter(Set.of(), "\"n13\""))).containsExactly("acme-job/acme/00013");
        assertThat(ids(filter(Set.of(), "100%_!"))).hasSize(20);
        assertThat(ids(filter(Set.of(), "%3"))).isEmpty();
        assertThat(ids(filter(Set.of(), "_ob"))).isEmpty();
        assertThat(ids(filter(Set.of(), "'; drop table job; --"))).isEmpty();
    }

    @Test
    void leaves_out_what_is_long_and_tells_of_the_watch() {
        ledger.takeIn(JobRecords.of("acme-jobs/acme/1", JobState.RUNNING));

        JobIndex.Item item = index.page(ALL, Order.USUAL, null, 10).items().get(0);

        assertThat(item.watch()).isEqualTo(Ledger.list("all").id());
        assertThat(item.health()).isEqualTo("OK");
        assertThat(item.nextPoll()).isAfter(ledger.clock.instant());

        insert(1);
        String record = index.page(filter(Set.of(), "number"), Order.USUAL, null, 10)
                .items()
                .get(0)
                .record();
        assertThat(record)
                .doesNotContain("\"raw\"", "\"spec\"", "\"result\"", "\"logs\"")
                .contains("\"name\"", "\"state\"", "\"labels\"");
        assertThat(index.find("acme-job/acme/00000").orElseThrow().record()).contains("\"raw\"");

        ledger.watches.replace("all.yaml", List.of());
        assertThat(index.page(ALL, new Order(JobIndex.Member.ID, true), null, 10)
                        .items()
                        .get(0)
                        .watch())
                .isNull();
    }

    /** Of many jobs no page reads more records than it holds, and none is sorted: the list is walked from its place on. */
    @Test
    void pages_of_many_jobs_are_found() {
        insert(MANY);

        assertThat(index.page(ALL, new Order(JobIndex.Member.OBSERVE_TIME, true), null, 1_000)
                        .items())
                .hasSize(1_000);
        assertThat(ids(label(Map.of("number", "n" + (MANY - 1)))))
                .containsExactly("acme-job/acme/%05d".formatted(MANY - 1));
        assertThat(index.states()).isEqualTo(Map.of("RUNNING", MANY / 2L, "FAILED", MANY / 2L));
    }

    private List<String> ids(JobIndex.Filter filter) {
        return index.page(filter, Order.USUAL, null, 1_000).items().stream()
                .map(JobIndex.Item::id)
                .toList();
    }

    private static String tail(String id) {
        return id.substring(id.lastIndexOf('/') + 1);
    }

    private static JobIndex.Filter filter(Set<String> states, @Nullable String text) {
        return new JobIndex.Filter(states, Set.of(), Set.of(), Map.of(), text, null);
    }

    private static JobIndex.Filter label(Map<String, String> labels) {
        return new JobIndex.Filter(Set.of(), Set.of(), Set.of(), labels, null, null);
    }

    /** So many jobs in seven polls, every other one failed; four in a row were observed at the same moment. */
    private void insert(int jobs) {
        for (int poll = 0; poll < 7; poll++) {
            int first = poll;
            ledger.takeIn(IntStream.range(0, jobs)
                    .filter(i -> i % 7 == first)
                    .mapToObj(JobIndexTest::job)
                    .toArray(JobRecord[]::new));
        }
    }

    private static JobRecord job(int i) {
        JobRecord job =
                JobRecords.of("acme-job/acme/%05d".formatted(i), i % 2 == 0 ? JobState.RUNNING : JobState.FAILED);
        return Json.read(
                Json.write(job).replaceFirst("\\{", """
                                {"name":"%3$s number %1$d","description":"100%%_!","labels":{"number":"n%1$d","team":"red"},\
                                "observeTime":"%2$s","raw":{"a":1},"spec":{"b":2},"result":{"c":3},"logs":["d"],""".formatted(
                                i, Ledger.START.plusMillis(i / 4 * 250L), i % 3 == 0 ? "job" : "Job")),
                JobRecord.class);
    }
}
