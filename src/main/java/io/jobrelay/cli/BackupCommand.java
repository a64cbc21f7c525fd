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
            "Copies the ledger of this directory, where it is a file, as it is at this moment, while Jobrelay runs or not.",
            "The copy is checked, on the disk, and readable by you alone. To restore it, stop Jobrelay, delete ledger.db-wal"
                    + " and ledger.db-shm, and put the copy in the place of ledger.db."
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
