package io.jobrelay.ledger;

import com.zaxxer.hikari.HikariConfig;
import io.jobrelay.settings.Settings.LedgerSettings;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import javax.sql.DataSource;
import org.flywaydb.core.api.configuration.FluentConfiguration;
import org.jdbi.v3.core.Jdbi;

/**
 * The database that a ledger is in, as far as databases differ. Statements are the same in each but for a few words, which
 * {@link #speak} defines.
 */
sealed interface LedgerEngine permits SqliteEngine, PostgresqlEngine {
    /** The engine of that URL. */
    static LedgerEngine of(LedgerSettings settings) {
        return settings.url().startsWith(SqliteEngine.URL_PREFIX)
                ? new SqliteEngine(settings.url())
                : new PostgresqlEngine(settings);
    }

    /** What messages call the ledger. */
    String name();

    /** The ledger's file; empty where it is on a server. */
    Optional<Path> file();

    /**
     * Keeps others out until that is closed, where only one process may have the ledger open.
     *
     * @throws LedgerException if somebody else has it, or it is not fit to be opened
     */
    Hold hold() throws IOException;

    /**
     * Before a command looks into a ledger that may not be there.
     *
     * @throws LedgerException if it is not
     */
    void requireThere();

    /**
     * What copies can be taken of.
     *
     * @throws LedgerException with what to do instead, where that is not Jobrelay's to do
     */
    Path requireFile();

    /** How to connect, as often as is good for it. */
    HikariConfig connections();

    /** Where the migrations are, and what runs them. */
    FluentConfiguration migrations(DataSource connections);

    /**
     * Defines the words that statements have in angle brackets: {@code <forUpdate>} and {@code <skipLocked>} lock rows that a
     * query finds, {@code <elements>} and {@code <members>} turn a JSON array or object into rows, {@code <crossJoin>} reads
     * two tables in the order that is written, {@code <listedRecord>} is a record {@code r.record} as lists have it, and {@code <settled>} is the age below which each row is either visible or never
     * will be.
     */
    void speak(Jdbi jdbi);

    /** A statement that writes something, and says nothing. */
    String trialWrite();

    /** A ledger that is kept from others, or that need not be. */
    interface Hold extends AutoCloseable {
        /** The ledger has its tables from now on. */
        void made() throws IOException;

        @Override
        void close();
    }
}
