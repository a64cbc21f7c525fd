package io.jobrelay.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.jobrelay.logging.PlainLine;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.ZoneOffset;
import java.util.Collection;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/** What all commands have: help, a version, two streams to print to, and a way to refuse options. */
@Command(scope = ScopeType.INHERIT, mixinStandardHelpOptions = true, versionProvider = Version.class)
abstract class Subcommand implements Callable<Integer> {
    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    CommandSpec spec;

    final Clock clock = Clock.tickMillis(ZoneOffset.UTC);

    /** A group of commands does nothing itself. */
    @Override
    public Integer call() throws Exception {
        throw usageError("Missing required subcommand");
    }

    /** For data. */
    final PrintWriter out() {
        return spec.commandLine().getOut();
    }

    /** For messages. */
    final PrintWriter err() {
        return spec.commandLine().getErr();
    }

    /** Prints a message that may quote a provider or a file, as one line without terminal controls. */
    final void warn(String message) {
        err().println(PlainLine.of(message));
    }

    /** Makes a request for each id and warns of those that are refused; returns how many were not. */
    final int each(Collection<String> ids, Consumer<String> request) {
        int done = 0;
        for (String id : ids) {
            try {
                request.accept(id);
                done++;
            } catch (ApiException e) {
                if (!e.concernsOneItem()) {
                    throw e;
                }
                warn(id + ": " + e.getMessage());
            }
        }
        return done;
    }

    /** The text of a file, of standard input for {@code -}. */
    static String contents(String file) throws IOException {
        return file.equals("-") ? new String(System.in.readAllBytes(), UTF_8) : Files.readString(Path.of(file));
    }

    /** An invalid command line: exit status 2, with the usage. */
    final ParameterException usageError(String message) {
        return new ParameterException(spec.commandLine(), message);
    }
}
