package io.jobrelay.cli;

import io.jobrelay.camel.Relay;
import io.jobrelay.job.Json;
import io.jobrelay.provider.PollFailedException;
import io.jobrelay.watch.WatchFile;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code jobrelay fetch} */
@Command(
        name = "fetch",
        description = "Polls each watch of the files once and prints its records, one JSON document a line.",
        exitCodeList = {"0:all were fetched", "1:some were not; standard error says why"})
final class FetchCommand extends Subcommand {
    @Parameters(paramLabel = "FILE", arity = "1..*", description = "Watch files.")
    private List<Path> files = List.of();

    @Override
    public Integer call() {
        boolean all = true;
        try (Relay relay = Relay.start(Relay.Scope.PROVIDERS, Map.of(), clock, change -> {})) {
            WatchFile reader = new WatchFile(relay.providers().watchReader());
            for (Path file : files) {
                WatchFile.Content content = reader.read(file);
                content.problems().forEach(problem -> warn(problem.toString()));
                all &= content.problems().isEmpty();
                for (WatchFile.Entry entry : content.entries()) {
                    all &= fetch(relay, file, entry);
                }
            }
        }
        return all ? ExitStatus.OK : ExitStatus.FAILED;
    }

    private boolean fetch(Relay relay, Path file, WatchFile.Entry entry) {
        try {
            relay.providers().poll(entry.watch()).forEach(job -> out().println(Json.write(job)));
            out().flush();
            return true;
        } catch (PollFailedException e) {
            warn(file + ":" + entry.line() + ": "
                    + e.failure().describe(entry.watch().api(), entry.watch().account()));
            return false;
        }
    }
}
