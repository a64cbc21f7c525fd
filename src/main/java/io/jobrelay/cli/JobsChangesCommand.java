package io.jobrelay.cli;

import io.jobrelay.client.Api;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code jobrelay jobs changes} */
@Command(
        name = "changes",
        description = "Lists the changes of a job from the first one that is kept; with --json the events.",
        exitCodeList = {"0:listed", "1:there is no such job, or it could not be asked"})
final class JobsChangesCommand extends Subcommand {
    @Parameters(paramLabel = "ID", description = "The id of a job as jobs list prints it.")
    private String id = "";

    @Mixin
    private ListOptions list = new ListOptions();

    @Mixin
    private ApiOptions api = new ApiOptions();

    @Override
    public Integer call() {
        return list.print(
                most -> api.ask(
                        relay -> relay.list("/api/jobs/" + Api.part(id) + "/changes", Map.of(), "changes", most)),
                Column.of("CHANGE", "/data/job/sequence"),
                Column.of("TIME", "/time"),
                Column.of("FROM", "/data/previousState"),
                Column.of("TO", "/data/job/state"),
                Column.progress("/data/job"),
                Column.of("REASON", "/data/job/reason"));
    }
}
