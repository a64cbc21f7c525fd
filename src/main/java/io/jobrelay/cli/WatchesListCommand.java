package io.jobrelay.cli;

import java.util.List;
import java.util.Map;
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
        Map<String, ?> query = Map.of("api", apis, "account", accounts, "health", healths);
        return list.print(
                most -> api.ask(relay -> relay.list("/api/watches", query, "watches", most)),
                Column.of("ID", "/id"),
                Column.of("API", "/api"),
                Column.of("ACCOUNT", "/account"),
                Column.of("STATE", "/state"),
                Column.of("HEALTH", "/health"),
                Column.of("NEXT POLL", "/nextPollTime"),
                Column.of("JOBS", "/jobCount"),
                Column.of("SOURCE", "/source"),
                Column.of("FAILURE", "/failure/httpStatus", "/failure/code", "/failure/message"));
    }
}
