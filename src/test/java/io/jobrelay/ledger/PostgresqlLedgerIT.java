package io.jobrelay.ledger;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import io.jobrelay.job.JobRecords;
import io.jobrelay.job.JobState;
import io.jobrelay.settings.Settings.LedgerSettings;
import io.jobrelay.testbed.FreePort;
import io.jobrelay.testbed.PostgresqlServer;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is PostgreSQL's alone: how it is reached, and that many have it open. */
@Timeout(120)
class PostgresqlLedgerIT {
    private static final Duration SOON = Duration.ofSeconds(30);

    @TempDir
    private Path directory;

    private final PostgresqlServer server = PostgresqlServer.shared();
    private String name = "";

    @BeforeEach
    void names() {
        name = directory.getFileName().toString();
    }

    @Test
    void the_tables_are_made_once_when_many_start_together() throws Exception {
        LedgerSettings settings = server.empty(name);
        int nodes = 6;
        CountDownLatch begin = new CountDownLatch(nodes);
        ExecutorService threads = Executors.newFixedThreadPool(nodes);
        List<Future<?>> opened = new ArrayList<>();
        for (int node = 0; node < nodes; node++) {
            opened.add(threads.submit(() -> {
                begin.countDown();
                begin.await();
                LedgerDatabase.open(settings).close();
                return null;
            }));
        }
        for (Future<?> one : opened) {
            one.get(100, TimeUnit.SECONDS);
        }
        threads.shutdown();

        try (Ledger ledger = Ledger.open(settings)) {
            assertThat(ledger.query("select count(*) - count(distinct version) from flyway_schema_history"))
                    .containsExactly("0");
        }
    }

    @Test
    void a_reader_misses_nothing_of_two_that_write_at_once() throws Exception {
        writeAtOnce(server.ledger(name));
    }

    @ParameterizedTest
    @ValueSource(strings = {"repeatable read", "serializable"})
    void the_isolation_that_the_database_has_by_default_changes_nothing(String isolation) throws Exception {
        LedgerSettings settings = server.empty(name);
        server.execute("alter database \"%s\" set default_transaction_isolation = '%s'".formatted(name, isolation));

        writeAtOnce(settings);
    }

    @Test
    void options_of_the_url_go_beside_its_own() {
        LedgerSettings plain = server.ledger(name);
        String options = "-c work_mem=5MB -c default_transaction_isolation=serializable";
        LedgerSettings settings = new LedgerSettings(
                plain.url() + "?options=" + URLEncoder.encode(options, UTF_8), plain.user(), plain.password());

        try (Ledger ledger = Ledger.open(settings)) {
            assertThat(Stream.of("work_mem", "transaction_isolation", "idle_in_transaction_session_timeout")
                            .flatMap(parameter -> ledger.query("show " + parameter).stream()))
                    .containsExactly("5MB", "read committed", "4s");
        }
    }

    /** Two that have the ledger open write to it at the same time. */
    private static void writeAtOnce(LedgerSettings settings) throws Exception {
        int jobs = 100;
        try (Ledger one = Ledger.open(settings);
                Ledger other = Ledger.open(settings)) {
            ExecutorService threads = Executors.newFixedThreadPool(2);
            List<Future<?>> writers = new ArrayList<>();
            for (Ledger ledger : List.of(one, other)) {
                writers.add(threads.submit(() -> {
                    for (int job = 0; job < jobs; job++) {
                        String event = System.identityHashCode(ledger) + "-" + job;
                        String subject = "job " + job % 10 + " of " + System.identityHashCode(ledger);
                        int sequence = job / 10 + 1;
                        ledger.database.write(handle -> {
                            ledger.change(handle, event, subject, sequence, "hook");
                            return null;
                        });
                    }
                }));
            }
            History history = new History(one.database);
            List<History.Place> read = new ArrayList<>(List.of(History.Place.START));
            await().atMost(SOON).until(() -> {
                history.after(read.get(read.size() - 1), 3).forEach(entry -> read.add(entry.place()));
                return read.size() > 2 * jobs;
            });
            for (Future<?> writer : writers) {
                writer.get(60, TimeUnit.SECONDS);
            }
            threads.shutdown();

            assertThat(read)
                    .isSorted()
                    .doesNotHaveDuplicates()
                    .hasSize(2 * jobs + 1)
                    .endsWith(history.newest());
        }
    }

