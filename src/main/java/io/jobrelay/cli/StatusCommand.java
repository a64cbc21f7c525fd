package io.jobrelay.cli;

import io.jobrelay.job.Json;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code jobrelay status} */
@Command(
        name = "status",
        description = "Prints the state of a running Jobrelay on one screen, and what of it needs a person.",
        exitCodeList = {"0:nothing needs a person", "1:something does, or it could not be asked"})
final class StatusCommand extends Subcommand {
    @Option(names = "--json", description = "Print one JSON document.")
    private boolean json;

    @Mixin
    private ApiOptions api = new ApiOptions();

    @Override
    public Integer call() {
        StatusReport report = api.askRunning(StatusReport::of);
        if (json) {
            out().println(Json.write(report.json()));
        } else {
            report.print(out());
        }
        out().flush();
        return report.needs().isEmpty() ? ExitStatus.OK : ExitStatus.FAILED;
    }
}
