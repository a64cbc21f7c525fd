package io.jobrelay.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.jobrelay.testbed.LedgerView;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code deliveries}, {@code destinations} and {@code backup} on a ledger that nobody runs. */
class DeliveriesCommandTest {
    @TempDir
    Path directory;

    private Map<String, String> properties;

    /** Where nothing answers. */
    @BeforeEach
    void look_for_the_api_where_none_is() {
        properties = new HashMap<>(Map.of(
                "jobrelay.http.port", "1", "jobrelay.ledger.url", "jdbc:sqlite:" + directory.resolve("ledger.db")));
    }

    @BeforeEach
    void fill_a_ledger() throws SQLException {
        Path file = directory.resolve("ledger.db");
        Flyway.configure()
                .dataSource("jdbc:sqlite:" + file, null, null)
                .locations("classpath:db/ledger/sqlite")
                .load()
                .migrate();
        try (Connection connection = new LedgerView(file).connect();
                Statement statement = connection.createStatement()) {
            for (int i = 1; i <= 3; i++) {
                statement.execute(
                        "insert into change (account, event_id, subject, sequence, type, event, created_at, event_time) values ('acme', 'e%1$d', 'job-%1$d', 1, 't', 'x', %1$d * 86400000, %1$d * 86400000)"
                                .formatted(i));
                statement.execute(
                        "insert into delivery (destination, change, subject, sequence, status, attempts, error,"
                                + " updated_at) values ('hook', %1$d, 'job-%1$d', 1, 'DEAD', 10, 'HTTP' || char(27) || ' 500', 5)"
                                        .formatted(i));
            }
            statement.execute("insert into destination (name, failures, failing_since, probe_at, error)"
                    + " values ('hook', 12, 1000, 2000, 'HTTP status 500')");
        }
    }

    @Test
    void dead_deliveries_are_listed_as_a_table_without_anything_that_a_terminal_would_obey() {
        CommandRun list = jobrelay("deliveries", "list", "--limit", "2");

        assertThat(list.status()).as(list.err()).isZero();
        assertThat(list.lines())
                .containsExactly(
                        "ID       SUBJECT  CHANGE  TIME                  STATUS  ATTEMPTS  ERROR",
                        "hook.e3  job-3         1  1970-01-04T00:00:00Z  DEAD          10  HTTP\\u001b 500",
                        "hook.e2  job-2         1  1970-01-03T00:00:00Z  DEAD          10  HTTP\\u001b 500");
        assertThat(list.err()).isEqualTo("There are more; --limit prints them.\n");
    }

    @Test
    void deliveries_are_listed_as_json() {
        CommandRun list =
                jobrelay("deliveries", "list", "--json", "--since", "1970-01-04", "--until", "1970-01-04T01:00:00Z");

        assertThat(list.lines())
                .containsExactly("{\"id\":\"hook.e3\",\"destination\":\"hook\",\"eventId\":\"e3\",\"type\":\"t\","
                        + "\"subject\":\"job-3\",\"sequence\":1,\"status\":\"DEAD\",\"attempts\":10,"
                        + "\"time\":\"1970-01-04T00:00:00Z\",\"updateTime\":\"1970-01-01T00:00:00.005Z\","
                        + "\"error\":\"HTTP\\\\u001b 500\"}");
        assertThat(list.err()).isEmpty();
    }

    @Test
    void redelivered_deliveries_are_pending_and_unknown_ids_are_named() {
        CommandRun redeliver = jobrelay("deliveries", "redeliver", "hook.e1", "hook.e9");

        assertThat(redeliver.status()).isEqualTo(ExitStatus.FAILED);
        assertThat(redeliver.lines()).containsExactly("1");
        assertThat(redeliver.err()).isEqualTo("hook.e9: there is no delivery 'hook.e9'; /api/deliveries lists them\n");
        CommandRun twice = jobrelay("deliveries", "redeliver", "hook.e2", "hook.e2");
        assertThat(twice.status()).as(twice.err()).isZero();
        assertThat(twice.lines()).containsExactly("1");
        assertThat(jobrelay("deliveries", "redeliver", "--since", "1970-01-04").lines())
                .containsExactly("1");
        assertThat(jobrelay("deliveries", "list", "--status", "PENDING", "--destination", "hook")
                        .lines())
                .hasSize(4);
    }

    @Test
    void what_is_dead_is_discarded_by_id_and_time_once_that_is_confirmed() {
        CommandRun asked = jobrelay("deliveries", "discard", "--destination", "hook", "--since", "1970-01-03");

        assertThat(asked.status()).isEqualTo(ExitStatus.FAILED);
        assertThat(asked.err()).isEqualTo("discard 2 deliveries? Nobody can be asked: repeat it with --yes\n");
        assertThat(jobrelay("deliveries", "list").lines()).hasSize(4);

        assertThat(jobrelay("deliveries", "discard", "--destination", "hook", "--since", "1970-01-03", "--yes")
                        .lines())
                .containsExactly("2");
        CommandRun one = jobrelay("deliveries", "discard", "hook.e1", "hook.e2", "--yes");
        assertThat(one.lines()).containsExactly("1");
        assertThat(one.err())
                .isEqualTo(
                        "hook.e2: there is no delivery 'hook.e2' that is pending or dead; /api/deliveries lists them\n");
        assertThat(one.status()).isEqualTo(ExitStatus.FAILED);
        assertThat(jobrelay("deliveries", "list").lines()).hasSize(1);
    }