    @Test
    void a_change_of_a_slow_transaction_is_not_skipped() throws SQLException {
        LedgerSettings settings = server.ledger(name);
        try (Ledger ledger = Ledger.open(settings);
                Connection slow = DriverManager.getConnection(settings.url(), settings.user(), "");
                Statement statement = slow.createStatement()) {
            History history = new History(ledger.database);
            slow.setAutoCommit(false);
            statement.execute("insert into change (account, event_id, subject, sequence, type, event, created_at,"
                    + " event_time) values ('acme', 'slow', 'slow', 1, 't', '', 0, 0)");
            ledger.takeIn(JobRecords.of("fast", JobState.RUNNING));

            History.Place before = history.newest();
            assertThat(history.after(before, 10)).isEmpty();
            slow.commit();

            assertThat(ledger.query("select subject from change order by position"))
                    .containsExactly("slow", "fast");
            assertThat(history.after(before, 10)).hasSize(2);
        }
    }

    /** Its transaction ids are those of the server that the dump is of. */
    @Test
    void changes_of_a_restored_dump_are_read_and_places_of_the_old_server_are_incomplete() {
        LedgerSettings settings = server.ledger(name);
        History.Place old;
        try (Ledger ledger = Ledger.open(settings)) {
            ledger.takeIn(JobRecords.of("a", JobState.RUNNING), JobRecords.of("b", JobState.RUNNING));
            old = new History(ledger.database).newest();
            ledger.database.write(
                    handle -> handle.execute("update change set age = age + 1000000000 where subject = 'b'"));
        }
        try (Ledger ledger = Ledger.open(settings)) {
            History history = new History(ledger.database);
            assertThat(history.after(History.Place.START, 10)).hasSize(2);
            assertThat(history.completeAfter(old)).isFalse();
            History.Place newest = history.newest();
            assertThat(history.completeAfter(newest)).isTrue();

            ledger.takeIn(JobRecords.of("a", JobState.FAILED));

            assertThat(history.after(newest, 10)).hasSize(1);
        }
    }

    @Test
    void goes_on_by_itself_when_its_connections_are_cut() {
        try (Ledger ledger = Ledger.open(server.ledger(name))) {
            ledger.takeIn(JobRecords.of("a", JobState.RUNNING));

            server.execute("select pg_terminate_backend(pid) from pg_stat_activity where datname = '" + name + "'");

            await().atMost(SOON)
                    .ignoreExceptions()
                    .untilAsserted(() -> ledger.takeIn(JobRecords.of("a", JobState.FAILED)));
            assertThat(ledger.query("select state || sequence from job")).containsExactly("FAILED2");
            assertThat(ledger.database.trouble()).isEmpty();
        }
    }

    @Test
    void goes_on_by_itself_when_the_server_is_started_again() {
        try (PostgresqlServer own = PostgresqlServer.start(directory.resolve("server"));
                Ledger ledger = Ledger.open(own.ledger("own"))) {
            ledger.takeIn(JobRecords.of("a", JobState.RUNNING));

            own.stop();
            assertThatThrownBy(() -> ledger.takeIn(JobRecords.of("a", JobState.FAILED)))
                    .isInstanceOfSatisfying(
                            LedgerException.class, e -> assertThat(e.refused()).isFalse())
                    .hasMessageContaining("/own cannot be connected to (");
            assertThat(ledger.database.trouble())
                    .hasValueSatisfying(
                            trouble -> assertThat(trouble).contains("check that the PostgreSQL server runs"));
            own.startAgain();

            await().atMost(SOON).until(() -> ledger.database.trouble().isEmpty());
            ledger.takeIn(JobRecords.of("a", JobState.FAILED));
            assertThat(ledger.query("select state || sequence from job")).containsExactly("FAILED2");
        }
    }

    @Test
    void keeps_what_postgresql_has_no_character_for() {
        String nul = "a\0b";
        try (Ledger ledger = Ledger.open(server.ledger(name))) {
            ledger.takeIn(JobRecords.of("a", JobState.RUNNING, nul, nul, 1));
            ledger.takeIn(JobRecords.of("a", JobState.FAILED, nul, nul, 1));

            assertThat(ledger.query("select state || sequence || reason from job"))
                    .containsExactly("FAILED2a\ufffdb");
        }
    }

