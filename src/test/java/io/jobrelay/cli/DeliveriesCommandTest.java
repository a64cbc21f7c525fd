package io.jobrelay.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.jobrelay.testbed.JobrelayProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code deliveries} and {@code destinations} on a ledger that nobody runs, each as a process of its own. */
class DeliveriesCommandTest {
    @TempDir
    Path directory;

    /** Where nothing answers. */
    @BeforeEach
    void look_for_the_api_where_none_is() throws IOException {
        Files.writeString(directory.resolve("application.properties"), "jobrelay.http.port=1\n");
    }

    @BeforeEach
    void fill_a_ledger() throws SQLException, IOException {
        Path file = directory.resolve("data/ledger.db");
        Files.createDirectory(file.getParent());
        Flyway.configure()
                .dataSource("jdbc:sqlite:" + file, null, null)
                .locations("classpath:db/ledger/sqlite")
                .load()
                .migrate();
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file);
                Statement statement = connection.createStatement()) {
            for (int i = 1; i <= 3; i++) {
                statement.execute(
                        "insert into change (event_id, subject, sequence, type, event, created_at, event_time) values ('e%1$d', 'job-%1$d', 1, 't', 'x', %1$d * 86400000, %1$d * 86400000)"
                                .formatted(i));
                statement.execute(
                        "insert into delivery (destination, event_id, subject, sequence, status, attempts, error,"
                                + " updated_at) values ('hook', 'e%1$d', 'job-%1$d', 1, 'DEAD', 10, 'HTTP' || char(27) || ' 500', 5)"
                                        .formatted(i));
            }
            statement.execute("insert into destination (name, failures, failing_since, probe_at, error)"
                    + " values ('hook', 12, 1000, 2000, 'HTTP status 500')");
        }
    }

    @Test
    void dead_deliveries_are_listed_as_a_table_without_anything_that_a_terminal_would_obey() throws Exception {
        JobrelayProcess list = jobrelay("deliveries", "list", "--limit", "2");

        assertThat(list.status()).as(list.log()).isZero();
        assertThat(list.lines())
                .containsExactly(
                        "ID       SUBJECT  CHANGE  TIME                  STATUS  ATTEMPTS  ERROR",
                        "hook.e3  job-3         1  1970-01-04T00:00:00Z  DEAD          10  HTTP\\u001b 500",
                        "hook.e2  job-2         1  1970-01-03T00:00:00Z  DEAD          10  HTTP\\u001b 500");
        assertThat(list.log()).isEqualTo("There are more; --limit prints them.\n");
    }

    @Test
    void deliveries_are_listed_as_json() throws Exception {
        JobrelayProcess list =
                jobrelay("deliveries", "list", "--json", "--since", "1970-01-04", "--until", "1970-01-04T01:00:00Z");

        assertThat(list.lines())
                .containsExactly("{\"id\":\"hook.e3\",\"destination\":\"hook\",\"eventId\":\"e3\",\"type\":\"t\","
                        + "\"subject\":\"job-3\",\"sequence\":1,\"status\":\"DEAD\",\"attempts\":10,"
                        + "\"time\":\"1970-01-04T00:00:00Z\",\"updateTime\":\"1970-01-01T00:00:00.005Z\","
                        + "\"error\":\"HTTP\\\\u001b 500\"}");
        assertThat(list.log()).isEmpty();
    }

    @Test
    void what_is_sent_again_is_pending_and_what_is_not_dead_is_told() throws Exception {
        JobrelayProcess redeliver = jobrelay("deliveries", "redeliver", "hook.e1", "hook.e9");

        assertThat(redeliver.status()).isEqualTo(ExitStatus.FAILED);
        assertThat(redeliver.lines()).containsExactly("1");
        assertThat(redeliver.log()).isEqualTo("hook.e9: is no dead delivery; deliveries list prints those that are\n");
        assertThat(jobrelay("deliveries", "redeliver", "--until", "1970-01-04").lines())
                .containsExactly("1");
        assertThat(jobrelay("deliveries", "list", "--status", "PENDING", "--destination", "hook")
                        .lines())
                .hasSize(3);
    }

    @Test
    void of_a_ledger_that_nobody_runs_there_are_no_nodes() throws Exception {
        assertThat(jobrelay("nodes").lines()).containsExactly("NODE  WATCHES  DELIVERIES  STARTED  SEEN  VERSION");
    }

    @Test
    void destinations_are_listed_and_enabled() throws Exception {
        assertThat(jobrelay("destinations", "list").lines())
                .containsExactly(
                        "DESTINATION  CIRCUIT  PENDING  OLDEST  DEAD  FAILING SINCE         ERROR",
                        "hook         OPEN           0             3  1970-01-01T00:00:01Z  HTTP status 500");
        JobrelayProcess enable = jobrelay("destinations", "enable", "hook");
        assertThat(enable.status()).isZero();
        assertThat(enable.lines()).isEmpty();

        assertThat(jobrelay("destinations", "list", "--json").lines())
                .containsExactly("{\"name\":\"hook\",\"circuit\":\"CLOSED\",\"pending\":0,\"dead\":3}");
        JobrelayProcess unknown = jobrelay("destinations", "enable", "hock");
        assertThat(unknown.status()).isEqualTo(ExitStatus.FAILED);
        assertThat(unknown.log()).isEqualTo("hock: nothing was ever for a destination of this name; there is hook\n");
    }

    @Test
    void other_properties_may_have_the_name_of_the_node_in_them() throws Exception {
        String properties = """
                jobrelay.http.port=1
                jobrelay.ledger.url=jdbc:sqlite:of-{{jobrelay.node}}.db
                """;
        Files.writeString(directory.resolve("application.properties"), properties);
        assertThat(jobrelay("destinations", "list").log()).containsPattern("there is no \\S+/of-\\S+-\\d+\\.db;");

        Files.writeString(directory.resolve("application.properties"), properties + "jobrelay.node=worker-1");
        assertThat(jobrelay("destinations", "list").log()).contains("/of-worker-1.db;");
    }

    @Test
    void without_a_ledger_it_is_told_where_to_go() throws Exception {
        Files.writeString(directory.resolve("application.properties"), """
                jobrelay.http.port=1
                jobrelay.ledger.url=jdbc:sqlite:{{env:LEDGER:elsewhere}}.db
                jobrelay.destination.webhook.secret={{env:NOT_SET_HERE}}
                """);
        JobrelayProcess list = jobrelay("destinations", "list");

        assertThat(list.status()).isEqualTo(ExitStatus.FAILED);
        assertThat(list.lines()).isEmpty();
        assertThat(list.log())
                .isEqualTo(
                        "nothing answers at http://127.0.0.1:1, and there is no %s/elsewhere.db; start 'jobrelay run'"
                                        .formatted(directory.toRealPath())
                                + " here, or give --url\n");
        assertThat(jobrelay("jobs", "list").log())
                .isEqualTo("nothing answers at http://127.0.0.1:1; start 'jobrelay run' here, or give --url\n");
    }

    @Test
    void the_ledger_is_looked_into_where_the_api_is_off_or_anywhere() throws Exception {
        for (String off : List.of("jobrelay.http.enabled=false", "jobrelay.http.port=0")) {
            Files.writeString(directory.resolve("application.properties"), off + "\n");

            assertThat(jobrelay("deliveries", "list", "--json").lines()).hasSize(3);
            assertThat(jobrelay("jobs", "list").log()).startsWith(off + ": ").contains("give --url");
        }
    }

    @Test
    void a_ledger_is_copied_and_nothing_is_overwritten() throws Exception {
        JobrelayProcess backup = jobrelay("backup", "copy.db");

        assertThat(backup.status()).as(backup.log()).isZero();
        assertThat(backup.lines()).isEmpty();
        assertThat(backup.log()).matches("copy\\.db: 0 jobs, 3 changes, 3 deliveries, \\d+ bytes\n");
        JobrelayProcess again = jobrelay("backup", "copy.db");
        assertThat(again.status()).isEqualTo(ExitStatus.FAILED);
        assertThat(again.log()).isEqualTo("copy.db: is there already and is not overwritten; name another file\n");
    }

    private JobrelayProcess jobrelay(String... arguments) throws IOException, InterruptedException {
        return JobrelayProcess.in(directory).run(arguments);
    }
}
