package io.jobrelay.ledger;

import io.jobrelay.settings.Settings.LedgerSettings;
import io.jobrelay.testbed.PostgresqlServer;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.ArgumentsProvider;
import org.junit.jupiter.params.support.ParameterDeclarations;

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

    /** The configuration parameter that names the engine of this run. */
    static final String CHOICE = "jobrelay.test.engine";

    /** The ledger of a directory, always the same one. */
    abstract LedgerSettings ledger(Path directory);

    /** The engine of this run: SQLite unless the configuration parameter names the other. */
    static final class Chosen implements ArgumentsProvider {
        @Override
        public Stream<Arguments> provideArguments(ParameterDeclarations parameters, ExtensionContext context) {
            return Stream.of(Arguments.of(
                    context.getConfigurationParameter(CHOICE, Engine::valueOf).orElse(SQLITE)));
        }
    }
}