    /** Two nodes see a job for the first time: the one that comes later polls again, and its provider has done nothing wrong. */
    @Test
    void a_job_that_another_node_brings_at_the_same_moment_is_not_refused() throws Exception {
        LedgerSettings settings = server.ledger(name);
        try (Ledger ledger = Ledger.open(settings);
                Connection other = DriverManager.getConnection(settings.url(), settings.user(), "");
                Statement statement = other.createStatement()) {
            DueWatch due = ledger.dueOnly(Ledger.watch("1"));
            other.setAutoCommit(false);
            statement.execute("insert into change (account, event_id, subject, sequence, type, event, created_at,"
                    + " event_time) values ('acme', 'e', 'a', 1, 't', '', 0, 0)");

            CompletableFuture<Intake.Answered> answered =
                    ledger.answered(due, List.of(JobRecords.of("a", JobState.RUNNING)));
            await().atMost(SOON)
                    .until(
                            () -> ledger.query("select count(*) from pg_locks where not granted"),
                            waiting -> !waiting.contains("0"));
            other.commit();

            assertThat(catchThrowableOfType(CompletionException.class, answered::join))
                    .cause()
                    .isInstanceOfSatisfying(
                            LedgerException.class,
                            failure -> assertThat(failure.refused()).isFalse());
        }
    }

    @Test
    void refuses_a_server_that_is_not_there() throws IOException {
        int port = FreePort.next();
        assertRefused(
                new LedgerSettings("jdbc:postgresql://localhost:" + port + "/ledger?loginTimeout=5", "me", "hush-hush"),
                "jobrelay.ledger.url: jdbc:postgresql://localhost:" + port + "/ledger cannot be connected to (",
                "check that the PostgreSQL server runs");
    }

    @Test
    void refuses_a_database_that_is_not_there() {
        LedgerSettings settings = server.ledger(name);
        assertRefused(
                new LedgerSettings(settings.url() + "-not", settings.user(), null),
                "cannot be connected to (",
                "and that it has that database");
    }

    @Test
    void refuses_a_role_that_is_not_let_in() {
        LedgerSettings settings = server.ledger(name);
        assertRefused(
                new LedgerSettings(settings.url(), "nobody", "hush-hush"),
                "does not let Jobrelay in (",
                "check jobrelay.ledger.user and jobrelay.ledger.password");
    }

    @Test
    void is_let_in_with_the_right_password_only() throws IOException {
        LedgerSettings settings = server.empty(name);
        server.addRole("relay", "hush-hush");
        server.execute("alter database \"%s\" owner to relay".formatted(name));

        LedgerDatabase.open(new LedgerSettings(settings.url(), "relay", "hush-hush"))
                .close();
        assertRefused(
                new LedgerSettings(settings.url(), "relay", "hush-not"),
                "does not let Jobrelay in (",
                "check jobrelay.ledger.user and jobrelay.ledger.password");
    }

    @Test
    void refuses_a_database_that_may_only_be_read() {
        LedgerSettings settings = server.empty(name);
        server.execute("alter database \"%s\" set default_transaction_read_only = on".formatted(name));

        assertRefused(settings, "cannot be written (", "name the primary server");
    }

    @Test
    void refuses_a_database_that_cannot_hold_every_text() {
        server.execute("create database \"%s\" encoding 'LATIN1' locale 'C' template template0".formatted(name));
        LedgerSettings other = server.ledger(name + "-other");

        assertRefused(
                new LedgerSettings(other.url().replace(name + "-other", name), other.user(), null),
                "cannot hold every text",
                "encoding 'UTF8', was LATIN1");
    }

    @Test
    void refuses_tables_of_somebody_else() {
        LedgerSettings settings = server.empty(name);
        org.jdbi.v3.core.Jdbi.create(settings.url(), String.valueOf(settings.user()), "")
                .useHandle(handle -> handle.execute("create table other (id integer)"));

        assertRefused(settings, "holds tables of somebody else", "a database of its own");
    }

    @Test
    void a_command_makes_no_tables() {
        assertThatThrownBy(() -> LedgerDatabase.openBeside(server.empty(name)))
                .isInstanceOf(LedgerException.class)
                .hasMessageContaining("is no ledger yet")
                .hasMessageContaining("jobrelay run");
    }

    @Test
    void its_copies_are_the_servers_to_make() {
        assertThatThrownBy(() -> LedgerBackup.take(server.ledger(name), directory.resolve("copy")))
                .isInstanceOf(LedgerException.class)
                .hasMessageContaining("pg_dump --format=custom");
        assertThat(directory).isEmptyDirectory();
    }

    private static void assertRefused(LedgerSettings settings, String rule, String remedy) {
        assertThatThrownBy(() -> LedgerDatabase.open(settings))
                .isInstanceOf(LedgerException.class)
                .hasMessageStartingWith("jobrelay.ledger.url: jdbc:postgresql://localhost:")
                .hasMessageContaining(rule)
                .hasMessageContaining(remedy)
                .message()
                .doesNotContain("\n", "hush");
    }
}
