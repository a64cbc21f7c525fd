package io.jobrelay.cli;

import io.jobrelay.ledger.LedgerException;
import io.jobrelay.settings.InvalidSettingsException;
import java.io.PrintWriter;
import java.time.Clock;
import java.time.ZoneOffset;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The program: picks the command and turns its outcome into an exit status. */
@Command(
        name = "jobrelay",
        description = "Watches jobs on several clouds and relays one unified job record per change.",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        subcommands = {
            RunCommand.class,
            SandboxCommand.class,
            FetchCommand.class,
            WaitCommand.class,
            CheckCommand.class,
            DeliveriesCommand.class,
            DestinationsCommand.class
        },
        exitCodeOnExecutionException = ExitStatus.FAILED,
        footer = {
            "",
            "Works in the directory it is started in: application.properties, routes/ and the watch files there.",
            "Without a command it plays the sandbox, which needs no account."
        })
public final class Jobrelay {
    private Jobrelay() {}

    public static void main(String[] arguments) {
        System.exit(execute(arguments));
    }

    /** Runs a command line in this process and returns its exit status. */
    static int execute(String... arguments) {
        return commandLine().execute(arguments.length == 0 ? new String[] {SandboxCommand.NAME} : arguments);
    }

    /** The commands, on the standard streams. */
    static CommandLine commandLine() {
        return new CommandLine(new Jobrelay(), new Commands(Clock.tickMillis(ZoneOffset.UTC)))
                .setExecutionExceptionHandler(Jobrelay::report)
                .setUsageHelpAutoWidth(true);
    }

    /** What a user can mend is said without a stack trace. */
    private static int report(Exception exception, CommandLine commandLine, CommandLine.ParseResult parsed)
            throws Exception {
        if (exception instanceof InvalidSettingsException
                || exception instanceof LedgerException
                || exception instanceof IllegalStateException) {
            PrintWriter err = commandLine.getErr();
            String message = String.valueOf(exception.getMessage());
            message.lines()
                    .forEach(line -> err.println(commandLine.getColorScheme().errorText(line)));
            return ExitStatus.FAILED;
        }
        throw exception;
    }
}
