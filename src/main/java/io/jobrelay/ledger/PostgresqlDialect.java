package io.jobrelay.ledger;

import com.zaxxer.hikari.HikariConfig;
import io.jobrelay.settings.Settings.LedgerSettings;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.sql.Types;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.regex.Pattern;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.configuration.FluentConfiguration;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.argument.AbstractArgumentFactory;
import org.jdbi.v3.core.argument.Argument;
import org.jdbi.v3.core.config.ConfigRegistry;

/** A database on a PostgreSQL server, which many nodes have open at the same time. */
final class PostgresqlDialect implements LedgerDialect {
    private static final int CONNECTIONS = 8;
    private static final int IDLE_CONNECTIONS = 2;
    private static final long CONNECTION_WAIT_MILLIS = 10_000;
    private static final long VALIDATION_WAIT_MILLIS = 3_000;
    /** Longer than any other node needs for its migrations. */
    private static final int LOCK_TRIES = 3_600;

    /** What the URL says goes before these. In seconds, where they are times. */
    private static final Map<String, String> PARAMETERS = Map.of(
            "ApplicationName", "jobrelay",
            "connectTimeout", "5",
            "tcpKeepAlive", "true",
            // JSON is bound as text, and null as nothing in particular.
            "stringtype", "unspecified",
            "reWriteBatchedInserts", "true");

    /** A connection without an answer for so long is closed; only statements of migrations take as long. */
    private static final String ANSWER_SECONDS = "30";

    /** Whatever the database, the role or the URL has by default, or what waits for others would fail instead. */
    private static final String ISOLATION = "set default_transaction_isolation = 'read committed';";

    /**
     * The locks of a process that stands still in the middle of a transaction are given up before its lease is over, and
     * another takes over. No migration is held to that: its locks are held by a connection that does nothing else.
     */
    private static final String STANDSTILL = "set idle_in_transaction_session_timeout = '4s'";

    private final LedgerSettings settings;
    private final String name;

    PostgresqlDialect(LedgerSettings settings) {
        this.settings = settings;
        this.name = settings.url().replaceFirst("\\?.*", "");
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public Optional<Path> file() {
        return Optional.empty();
    }

    @Override
    public HikariConfig connections() {
        connectOnce();
        HikariConfig pool = new HikariConfig();
        pool.setPoolName("ledger");
        pool.setJdbcUrl(settings.url());
        pool.setUsername(settings.user());
        pool.setPassword(settings.password());
        PARAMETERS.forEach(pool::addDataSourceProperty);
        pool.addDataSourceProperty("socketTimeout", ANSWER_SECONDS);
        pool.setConnectionInitSql(ISOLATION + STANDSTILL);
        pool.setMaximumPoolSize(CONNECTIONS);
        pool.setMinimumIdle(IDLE_CONNECTIONS);
        pool.setConnectionTimeout(CONNECTION_WAIT_MILLIS);
        pool.setValidationTimeout(VALIDATION_WAIT_MILLIS);
        return pool;
    }

    /** Before the pool connects, which would try for longer, and say less. */
    private void connectOnce() {
        Properties properties = new Properties();
        properties.putAll(PARAMETERS);
        if (settings.user() != null) {
            properties.setProperty("user", settings.user());
        }
        if (settings.password() != null) {
            properties.setProperty("password", settings.password());
        }
        try (Connection connection = DriverManager.getConnection(settings.url(), properties);
                Statement statement = connection.createStatement();
                ResultSet encoding = statement.executeQuery("show server_encoding")) {
            encoding.next();
            if (!encoding.getString(1).equals("UTF8")) {
                throw new LedgerException("cannot hold every text: create the database with encoding 'UTF8', was "
                        + encoding.getString(1));
            }
        } catch (SQLException e) {
            throw new LedgerException(
                    LedgerTrouble.of(e).orElse(LedgerTrouble.AWAY).message(LedgerTrouble.detail(e)), e);
        }
    }

    /** On connections of their own, since a migration may take its time; of many nodes that start together one runs them. */
    @Override
    public FluentConfiguration migrations(DataSource connections) {
        return Flyway.configure()
                .dataSource(settings.url(), settings.user(), settings.password())
                .jdbcProperties(PARAMETERS)
                .initSql(ISOLATION)
                .lockRetryCount(LOCK_TRIES)
                .locations("classpath:db/ledger/postgresql");
    }

    /** The members of a record keep their order. */
    @Override
    public void define(Jdbi jdbi) {
        jdbi.define("skipLocked", "for update skip locked")
                .define("elements", "json_array_elements_text")
                .define("members", "json_each_text")
                .define("crossJoin", "join")
                .define("settled", "pg_snapshot_xmin(pg_current_snapshot())::text::bigint")
                .define("trialWrite", "update ledger_time set lived_to = lived_to")
                .define("listedRecord", """
                        (select json_object_agg(member.key, member.value) from json_each(r.record) member
                            where member.key not in ('raw', 'spec', 'result', 'logs'))""")
                .registerArgument(new TextFactory());
    }

    /** What a state says of the server and the way to it; empty for what a statement did wrong, or has to be tried again. */
    static Optional<LedgerTrouble> trouble(String state) {
        return switch (state) {
            case "53100" -> Optional.of(LedgerTrouble.FULL);
            case "53300" -> Optional.of(LedgerTrouble.CROWDED);
            case "25006", "42501" -> Optional.of(LedgerTrouble.NOT_ALLOWED);
            case "XX001", "XX002" -> Optional.of(LedgerTrouble.CORRUPT);
            case "3D000", "57P01", "57P02", "57P03", "57P05", "25P03" -> Optional.of(LedgerTrouble.AWAY);
            default ->
                state.startsWith("08")
                        ? Optional.of(LedgerTrouble.AWAY)
                        : state.startsWith("28") ? Optional.of(LedgerTrouble.NOT_LET_IN) : Optional.empty();
        };
    }

    /**
     * The classes "data exception", "integrity constraint violation" and "program limit exceeded"; but for a "unique
     * violation", since another node has brought the same just now.
     */
    static boolean refusesData(String state) {
        return state.matches("22...|23(?!505)...|54...");
    }

    /** Replaces a character that PostgreSQL has in no text, and its escape in JSON: a provider's reply may have it. */
    private static final class TextFactory extends AbstractArgumentFactory<String> {
        private static final Pattern NUL = Pattern.compile("(?<!\\\\)((?:\\\\\\\\)*)\\\\u0000");

        private TextFactory() {
            super(Types.VARCHAR);
        }

        @Override
        protected Argument build(String value, ConfigRegistry config) {
            String kept = value.indexOf('\0') < 0 ? value : value.replace('\0', '\ufffd');
            String text = kept.contains("\\u0000") ? NUL.matcher(kept).replaceAll("$1\\\\ufffd") : kept;
            return (position, statement, context) -> statement.setString(position, text);
        }
    }
}
