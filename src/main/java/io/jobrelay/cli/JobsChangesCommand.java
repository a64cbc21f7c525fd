package io.jobrelay.cli;

import static io.jobrelay.cli.FormOptions.progress;
import static io.jobrelay.cli.FormOptions.text;

import com.fasterxml.jackson.databind.JsonNode;
import io.jobrelay.client.Api;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code jobrelay jobs changes} */
@Command(
        name = "changes",
        description = "Lists the changes of a job from the first one that is kept; with --json the events.",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        exitCodeListHeading = "Exit status:%n",
        exitCodeList = {"0:listed", "1:there is no such job, or it could not be asked"})
final class JobsChangesCommand implements Callable<Integer> {
    @Parameters(paramLabel = "ID", description = "The id of a job as jobs list prints it.")
    private String id = "";

    @Mixin
    private ListOptions list = new ListOptions();

    @Mixin
    private ApiOptions api = new ApiOptions();

    @Override
    public Integer call() {
        int limit = list.limit();
        List<JsonNode> changes = new ArrayList<>();
        boolean more = api.ask(relay ->
                relay.list("/api/jobs/" + Api.part(id) + "/changes", List.of(), "changes", limit, changes::add));
        list.print(
                changes,
                more,
                new TextTable("CHANGE", "TIME", "FROM", "TO", "PROGRESS", "REASON"),
                event -> new Object[] {
                    text(event, "/data/job/sequence"),
                    text(event, "/time"),
                    text(event, "/data/previousState"),
                    text(event, "/data/job/state"),
                    progress(event.at("/data/job")),
                    text(event, "/data/job/reason")
                });
        return ExitStatus.OK;
    }
}
