package io.jobrelay.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.jobrelay.job.Json;
import io.jobrelay.logging.FileFailure;
import io.jobrelay.logging.PlainLine;
import io.jobrelay.settings.Problem;
import io.jobrelay.signing.PercentEncoding;
import io.jobrelay.watch.WatchFile;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code jobrelay watches} */
@Command(name = "watches", description = "Lists, adds, polls and removes the watches of a running Jobrelay.")
final class WatchesCommand extends Subcommand {
    private static final String IDS = "Ids as watches list prints them.";

    @Command(
            name = "list",
            description = "Lists watches and their health.",
            exitCodeList = {"0:listed", "1:it could not be asked"})
    int list(
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
                            names = "--health",
                            split = ",",
                            paramLabel = "HEALTH",
                            description =
                                    "Those whose last poll had one of these results: OK, REFUSED or a kind of failure, such as UNAUTHENTICATED.")
                    @Nullable
                    List<String> healths,
            @Mixin ListOptions list,
            @Mixin ApiOptions api) {
        Map<String, @Nullable Object> query = new HashMap<>();
        query.put("api", apis);
        query.put("account", accounts);
        query.put("health", healths);
        return list.print(
                most -> api.askRunning(client -> client.list("/api/watches", query, "watches", most)),
                Column.of("ID", "/id"),
                Column.of("API", "/api"),
                Column.of("ACCOUNT", "/account"),
                Column.members("PARAMETERS", "/parameters"),
                Column.members("LABELS", "/labels"),
                Column.of("STATE", "/state"),
                Column.of("HEALTH", "/health"),
                Column.of("NEXT POLL", "/nextPollTime"),
                Column.of("JOBS", "/jobCount"),
                Column.of("SOURCE", "/source"),
                Column.of("FAILURE", "/failure/httpStatus", "/failure/code", "/failure/message"));
    }

    @Command(
            name = "add",
            description = {
                "Adds the watches of files and prints the id of each.",
                "They stay until watches remove; those of files in watches/ need no adding."
            },
            exitCodeList = {"0:all are added", "1:some are not; standard error says why"})
    int add(
            @Parameters(
                            paramLabel = "FILE",
                            arity = "1..*",
                            description =
                                    "Watch files, in YAML or JSON; one watch in JSON will do; - for standard input.")
                    List<String> files,
            @Mixin FormatOptions format,
            @Mixin ApiOptions api) {
        return api.askRunning(client -> {
                    boolean all = true;
                    for (String file : files) {
                        WatchFile.Outline outline = outline(file);
                        for (WatchFile.Item item : outline.items()) {
                            all &= add(client, file, item, format);
                        }
                        outline.problems().forEach(problem -> warn(problem.toString()));
                        all &= outline.readable();
                    }
                    return all;
                })
                ? ExitStatus.OK
                : ExitStatus.FAILED;
    }

    private static WatchFile.Outline outline(String file) {
        try {
            String text = contents(file);
            return WatchFile.outline(file, text.startsWith("{") ? "[" + text + "]" : text);
        } catch (IOException e) {
            return new WatchFile.Outline(
                    List.of(), List.of(new Problem(file, 0, "cannot be read: " + FileFailure.reason(e))), false);
        }
    }

    private boolean add(AdminClient client, String file, WatchFile.Item item, FormatOptions format) {
        try {
            JsonNode added = client.post("/api/watches", item.watch());
            out().println(format.json ? Json.write(added) : PlainLine.of(Column.text(added, "/id")));
            out().flush();
            return true;
        } catch (ApiException e) {
            if (e.isUnreachable()) {
                throw e;
            }
            e.problems().forEach(problem -> warn(new Problem(file, item.line(), problem).toString()));
            return false;
        }
    }

    @Command(
            name = "remove",
            description = {
                "Removes watches that were added by watches add or the API; the records of their jobs stay.",
                "A watch of a file is removed there."
            },
            exitCodeList = {"0:they are removed", "1:some watch is not there, or it could not be asked"})
    int remove(
            @Parameters(paramLabel = "ID", arity = "1..*", description = IDS) List<String> ids, @Mixin ApiOptions api) {
        return each(ids, api, (client, path) -> client.delete(path));
    }

    @Command(
            name = "poll",
            description = "Makes watches due now.",
            exitCodeList = {"0:they are due", "1:some watch is not there, or it could not be asked"})
    int poll(
            @Parameters(paramLabel = "ID", arity = "1..*", description = IDS) List<String> ids, @Mixin ApiOptions api) {
        return each(ids, api, (client, path) -> client.post(path + "/poll", null));
    }

    private int each(List<String> ids, ApiOptions api, BiConsumer<AdminClient, String> request) {
        boolean all = api.askRunning(client ->
                each(ids, id -> request.accept(client, "/api/watches/" + PercentEncoding.encode(id))) == ids.size());
        return all ? ExitStatus.OK : ExitStatus.FAILED;
    }
}
