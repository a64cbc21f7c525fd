package io.jobrelay.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import io.jobrelay.ledger.JobIndex.Order;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What SQLite does for lists of jobs, in every order and with every filter. */
class JobPlansTest {
    @TempDir
    private Path directory;

    private Ledger ledger;

    @BeforeEach
    void opens() {
        ledger = Ledger.open(directory.resolve("ledger.db"));
    }

    @AfterEach
    void closes() {
        ledger.close();
    }

    @Test
    void a_page_is_found_without_reading_or_sorting_the_jobs_that_are_not_on_it() {
        Arrays.stream(JobIndex.Member.values())
                .flatMap(member -> Stream.of(new Order(member, false), new Order(member, true)))
                .forEach(order -> {
                    String index = switch (order.member()) {
                        case ID -> "PRIMARY KEY";
                        case OBSERVE_TIME -> "COVERING INDEX job_observed";
                        case STATE_TIME -> "INDEX job_state_since";
                        case NAME -> "INDEX job_name";
                        case STATE -> "INDEX job_state";
                        case ACCOUNT -> "INDEX job_account";
                    };
                    for (boolean goesOn : new boolean[] {false, true}) {
                        for (boolean ends : new boolean[] {false, true}) {
                            List<String> plan = plan(JobIndex.sql(order, goesOn, ends));
                            String first = plan.stream()
                                    .filter(step -> step.matches("(SCAN|SEARCH) j\\b.*"))
                                    .findFirst()
                                    .orElseThrow();
                            assertThat(first)
                                    .as("%s %s", order, plan)
                                    .matches(
                                            goesOn || ends
                                                    ? "SEARCH j USING (COVERING )?" + index + "\\b.*"
                                                    : order.member() == JobIndex.Member.ID
                                                            ? "SCAN j"
                                                            : "SCAN j USING (COVERING )?" + index + ".*");
                            assertThat(plan.subList(0, plan.indexOf("SCAN found")))
                                    .noneMatch(step -> step.contains("TEMP B-TREE"));
                        }
                        assertThat(plan(JobIndex.endSql(order, goesOn)))
                                .noneMatch(step -> step.contains("TEMP B-TREE"));
                    }
                });
    }

    private List<String> plan(String sql) {
        return ledger.database.read(
                handle -> handle.createQuery("explain query plan " + sql.replaceAll("(?<!:):[a-zA-Z]+", "1"))
                        .map((row, context) -> row.getString("detail"))
                        .list());
    }
}
