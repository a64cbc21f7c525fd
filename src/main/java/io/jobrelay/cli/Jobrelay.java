package io.jobrelay.cli;

import io.jobrelay.job.ReadableDuration;
import io.jobrelay.ledger.LedgerException;
import io.jobrelay.logging.PlainLine;
import io.jobrelay.settings.InvalidSettingsException;
import java.io.PrintWriter;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help;
import picocli.CommandLine.IHelpSectionRenderer;
import picocli.CommandLine.Model.UsageMessageSpec;

/** The program: runs a command and exits with its status. */
@Command(
        name = "jobrelay",
        description = "Watches jobs on several clouds and relays one unified job record per change.",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        exitCodeOnExecutionException = ExitStatus.FAILED,
        footer = {
            "",
            "Works in the directory it is started in: application.properties, routes/ and the watch files there.",
            "Without a command it plays the sandbox, which needs no account."
        })
public final class Jobrelay {
    private static final List<Class<?>> COMMANDS = List.of(
            InitCommand.class,
            RunCommand.class,
            SandboxCommand.class,
            FetchCommand.class,
            WaitCommand.class,
            CheckCommand.class,
            RecordCommand.class,
            TestCommand.class,
            ApisCommand.class,
            StatusCommand.class,
            JobsCommand.class,
            WatchesCommand.class,
            DeliveriesCommand.class,
            DestinationsCommand.class,
            NodesCommand.class,
            BackupCommand.class,
            CompletionCommand.class);

    private Jobrelay() {}

    public static void main(String[] arguments) {
        // Java would print the exception unmasked; the log masks secrets.
        Thread.setDefaultUncaughtExceptionHandler(
                (thread, exception) -> log().error("thread {} ended", thread.getName(), exception));
        System.exit(execute(arguments));
    }

    /** Not a constant: the sandbox sets the level before anything is logged. */
    private static Logger log() {
        return LoggerFactory.getLogger(Jobrelay.class);
    }

    /** Runs a command line in this process and returns its exit status. */
    static int execute(String... arguments) {
        String[] given = arguments.length == 0 ? new String[] {SandboxCommand.NAME} : arguments;
        // Reading the options of all commands takes a tenth of a start, and only completion needs them.
        List<Class<?>> named = COMMANDS.stream()
                .filter(type -> type.getAnnotation(Command.class).name().equals(given[0]))
                .filter(type -> type != CompletionCommand.class)
                .toList();
        return commandLine(named.isEmpty() ? COMMANDS : named).execute(given);
    }

    /** The commands, on the standard streams. */
    static CommandLine commandLine() {
        return commandLine(COMMANDS);
    }

    private static CommandLine commandLine(List<Class<?>> commands) {
        CommandLine all = new CommandLine(new Jobrelay());
        commands.forEach(all::addSubcommand);
        Map<String, IHelpSectionRenderer> help = all.getHelpSectionMap();
        help.put(UsageMessageSpec.SECTION_KEY_EXIT_CODE_LIST_HEADING, Jobrelay::exitStatus);
        return all.setHelpSectionMap(help)
                .registerConverter(URI.class, ApiOptions::parseUrl)
                .registerConverter(Instant.class, SelectionOptions::parseTime)
                .registerConverter(Duration.class, ReadableDuration::parse)
                .setExecutionExceptionHandler(Jobrelay::report)
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setUsageHelpAutoWidth(true);
    }

    private static String exitStatus(Help help) {
        boolean group = help.commandSpec().usageMessage().exitCodeList().isEmpty();
        return group ? "" : help.createHeading("Exit status:%n");
    }

    /** Prints errors that a user can fix without a stack trace. */
    private static int report(Exception exception, CommandLine commandLine, CommandLine.ParseResult parsed) {
        if (exception instanceof InvalidSettingsException
                || exception instanceof LedgerException
                || exception instanceof IllegalStateException) {
            PrintWriter err = commandLine.getErr();
            String.valueOf(exception.getMessage())
                    .lines()
                    .map(PlainLine::of)
                    .forEach(line -> err.println(commandLine.getColorScheme().errorText(line)));
        } else {
            log().error("unexpected", exception);
        }
        return ExitStatus.FAILED;
    }
}
