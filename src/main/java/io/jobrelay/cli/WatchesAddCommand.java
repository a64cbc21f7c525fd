package io.jobrelay.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.jobrelay.job.Json;
import io.jobrelay.settings.Problem;
import io.jobrelay.trust.PlainLine;
import io.jobrelay.watch.WatchFile;
import java.io.IOException;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code jobrelay watches add} */
@Command(
        name = "add",
        description = {
            "Looks after the watches of files from now on, and prints the id of each.",
            "They stay until watches remove; those of files in watches/ are looked after without this."
        },
        exitCodeList = {"0:all are looked after", "1:some are not; standard error says why"})
final class WatchesAddCommand extends Subcommand {
    @Parameters(
            paramLabel = "FILE",
            arity = "1..*",
            description = "Watch files, in YAML or JSON; one watch in JSON will do; - for standard input.")
    private List<String> files = List.of();

    @Mixin
    private FormOptions form = new FormOptions();

    @Mixin
    private ApiOptions api = new ApiOptions();

    @Override
    public Integer call() {
        return api.ask(this::addAll) ? ExitStatus.OK : ExitStatus.FAILED;
    }

    private boolean addAll(Api relay) {
        boolean all = true;
        for (String file : files) {
            WatchFile.Outline outline = read(file);
            for (WatchFile.Item item : outline.items()) {
                all &= add(relay, file, item);
            }
            outline.problems().forEach(problem -> warn(problem.toString()));
            all &= outline.readable();
        }
        return all;
    }

    private static WatchFile.Outline read(String file) {
        try {
            String text = contents(file);
            return WatchFile.outline(file, text.startsWith("{") ? "[" + text + "]" : text);
        } catch (IOException e) {
            return new WatchFile.Outline(List.of(), List.of(new Problem(file, 0, "cannot be read: " + e)), false);
        }
    }

    private boolean add(Api relay, String file, WatchFile.Item item) {
        try {
            JsonNode added = relay.post("/api/watches", item.watch());
            out().println(form.json() ? Json.write(added) : PlainLine.of(Column.text(added, "/id")));
            out().flush();
            return true;
        } catch (ApiException e) {
            if (e.reason() == ApiException.Reason.UNREACHABLE) {
                throw e;
            }
            e.problems().forEach(problem -> warn(new Problem(file, item.line(), problem).toString()));
            return false;
        }
    }
}
