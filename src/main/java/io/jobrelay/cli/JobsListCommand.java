package io.jobrelay.cli;

import io.jobrelay.job.JobState;
import java.util.List;
import java.util.Map;
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
    private String sort = "id";

    @Mixin
    private ListOptions list = new ListOptions();

    @Mixin
    private ApiOptions api = new ApiOptions();

    @Override
    public Integer call() {
        Map<String, ?> query = Map.of("state", states, "api", apis, "account", accounts, "label", labels, "sort", sort);
        return list.print(
                most -> api.ask(relay -> relay.list("/api/jobs", query, "jobs", most)),
                Column.of("ID", "/id"),
                Column.of("STATE", "/state"),
                Column.of("SINCE", "/stateTime"),
                Column.progress(""),
                Column.of("REASON", "/reason"),
                Column.of("NAME", "/name"));
    }
}
