package io.jobrelay.ledger;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.jobrelay.job.JobRecord;
import io.jobrelay.job.JobRecords;
import io.jobrelay.job.JobState;
import io.jobrelay.job.Json;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.jdbi.v3.core.statement.Query;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@Timeout(60)
class JobIndexTest {
    private static final JobIndex.Filter ALL = filter(Set.of(), null);
    private static final int MANY = 100_000;

    @TempDir
    private Path directory;

    private Ledger ledger;
    private JobIndex index;

    @BeforeEach
    void opens() {
        ledger = Ledger.open(directory.resolve("ledger.db"));
        index = new JobIndex(ledger.database);
    }

    @AfterEach
    void closes() {
        ledger.close();
    }

    @Test
    void counts_the_jobs_of_each_api_and_state_as_they_come_change_and_go() {
        ledger.takeIn(
                JobRecords.of("a", JobState.QUEUED),
                JobRecords.of("b", JobState.QUEUED),
                JobRecords.of("c", JobState.RUNNING));
        ledger.takeIn(JobRecords.of("a", JobState.RUNNING), JobRecords.of("b", JobState.QUEUED));
        assertThat(index.counts())
                .extracting(count -> count.api() + " " + count.state() + " " + count.jobs())
                .containsExactlyInAnyOrder("acme-job QUEUED 1", "acme-job RUNNING 2");

        ledger.database.write(handle -> handle.execute("delete from job where state = 'RUNNING'"));
        assertThat(index.counts()).extracting(JobIndex.Count::jobs).containsExactlyInAnyOrder(1L, 0L);
    }

    @ParameterizedTest
    @EnumSource
    void pages_hold_every_job_once_in_order(JobIndex.Order order) {
        insert(23);

        List<JobIndex.Item> all = index.page(ALL, order, null, 1_000);
        assertThat(all).hasSize(23).extracting(item -> item.place().id()).doesNotHaveDuplicates();
        assertThat(all)
                .isSortedAccordingTo(
                        switch (order) {
                            case ID ->
                                (a, b) -> a.place().id().compareTo(b.place().id());
                            case ID_DOWN ->
                                (a, b) -> b.place().id().compareTo(a.place().id());
                            case OBSERVE_TIME ->
                                (a, b) -> Long.compare(
                                        a.place().observedAt(), b.place().observedAt());
                            case OBSERVE_TIME_DOWN ->
                                (a, b) -> Long.compare(
                                        b.place().observedAt(), a.place().observedAt());
                        });
        List<JobIndex.Item> paged = new ArrayList<>();
        JobIndex.@Nullable Place after = null;
        for (List<JobIndex.Item> page = index.page(ALL, order, after, 5);
                !page.isEmpty();
                page = index.page(ALL, order, after, 5)) {
            assertThat(page).hasSizeLessThanOrEqualTo(5);
            paged.addAll(page);
            assertThat(paged).hasSizeLessThanOrEqualTo(all.size());
            after = page.get(page.size() - 1).place();
        }
        assertThat(paged).isEqualTo(all);
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

        JobIndex.Item item = index.page(ALL, JobIndex.Order.ID, null, 10).get(0);

        JobIndex.WatchState watch = requireNonNull(item.watch());
        assertThat(watch.id()).isEqualTo(Ledger.list("all").id());
        assertThat(watch.health()).isEqualTo("OK");
        assertThat(watch.nextPoll()).isAfter(ledger.clock.instant());

        insert(1);
        String record = index.page(filter(Set.of(), "number"), JobIndex.Order.ID, null, 10)
                .get(0)
                .record();
        assertThat(record)
                .doesNotContain("\"raw\"", "\"spec\"", "\"result\"", "\"logs\"")
                .contains("\"name\"", "\"state\"", "\"labels\"");
        assertThat(index.find("acme-job/acme/00000").orElseThrow().record()).contains("\"raw\"");

        ledger.watches.replace("all.yaml", List.of());
        assertThat(index.page(ALL, JobIndex.Order.ID_DOWN, null, 10).get(0).watch())
                .isNull();
    }

