package io.jobrelay.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import io.jobrelay.job.JobRecords;
import io.jobrelay.job.JobState;
import io.jobrelay.job.Json;
import io.jobrelay.ledger.Deliveries.Status;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.MigrationVersion;
import org.jdbi.v3.core.Jdbi;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.sqlite.SQLiteDataSource;

/** A ledger that an older version has written is brought up to date with all that is in it, and goes on. */
@Timeout(60)
class LedgerUpgradeTest {
    private static final String WATCH = """
            {"api": "acme-job", "account": "acme", "parameters": {"id": "1"}, "every": "5s..5m"}""";

    @TempDir
    private Path directory;

    static IntStream versions() throws IOException {
        try (var migrations = Files.list(Path.of("src/main/resources/db/ledger/sqlite"))) {
            return IntStream.of(migrations
                    .mapToInt(file ->
                            Integer.parseInt(file.getFileName().toString().replaceFirst("V(\\d+)__.*", "$1")))
                    .toArray());
        }
    }

    @ParameterizedTest
    @MethodSource("versions")
    void of_every_version_everything_is_kept(int version) throws SQLException {
        Path file = directory.resolve("ledger.db");
        write(file, version);

        try (Ledger ledger = Ledger.open(file)) {
            assertThat(ledger.query(
                            "select id || ' ' || state || ' ' || sequence || ' ' || (record ->> 'id') from job"))
                    .containsExactly("acme-job/acme/1 RUNNING 2 acme-job/acme/1");
            assertThat(ledger.query("select event_id || ' ' || sequence || ' ' || cast(event as text) from change"
                            + " order by sequence"))
                    .containsExactly("e-1 1 first", "e-2 2 second");
            assertThat(ledger.query("select source || ' ' || state || ' ' || (definition ->> 'every') from watch"))
                    .containsExactly("watches/a.yaml ACTIVE 5s..5m");
            assertThat(ledger.query("select id || ' ' || cause || ' ' || cast(body as text) from unreadable_reply"))
                    .containsExactly("7 no JSON <html>");
            assertThat(ledger.query("select name || ' ' || paused_until from destination"))
                    .containsExactly("hook 5");

            Deliveries deliveries = new Deliveries(ledger.database);
            DeliveryIndex.Filter all = new DeliveryIndex.Filter(Set.of(), Set.of(), null, null, null);
            assertThat(new DeliveryIndex(ledger.database)
                            .page(all, Long.MAX_VALUE, 10)
                            .items())
                    .extracting(entry -> entry.id() + " " + entry.status())
                    .containsExactly("hook.e-2 " + Status.PENDING, "hook.e-1 " + Status.DEAD);
            assertThat(new JobIndex(ledger.database)
                            .page(
                                    new JobIndex.Filter(
                                            Set.of("RUNNING"), Set.of(), Set.of("acme"), Map.of(), "acme", null),
                                    JobIndex.Order.USUAL,
                                    null,
                                    10)
                            .items())
                    .hasSize(1);
            assertThat(deliveries.redeliver("hook.e-1")).isTrue();
            ledger.takeIn(JobRecords.of("acme-job/acme/1", JobState.SUCCEEDED));
            assertThat(ledger.query("select state || ' ' || sequence from job")).containsExactly("SUCCEEDED 3");
        }
    }

