package io.jobrelay.cli;

import io.jobrelay.camel.config.ContextSettings;
import io.jobrelay.ledger.LedgerBackup;
import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code jobrelay backup} */
@Command(
        name = "backup",
        description = {
            "Copies the ledger of this directory, if it is a file, whether Jobrelay runs or not.",
            "The copy is verified, flushed to disk, and readable only by you. To restore it, stop Jobrelay, delete ledger.db-wal"
                    + " and ledger.db-shm, and replace ledger.db by the copy."
        },
        exitCodeList = {"0:the copy is there", "1:it could not be made, and there is none"})
final class BackupCommand extends Subcommand {
    @Parameters(paramLabel = "FILE", description = "The copy; a file that is not there yet.")
    private Path file = Path.of("");

    @Override
    public Integer call() {
        LedgerBackup backup =
                LedgerBackup.take(ContextSettings.read("jobrelay.ledger.").ledger(), file);
        err().println("%s: %d jobs, %d changes, %d deliveries, %d bytes"
                .formatted(file, backup.jobs(), backup.changes(), backup.deliveries(), backup.bytes()));
        return ExitStatus.OK;
    }
}
