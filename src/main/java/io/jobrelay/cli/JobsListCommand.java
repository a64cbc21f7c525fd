package io.jobrelay.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.jobrelay.client.Api.Parameter;
import io.jobrelay.job.JobState;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code jobrelay jobs list} */
@Command(
        name = "list",
        description = "Lists jobs with their states, in the order of their ids unless told otherwise.",
        exitCodeList = {"0:listed", "1:it could not be asked"})
final class JobsListCommand extends Subcommand {
    @Option(
            names = "--state",
            split = ",",
            paramLabel = "STATE",
            description = "Those in one of these states: ${COMPLETION-CANDIDATES}.")
    private List<JobState> states = List.of();

    @Option(names = "--api", split = ",", paramLabel = "API", description = "Those of one of these provider APIs.")
    private List<String> apis = List.of();

    @Option(names = "--account", split = ",", paramLabel = "NAME", description = "Those of one of these accounts.")
    private List<String> accounts = List.of();

    @Option(names = "--label", paramLabel = "KEY:VALUE", description = "Those with this label; with all of several.")
    private List<String> labels = List.of();

    @Option(
            names = "--sort",
            paramLabel = "ORDER",
            description = "id, -id, observeTime or -observeTime, which brings the latest change first. Default: id.")
    private @Nullable String sort;

    @Mixin
    private ListOptions list = new ListOptions();

    @Mixin
    private ApiOptions api = new ApiOptions();

    @Override
    public Integer call() {
        List<Parameter> query = new ArrayList<>();
        states.forEach(state -> query.add(new Parameter("state", state.name())));
        apis.forEach(name -> query.add(new Parameter("api", name)));
        accounts.forEach(name -> query.add(new Parameter("account", name)));
        labels.forEach(label -> query.add(new Parameter("label", label)));
        if (sort != null) {
            query.add(new Parameter("sort", sort));
        }
        int limit = list.limit();
        List<JsonNode> jobs = new ArrayList<>();
        boolean more = api.ask(relay -> relay.list("/api/jobs", query, "jobs", limit, jobs::add));
        list.print(
                jobs,
                more,
                Column.of("ID", "/id"),
                Column.of("STATE", "/state"),
                Column.of("SINCE", "/stateTime"),
                Column.progress(""),
                Column.of("REASON", "/reason"),
                Column.of("NAME", "/name"));
        return ExitStatus.OK;
    }
}
