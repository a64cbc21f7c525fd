package io.jobrelay.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.jobrelay.client.Api;
import io.jobrelay.job.Json;
import io.jobrelay.trust.PlainLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code jobrelay jobs show} */
@Command(
        name = "show",
        description = "Prints the record of a job, with all that its provider said.",
        exitCodeList = {"0:printed", "1:there is no such job, or it could not be asked"})
final class JobsShowCommand extends Subcommand {
    @Parameters(paramLabel = "ID", description = "The id of a job as jobs list prints it.")
    private String id = "";

    @Mixin
    private FormOptions form = new FormOptions();

    @Mixin
    private ApiOptions api = new ApiOptions();

    @Override
    public Integer call() {
        JsonNode job = api.ask(relay -> relay.get("/api/jobs/" + Api.part(id)));
        if (form.json()) {
            out().println(Json.write(job));
        } else {
            // A provider's text may hold what a terminal obeys and JSON does not escape.
            job.toPrettyString().lines().map(PlainLine::of).forEach(out()::println);
        }
        out().flush();
        return ExitStatus.OK;
    }
}
