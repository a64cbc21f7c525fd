package io.jobrelay.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.jobrelay.job.Json;
import io.jobrelay.trust.PlainLine;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code jobrelay jobs} */
@Command(
        name = "jobs",
        description = "Lists the jobs of a running Jobrelay, and what became of each.",
        subcommands = JobsListCommand.class)
final class JobsCommand extends Subcommand {
    private static final String JOB = "The id of a job as jobs list prints it.";

    @Command(
            name = "show",
            description = "Prints the record of a job, with all that its provider said.",
            exitCodeList = {"0:printed", "1:there is no such job, or it could not be asked"})
    int show(
            @Parameters(paramLabel = "ID", description = JOB) String id,
            @Mixin FormOptions form,
            @Mixin ApiOptions api) {
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

    @Command(
            name = "changes",
            description = "Lists the changes of a job from the first one that is kept; with --json the events.",
            exitCodeList = {"0:listed", "1:there is no such job, or it could not be asked"})
    int changes(
            @Parameters(paramLabel = "ID", description = JOB) String id,
            @Mixin ListOptions list,
            @Mixin ApiOptions api) {
        String path = "/api/jobs/" + Api.part(id) + "/changes";
        return list.print(
                most -> api.ask(relay -> relay.list(path, Map.of(), "changes", most)),
                Column.of("CHANGE", "/data/job/sequence"),
                Column.of("TIME", "/time"),
                Column.of("FROM", "/data/previousState"),
                Column.of("TO", "/data/job/state"),
                Column.progress("/data/job"),
                Column.of("REASON", "/data/job/reason"));
    }
}