    /** Of 100,000 jobs no page reads more records than it holds, and none is sorted: the list is walked from its place on. */
    @Test
    void a_page_of_many_jobs_is_found_without_reading_or_sorting_the_others() {
        insert(MANY);

        List<JobIndex.Filter> filters = List.of(
                ALL,
                filter(Set.of("RUNNING"), null),
                filter(Set.of("RUNNING", "FAILED"), "number 99"),
                label(Map.of("number", "n99999")),
                new JobIndex.Filter(Set.of(), Set.of("acme-job"), Set.of("acme"), Map.of(), null, "w"));
        for (JobIndex.Order order : JobIndex.Order.values()) {
            for (JobIndex.Filter filter : filters) {
                for (JobIndex.@Nullable Place after :
                        new JobIndex.@Nullable Place[] {null, new JobIndex.Place(1_700_000_050_000L, "acme-job/acme/5")
                        }) {
                    List<String> plan = plan(filter, order, after);
                    String first = plan.stream()
                            .filter(step -> step.matches("(SCAN|SEARCH) j\\b.*"))
                            .findFirst()
                            .orElseThrow();
                    boolean byId = order == JobIndex.Order.ID || order == JobIndex.Order.ID_DOWN;
                    boolean whole = after == null;
                    assertThat(first)
                            .as("%s %s %s", filter, order, plan)
                            .matches(
                                    byId
                                            ? whole ? "SCAN j" : "SEARCH j USING PRIMARY KEY .*"
                                            : (whole ? "SCAN" : "SEARCH")
                                                    + " j USING COVERING INDEX job_list_observed.*");
                    assertThat(plan.subList(0, plan.indexOf("SCAN found")))
                            .noneMatch(step -> step.contains("TEMP B-TREE"));
                }
            }
        }
        assertThat(index.page(ALL, JobIndex.Order.OBSERVE_TIME_DOWN, null, 1_000))
                .hasSize(1_000);
        assertThat(ids(label(Map.of("number", "n99999")))).containsExactly("acme-job/acme/99999");
        assertThat(index.states()).isEqualTo(Map.of("RUNNING", MANY / 2L, "FAILED", MANY / 2L));
    }

    private List<String> plan(JobIndex.Filter filter, JobIndex.Order order, JobIndex.@Nullable Place after) {
        Map<String, Object> bindings = new HashMap<>();
        String sql = JobIndex.sql(filter, order, after, bindings);
        return ledger.database.read(handle -> {
            Query query = handle.createQuery("explain query plan " + sql).bind("limit", 100);
            bindings.forEach(query::bind);
            return query.map((row, context) -> row.getString("detail")).list();
        });
    }

    private List<String> ids(JobIndex.Filter filter) {
        return index.page(filter, JobIndex.Order.ID, null, 1_000).stream()
                .map(item -> item.place().id())
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

    /** So many jobs at once, every other one failed; four in a row were observed at the same moment. */
    private void insert(int jobs) {
        ledger.database.write(handle -> {
            var batch = handle.prepareBatch("""
                    insert into job (id, watch_id, state, terminal, attempt, sequence, record)
                    values (:id, 'w', :state, :terminal, 1, 1, :record)""");
            IntStream.range(0, jobs).forEach(i -> {
                JobState state = i % 2 == 0 ? JobState.RUNNING : JobState.FAILED;
                JobRecord record = JobRecords.of("acme-job/acme/%05d".formatted(i), state);
                String json =
                        Json.write(record).replaceFirst("\\{", """
                                {"name":"Job number %1$d","description":"100%%_!","labels":{"number":"n%1$d","team":"red"},\
                                "observeTime":"%2$s","raw":{"a":1},"spec":{"b":2},"result":{"c":3},"logs":["d"],""".formatted(i, Ledger.START.plusMillis(i / 4 * 250L)));
                batch.bind("id", record.id())
                        .bind("state", state.name())
                        .bind("terminal", state.terminal())
                        .bind("record", json)
                        .add();
            });
            return batch.execute().length;
        });
    }
}