    /** What version 1 could write, which is what every one has: written through the tables of the version. */
    private static void write(Path file, int version) throws SQLException {
        Flyway.configure()
                .dataSource("jdbc:sqlite:" + file, null, null)
                .locations("classpath:db/ledger/sqlite")
                .target(MigrationVersion.fromVersion(Integer.toString(version)))
                .load()
                .migrate();
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file);
                Statement statement = connection.createStatement();
                PreparedStatement job = connection.prepareStatement(
                        "insert into job (id, watch_id, state, terminal, attempt, sequence, record)"
                                + " values ('acme-job/acme/1', 'w', 'RUNNING', 0, 1, 2, ?)");
                PreparedStatement watch =
                        connection.prepareStatement("insert into watch (id, definition, account, source,"
                                + " state, due_at) values ('w', ?, 'acme', 'watches/a.yaml', 'ACTIVE', 1)")) {
            job.setString(1, Json.write(JobRecords.of("acme-job/acme/1", JobState.RUNNING)));
            job.execute();
            watch.setString(1, WATCH);
            watch.execute();
            for (String row : List.of(
                    "change (event_id, subject, sequence, type, event, created_at)"
                            + " values ('e-1', 'acme-job/acme/1', 1, 't', 'first', 1000)",
                    "change (event_id, subject, sequence, type, event, created_at)"
                            + " values ('e-2', 'acme-job/acme/1', 2, 't', 'second', 2000)",
                    "delivery (destination, event_id, subject, sequence, status, attempts, error, updated_at)"
                            + " values ('hook', 'e-1', 'acme-job/acme/1', 1, 'DEAD', 10, 'HTTP status 500', 3)",
                    "delivery (destination, event_id, subject, sequence, status, due_at, updated_at)"
                            + " values ('hook', 'e-2', 'acme-job/acme/1', 2, 'PENDING', 4, 3)",
                    "destination (name, paused_until) values ('hook', 5)",
                    "unreadable_reply (id, watch_id, received_at, cause, http_status, body)"
                            + " values (7, 'w', 6, 'no JSON', 200, '<html>')")) {
                statement.execute("insert into " + row);
            }
            if (version >= 8) {
                statement.execute("update change_position set newest = 2");
            }
        }
    }

    @Test
    void the_watches_of_an_older_ledger_get_their_times() {
        Path file = directory.resolve("old.db");
        SQLiteDataSource database = new SQLiteDataSource();
        database.setUrl("jdbc:sqlite:" + file);
        Flyway.configure()
                .dataSource(database)
                .locations("classpath:db/ledger/sqlite")
                .target("1")
                .load()
                .migrate();
        Jdbi.create(database).useHandle(handle -> {
            for (String every : List.of("100ms..500ms", "10s..30s", "10s..5m", "1m..2h", "1h..1d")) {
                handle.createUpdate("""
                                insert into watch (id, definition, account, source, state, due_at, answered_at)
                                values (:every, json_object('every', :every), 'acme', 'f', 'ENDED', 0, 7)""").bind("every", every).execute();
            }
            handle.execute("""
                    insert into job (id, watch_id, state, terminal, attempt, sequence, record)
                    values ('j', 'w', 'RUNNING', 0, 1, 2, '{}')""");
            handle.execute("""
                    insert into change (event_id, subject, sequence, type, event, created_at)
                    values ('e1', 'j', 1, 't', x'', 40), ('e2', 'j', 2, 't', x'', 42)""");
        });

        try (Ledger old = Ledger.open(file)) {
            assertThat(old.query("select id || ' ' || blind_after || ' ' || added_at from watch order by blind_after"))
                    .containsExactly(
                            "100ms..500ms 3000 7",
                            "10s..30s 90000 7",
                            "10s..5m 900000 7",
                            "1m..2h 21600000 7",
                            "1h..1d 259200000 7");
            assertThat(old.query("select changed_at || ' ' || state_since || ' ' || stuck from job"))
                    .containsExactly("42 42 0");
        }
    }

    @Test
    void a_ledger_of_the_first_version_is_brought_up_to_date_with_what_it_holds() {
        Path file = directory.resolve("old.db");
        Flyway.configure()
                .dataSource("jdbc:sqlite:" + file, null, null)
                .locations("classpath:db/ledger/sqlite")
                .target("1")
                .load()
                .migrate();
        fill(file);

        try (Ledger migrated = Ledger.open(file)) {
            assertThat(migrated.outbox.claim("hook", 10))
                    .as("a start enabled what was disabled")
                    .extracting(Delivery::eventId)
                    .containsExactly("a-2");
            assertThat(migrated.query("select status || attempts || error from delivery where status = 'DEAD'"))
                    .containsExactly("DEAD10HTTP status 500");
            assertThat(new Deliveries(migrated.database).redeliver("hook.a-1")).isTrue();
            assertThat(migrated.query("select paused_until from destination where name = 'other'"))
                    .containsExactly("99");
        }
    }

    private static void fill(Path file) {
        Jdbi.create("jdbc:sqlite:" + file).useHandle(handle -> {
            for (int sequence = 1; sequence <= 2; sequence++) {
                handle.execute(
                        "insert into change (event_id, subject, sequence, type, event, created_at) values (?, 'a', ?, 't', ?, 0)",
                        "a-" + sequence,
                        sequence,
                        new byte[] {1});
            }
            handle.execute(
                    "insert into delivery (destination, event_id, subject, sequence, status, attempts, error, updated_at)"
                            + " values ('hook', 'a-1', 'a', 1, 'DEAD', 10, 'HTTP status 500', 0)");
            handle.execute("insert into delivery (destination, event_id, subject, sequence, status, due_at, updated_at)"
                    + " values ('hook', 'a-2', 'a', 2, 'PENDING', 0, 0)");
            handle.execute("insert into destination (name, disabled) values ('hook', 'HTTP status 410')");
            handle.execute("insert into destination (name, paused_until) values ('other', 99)");
        });
    }
}
