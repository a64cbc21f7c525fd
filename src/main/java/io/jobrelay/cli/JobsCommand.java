package io.jobrelay.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.jobrelay.job.JobState;
import io.jobrelay.job.Json;
import io.jobrelay.logging.PlainLine;
import io.jobrelay.signing.PercentEncoding;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code jobrelay jobs} */
@Command(name = "jobs", description = "Lists the jobs of a running Jobrelay, and the changes of each.")
final class JobsCommand extends Subcommand {
    private static final String JOB = "The id of a job as jobs list prints it.";

    @Command(
            name = "list",
            description = "Lists jobs with their states, by id or in the order of --sort.",
            exitCodeList = {"0:listed", "1:it could not be asked"})
    int list(
            @Option(
                            names = "--state",
                            split = ",",
                            paramLabel = "STATE",
                            description = "Those in one of these states: ${COMPLETION-CANDIDATES}.")
                    @Nullable
                    List<JobState> states,
            @Option(
                            names = "--api",
                            split = ",",
                            paramLabel = "API",
                            description = "Those of one of these provider APIs.")
                    @Nullable
                    List<String> apis,
            @Option(
                            names = "--account",
                            split = ",",
                            paramLabel = "NAME",
                            description = "Those of one of these accounts.")
                    @Nullable
                    List<String> accounts,
            @Option(
                            names = "--label",
                            paramLabel = "KEY:VALUE",
                            description = "Those with this label; with all of several.")
                    @Nullable
                    List<String> labels,
            @Option(
                            names = "--sort",
                            paramLabel = "ORDER",
                            description =
                                    "id, -id, observeTime or -observeTime, which puts the latest change first. Default: id.")
                    @Nullable
                    String sort,
            @Mixin ListOptions list,
            @Mixin ApiOptions api) {
        Map<String, @Nullable Object> query = new HashMap<>();
        query.put("state", states);
        query.put("api", apis);
        query.put("account", accounts);
        query.put("label", labels);
        query.put("sort", sort);
        return list.print(
                most -> api.askRunning(client -> client.list("/api/jobs", query, "jobs", most)),
                Column.of("ID", "/id"),
                Column.of("STATE", "/state"),
                Column.of("SINCE", "/stateTime"),
                Column.progress(""),
                Column.of("REASON", "/reason"),
                Column.of("NAME", "/name"));
    }

    @Command(
            name = "show",
            description = "Prints the record of a job, with the provider's complete reply.",
            exitCodeList = {"0:printed", "1:there is no such job, or it could not be asked"})
    int show(
            @Parameters(paramLabel = "ID", description = JOB) String id,
            @Mixin FormatOptions format,
            @Mixin ApiOptions api) {
        JsonNode job = api.askRunning(client -> client.get("/api/jobs/" + PercentEncoding.encode(id)));
        if (format.json) {
            out().println(Json.write(job));
        } else {
            // A provider's text may contain terminal controls, which JSON does not escape.
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
        String path = "/api/jobs/" + PercentEncoding.encode(id) + "/changes";
        return list.print(
                most -> api.askRunning(client -> client.list(path, Map.of(), "changes", most)),
                Column.of("CHANGE", "/data/job/sequence"),
                Column.of("TIME", "/time"),
                Column.of("FROM", "/data/previousState"),
                Column.of("TO", "/data/job/state"),
                Column.progress("/data/job"),
                Column.of("REASON", "/data/job/reason"));
    }
}
