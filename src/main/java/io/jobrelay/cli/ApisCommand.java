package io.jobrelay.cli;

import static java.util.stream.Collectors.joining;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.jobrelay.camel.validation.DryRun;
import io.jobrelay.job.Json;
import io.jobrelay.watch.ProviderApi;
import java.util.stream.StreamSupport;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code jobrelay apis} */
@Command(
        name = "apis",
        description =
                "Lists the provider APIs that a watch may name, by the files in routes/providers: their parameters, those that may"
                        + " be left out in brackets, the signing schemes of their accounts, and what their jobs are.",
        exitCodeList = {"0:listed", "1:there are no routes here, or a file has a problem"})
final class ApisCommand extends Subcommand {
    @Mixin
    private FormatOptions format = new FormatOptions();

    @Override
    public Integer call() {
        try (DryRun run = new DryRun(clock)) {
            boolean good = run.problems().stream()
                    .peek(problem -> warn(problem.toString()))
                    .findAny()
                    .isEmpty();
            format.print(
                    out(),
                    run.watchReader().apis().stream().map(ApisCommand::json).toList(),
                    Column.of("API", "/name"),
                    Column.of("KIND", "/kind"),
                    new Column("SIGNING", api -> joined(api, "signing")),
                    new Column("PARAMETERS", ApisCommand::parameters));
            return good ? ExitStatus.OK : ExitStatus.FAILED;
        }
    }

    private static JsonNode json(ProviderApi api) {
        ObjectNode json = Json.MAPPER.createObjectNode();
        json.put("name", api.getName());
        json.put("kind", api.getKind());
        json.set("signing", Json.MAPPER.valueToTree(api.getSigning()));
        json.set("parameters", Json.MAPPER.valueToTree(api.getRequired()));
        json.set("optional", Json.MAPPER.valueToTree(api.getOptional()));
        return json;
    }

    private static String parameters(JsonNode api) {
        String optional = joined(api, "optional");
        return joined(api, "parameters") + (optional.isEmpty() ? "" : " [" + optional + "]");
    }

    private static String joined(JsonNode api, String member) {
        return StreamSupport.stream(api.path(member).spliterator(), false)
                .map(JsonNode::asText)
                .collect(joining(", "));
    }
}
