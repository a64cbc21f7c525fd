package io.jobrelay.testbed;

import io.jobrelay.ledger.LedgerDatabase;
import io.jobrelay.settings.Settings.LedgerSettings;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import io.zonky.test.db.postgres.util.LinuxUtils;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.awaitility.Awaitility;

/** A real PostgreSQL on a free port. Databases come ready with the ledger's tables, and only the last few are kept. */
public final class PostgresqlServer implements AutoCloseable {
    private static final String USER = "postgres";
    private static final String TEMPLATE = "ledger_template";
    private static final int KEPT = 3;

    private final Path directory;
    private final boolean passing;
    private final Deque<String> databases = new ArrayDeque<>();
    private EmbeddedPostgres server;

    /**
     * @param passing true if the files go when it stops
     */
    private PostgresqlServer(Path directory, boolean passing) {
        this.directory = directory;
        this.passing = passing;
        this.server = start(FreePort.next());
        LedgerDatabase.open(empty(TEMPLATE)).close();
    }

    /** A server of one's own, with its files in that directory. */
    public static PostgresqlServer start(Path directory) {
        return new PostgresqlServer(directory, false);
    }

    /** The server of this process, started when it is first asked for. */
    public static PostgresqlServer shared() {
        return Shared.SERVER;
    }

    private static final class Shared {
        static final PostgresqlServer SERVER = new PostgresqlServer(
                Path.of("target", "postgresql-" + ProcessHandle.current().pid()), true);
    }

    /** It has no power cut to survive, and so need not wait for the disk; a crash of its own it has. */
    private EmbeddedPostgres start(int port) {
        try {
            return EmbeddedPostgres.builder()
                    .setDataDirectory(directory)
                    .setCleanDataDirectory(passing)
                    .setPort(port)
                    .setPGStartupWait(Duration.ofMinutes(1))
                    .setServerConfig("synchronous_commit", "on")
                    .setServerConfig("fsync", "off")
                    .setServerConfig("full_page_writes", "off")
                    .setServerConfig("max_connections", "200")
                    .start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Ends it as an administrator would, who does not wait for those who are connected. */
    public void stop() {
        try {
            server.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Starts it again where it was. */
    public void startAgain() {
        server = start(server.getPort());
    }

    /** Ends all its processes at once, as a crash does, and starts it again where it was: it recovers from its log. */
    public void crash() throws IOException, InterruptedException {
        Path program =
                Path.of(Files.readString(directory.resolve("postmaster.opts")).split(" ", 2)[0]);
        List<String> command = new ArrayList<>(LinuxUtils.isUnshareAvailable() ? List.of("unshare", "-U") : List.of());
        command.addAll(List.of(program.resolveSibling("pg_ctl").toString(), "restart", "-D", directory.toString()));
        command.addAll(List.of(
                "-m", "immediate", "-w", "-l", directory.resolve("server.log").toString()));
        int status = new ProcessBuilder(command)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectErrorStream(true)
                .start()
                .waitFor();
        if (status != 0) {
            throw new IOException("%s exits with %d".formatted(command, status));
        }
    }

    /** A ledger without anything in it, the same one for the same name. */
    public synchronized LedgerSettings ledger(String name) {
        if (!databases.contains(name)) {
            create(name, " template " + TEMPLATE);
        }
        return settings(name);
    }

    /** A database without tables. */
    public synchronized LedgerSettings empty(String name) {
        create(name, "");
        return settings(name);
    }

    private void create(String name, String from) {
        execute("create database \"%s\"%s".formatted(name, from));
        if (!name.equals(TEMPLATE)) {
            databases.addLast(name);
        }
        if (databases.size() > KEPT) {
            execute("drop database \"%s\" with (force)".formatted(databases.removeFirst()));
        }
    }

    private LedgerSettings settings(String name) {
        return new LedgerSettings("jdbc:postgresql://localhost:%d/%s".formatted(server.getPort(), name), USER, null);
    }

    /** Does something as the administrator. */
    public void execute(String sql) {
        try (Connection connection = server.getPostgresDatabase().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        } catch (SQLException e) {
            throw new IllegalStateException(sql, e);
        }
    }

    /** Makes a role that is let in with its password only; who knows a wrong one is refused from now on. */
    public void addRole(String role, String password) throws IOException {
        execute("create role %s login password '%s'".formatted(role, password));
        Path rules = directory.resolve("pg_hba.conf");
        Files.writeString(rules, "host all %s all scram-sha-256%n%s".formatted(role, Files.readString(rules)));
        execute("select pg_reload_conf()");
        Awaitility.await().until(() -> !isLetIn(role, password + "-not"));
    }

    private boolean isLetIn(String role, String password) {
        try {
            DriverManager.getConnection(settings(TEMPLATE).url(), role, password)
                    .close();
            return true;
        } catch (SQLException e) {
            return false;
        }
    }

    public int port() {
        return server.getPort();
    }

    @Override
    public void close() {
        stop();
    }
}
