package io.jobrelay.cli;

import io.jobrelay.camel.Relay;
import io.jobrelay.job.JobRecord;
import io.jobrelay.job.Json;
import io.jobrelay.provider.PollFailedException;
import io.jobrelay.watch.WatchFile;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code jobrelay fetch} */
@Command(
        name = "fetch",
        description = "Polls each watch of the files once and prints its records, one JSON document a line.",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        exitCodeListHeading = "Exit status:%n",
        exitCodeList = {"0:all were fetched", "1:some were not; standard error says why"})
final class FetchCommand implements Callable<Integer> {
    private final Clock clock;

    @Parameters(paramLabel = "FILE", arity = "1..*", description = "Watch files.")
    private List<Path> files = List.of();

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli's
    private CommandSpec spec;

    FetchCommand(Clock clock) {
        this.clock = clock;
    }

    @Override
    public Integer call() throws IOException {
        PrintWriter out = spec.commandLine().getOut();
        PrintWriter err = spec.commandLine().getErr();
        boolean all = true;
        try (Relay relay = Relay.start(Relay.Scope.PROVIDERS, Map.of(), clock, change -> {})) {
            WatchFile reader = new WatchFile(relay.providers().watchReader());
            for (Path file : files) {
                WatchFile.Content content = reader.read(file);
                content.problems().forEach(err::println);
                all &= content.problems().isEmpty();
                for (WatchFile.Entry entry : content.entries()) {
                    try {
                        for (JobRecord job : relay.providers().poll(entry.watch())) {
                            out.println(Json.MAPPER.writeValueAsString(job));
                            out.flush();
                        }
                    } catch (PollFailedException e) {
                        err.println(file + ":" + entry.line() + ": " + e.getMessage());
                        all = false;
                    }
                }
            }
        }
        return all ? ExitStatus.OK : ExitStatus.FAILED;
    }
}
