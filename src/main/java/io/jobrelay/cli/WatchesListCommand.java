package io.jobrelay.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.jobrelay.client.Api.Parameter;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code jobrelay watches list} */
@Command(
        name = "list",
        description = "Lists watches, and how they are answered.",
        exitCodeList = {"0:listed", "1:it could not be asked"})
final class WatchesListCommand extends Subcommand {
    @Option(names = "--api", split = ",", paramLabel = "API", description = "Those of one of these provider APIs.")
    private List<String> apis = List.of();

    @Option(names = "--account", split = ",", paramLabel = "NAME", description = "Those of one of these accounts.")
    private List<String> accounts = List.of();

    @Option(
            names = "--health",
            split = ",",
            paramLabel = "HEALTH",
            description =
                    "Those whose last poll came to one of these: OK or a kind of failure, such as UNAUTHENTICATED.")
    private List<String> healths = List.of();

    @Mixin
    private ListOptions list = new ListOptions();

    @Mixin
    private ApiOptions api = new ApiOptions();

    @Override
    public Integer call() {
        List<Parameter> query = new ArrayList<>();
        apis.forEach(name -> query.add(new Parameter("api", name)));
        accounts.forEach(name -> query.add(new Parameter("account", name)));
        healths.forEach(health -> query.add(new Parameter("health", health)));
        int limit = list.limit();
        List<JsonNode> watches = new ArrayList<>();
        boolean more = api.ask(relay -> relay.list("/api/watches", query, "watches", limit, watches::add));
        list.print(
                watches,
                more,
                Column.of("ID", "/id"),
                Column.of("API", "/api"),
                Column.of("ACCOUNT", "/account"),
                Column.of("STATE", "/state"),
                Column.of("HEALTH", "/health"),
                Column.of("NEXT POLL", "/nextPollTime"),
                Column.of("JOBS", "/jobCount"),
                Column.of("SOURCE", "/source"),
                Column.of("FAILURE", "/failure/httpStatus", "/failure/code", "/failure/message"));
        return ExitStatus.OK;
    }
}
