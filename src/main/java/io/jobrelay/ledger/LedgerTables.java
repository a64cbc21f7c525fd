package io.jobrelay.ledger;

import java.util.stream.Stream;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.CoreErrorCode;
import org.flywaydb.core.api.FlywayException;
import org.flywaydb.core.api.MigrationState;
import org.flywaydb.core.api.configuration.FluentConfiguration;
import org.flywaydb.core.api.exception.FlywayValidateException;
import org.flywaydb.core.api.pattern.ValidatePattern;

/** The ledger's tables: made and changed by numbered migrations, each whole or not at all. */
final class LedgerTables {
    private LedgerTables() {}

    /**
     * Runs the migrations that the ledger has not seen yet.
     *
     * @throws LedgerException if a newer Jobrelay has changed the tables, or a migration fails; the ledger is then as it was
     *     before that migration
     */
    static void bringUpToDate(FluentConfiguration migrations) {
        Flyway flyway = flyway(migrations);
        try {
            flyway.migrate();
        } catch (FlywayValidateException e) {
            refuseNewer(flyway);
            throw unfit(e);
        } catch (FlywayException e) {
            if (LedgerTrouble.of(e).isPresent()) {
                throw e;
            }
            if (e.getErrorCode() == CoreErrorCode.NON_EMPTY_SCHEMA_WITHOUT_SCHEMA_HISTORY_TABLE) {
                throw new LedgerException("holds tables of somebody else: give Jobrelay a database of its own", e);
            }
            throw unfit(e);
        }
    }

    private static LedgerException unfit(FlywayException e) {
        return new LedgerException(
                "has tables that cannot be brought up to date, and are as they were (%s): go on with the Jobrelay that wrote it, and tell the makers of this one"
                        .formatted(LedgerTrouble.detail(e)),
                e);
    }

    /**
     * Looks without changing anything.
     *
     * @throws LedgerException if the tables are not those of this Jobrelay
     */
    static void requireUpToDate(FluentConfiguration migrations) {
        Flyway flyway = flyway(migrations);
        refuseNewer(flyway);
        if (flyway.info().pending().length > 0) {
            throw new LedgerException("is no ledger yet, or an older version's; jobrelay run brings it up to date");
        }
    }

    private static Flyway flyway(FluentConfiguration migrations) {
        return migrations
                .validateMigrationNaming(true)
                // Flyway would let a ledger pass that a newer Jobrelay has migrated.
                .ignoreMigrationPatterns(new ValidatePattern[0])
                .load();
    }

    private static void refuseNewer(Flyway flyway) {
        Stream.of(flyway.info().all())
                .filter(migration -> migration.getState() == MigrationState.FUTURE_SUCCESS)
                .findFirst()
                .ifPresent(newer -> {
                    throw new LedgerException("was written by a newer Jobrelay (its tables are of version "
                            + newer.getVersion() + "): start that one, or restore a backup from before it");
                });
    }
}