    @Test
    void events_that_are_not_routed_are_listed_and_moved_to_a_destination_that_there_is() throws SQLException {
        try (Connection connection = new LedgerView(directory.resolve("ledger.db")).connect();
                Statement statement = connection.createStatement()) {
            statement.execute("update change set error = 'why' where event_id = 'e3'");
            statement.execute("update change set routed = 1 where event_id <> 'e3'");
            statement.execute("delete from delivery where change = 3");
        }
        assertThat(jobrelay("deliveries", "list", "--status", "UNROUTED")
                        .lines()
                        .get(1))
                .matches("changes.e3 +job-3 +1 +1970-01-04T00:00:00Z +UNROUTED +0 +why");
        assertThat(jobrelay("deliveries", "list").lines()).hasSize(4);
        assertThat(jobrelay("destinations", "list").lines().get(1))
                .startsWith("changes")
                .endsWith("why");
        assertThat(jobrelay("deliveries", "move", "--destination", "changes", "--to", "hock", "--yes")
                        .err())
                .contains("hock: there were never deliveries for a destination of this name");

        assertThat(jobrelay("deliveries", "move", "--destination", "changes", "--to", "hook", "--yes")
                        .lines())
                .containsExactly("1");

        assertThat(jobrelay("deliveries", "list", "--status", "PENDING").lines().get(1))
                .startsWith("hook.e3");
        assertThat(jobrelay("destinations", "list").lines()).hasSize(2);
    }

    @Test
    void a_ledger_without_a_running_jobrelay_has_no_nodes() {
        assertThat(jobrelay("nodes").lines()).containsExactly("NODE  ACCOUNTS  DESTINATIONS  STARTED  SEEN  VERSION");
    }

    @Test
    void destinations_are_listed_and_enabled() {
        assertThat(jobrelay("destinations", "list").lines())
                .containsExactly(
                        "DESTINATION  CIRCUIT  PENDING  OLDEST  DEAD  FAILING SINCE         ERROR",
                        "hook         OPEN           0             3  1970-01-01T00:00:01Z  HTTP status 500");
        CommandRun enable = jobrelay("destinations", "enable", "hook");
        assertThat(enable.status()).isZero();
        assertThat(enable.lines()).isEmpty();

        assertThat(jobrelay("destinations", "list", "--json").lines())
                .containsExactly("{\"name\":\"hook\",\"circuit\":\"CLOSED\",\"pending\":0,\"dead\":3}");
        CommandRun unknown = jobrelay("destinations", "enable", "hock");
        assertThat(unknown.status()).isEqualTo(ExitStatus.FAILED);
        assertThat(unknown.err())
                .isEqualTo("hock: there were never deliveries for a destination of this name; there is hook\n");
    }

    @Test
    void other_properties_may_have_the_name_of_the_node_in_them() {
        properties.put("jobrelay.ledger.url", "jdbc:sqlite:of-{{jobrelay.node}}.db");
        assertThat(jobrelay("destinations", "list").err()).containsPattern("there is no \\S+/of-\\S+-\\d+\\.db;");

        properties.put("jobrelay.node", "worker-1");
        assertThat(jobrelay("destinations", "list").err()).contains("/of-worker-1.db;");
    }

    @Test
    void without_a_ledger_it_says_what_to_do() {
        properties.put("jobrelay.ledger.url", "jdbc:sqlite:{{env:LEDGER:elsewhere}}.db");
        properties.put("jobrelay.destination.webhook.secret", "{{env:NOT_SET_HERE}}");
        CommandRun list = jobrelay("destinations", "list");

        assertThat(list.status()).isEqualTo(ExitStatus.FAILED);
        assertThat(list.lines()).isEmpty();
        assertThat(list.err())
                .isEqualTo(
                        "nothing answers at http://127.0.0.1:1, and there is no %s/elsewhere.db; start 'jobrelay run'"
                                        .formatted(Path.of("").toAbsolutePath())
                                + " here, or give --url\n");
        assertThat(jobrelay("jobs", "list").err())
                .isEqualTo("nothing answers at http://127.0.0.1:1; start 'jobrelay run' here, or give --url\n");
    }

    @Test
    void the_ledger_is_looked_into_where_the_api_is_off_or_anywhere() {
        for (String off : List.of("jobrelay.http.enabled=false", "jobrelay.http.port=0")) {
            properties.put(off.replaceFirst("=.*", ""), off.replaceFirst(".*=", ""));

            assertThat(jobrelay("deliveries", "list", "--json").lines()).hasSize(3);
            assertThat(jobrelay("jobs", "list").err()).startsWith(off + ": ").contains("give --url");
            properties.remove("jobrelay.http.enabled");
        }
    }

    @Test
    void a_ledger_is_copied_and_nothing_is_overwritten() {
        String copy = directory.resolve("copy.db").toString();
        CommandRun backup = jobrelay("backup", copy);

        assertThat(backup.status()).as(backup.err()).isZero();
        assertThat(backup.lines()).isEmpty();
        assertThat(backup.err()).matches(copy + ": 0 jobs, 3 changes, 3 deliveries, \\d+ bytes\n");
        CommandRun again = jobrelay("backup", copy);
        assertThat(again.status()).isEqualTo(ExitStatus.FAILED);
        assertThat(again.err()).isEqualTo(copy + ": is there already and is not overwritten; name another file\n");
    }

    private CommandRun jobrelay(String... arguments) {
        return CommandRun.of(properties, arguments);
    }
}
