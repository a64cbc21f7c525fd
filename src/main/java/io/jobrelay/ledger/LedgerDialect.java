package io.jobrelay.ledger;

import com.zaxxer.hikari.HikariConfig;
import io.jobrelay.settings.Settings.LedgerSettings;
import java.nio.file.Path;
import java.util.Optional;
import javax.sql.DataSource;
import org.flywaydb.core.api.configuration.FluentConfiguration;
import org.jdbi.v3.core.Jdbi;

/** What differs between the databases that a ledger may be in. Statements differ in the words that {@link #define} defines. */
sealed interface LedgerDialect permits SqliteDialect, PostgresqlDialect {
    static LedgerDialect of(LedgerSettings settings) {
        return settings.url().startsWith(SqliteDialect.URL_PREFIX)
                ? new SqliteDialect(settings.url())
                : new PostgresqlDialect(settings);
    }

    /** What messages call the ledger. */
    String name();

    /** The ledger's file; empty where it is on a server. */
    Optional<Path> file();

    /**
     * How to connect, and with how many connections at most.
     *
     * @throws LedgerException if a server cannot be connected to
     */
    HikariConfig connections();

    /** Where the migrations are, and how they are run. */
    FluentConfiguration migrations(DataSource connections);

    /**
     * Defines the words that statements have in angle brackets: {@code <skipLocked>} locks the rows that a query finds but for
     * those that are locked already, {@code <elements>} and {@code <members>} turn a JSON array or object into rows,
     * {@code <crossJoin>} reads two tables in the order that is written, {@code <listedRecord>} is a record {@code r.record} as
     * lists have it, {@code <settled>} is the age below which each row is either visible or never will be, and
     * {@code <trialWrite>} is a statement that writes something and changes nothing.
     */
    void define(Jdbi jdbi);
}
