package io.jobrelay.ledger;

import io.jobrelay.settings.Settings.LedgerSettings;
import io.jobrelay.testbed.PostgresqlServer;
import java.nio.file.Path;

/** A database that the ledger may be in. */
enum Engine {
    SQLITE {
        @Override
        LedgerSettings ledger(Path directory) {
            return new LedgerSettings("jdbc:sqlite:" + directory.resolve("ledger.db"));
        }
    },
    POSTGRESQL {
        @Override
        LedgerSettings ledger(Path directory) {
            return PostgresqlServer.shared().ledger(directory.getFileName().toString());
        }
    };

    /** The ledger of a directory, always the same one. */
    abstract LedgerSettings ledger(Path directory);
}
