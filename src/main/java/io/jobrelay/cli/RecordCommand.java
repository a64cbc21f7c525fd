package io.jobrelay.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.jobrelay.camel.validation.DryRun;
import io.jobrelay.camel.validation.RecordSchema;
import io.jobrelay.camel.validation.SeedWatch;
import io.jobrelay.provider.PollFailedException;
import io.jobrelay.provider.ProviderReply;
import io.jobrelay.settings.Problem;
import io.jobrelay.watch.Watch;
import io.jobrelay.watch.WatchReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code jobrelay record} */
@Command(
        name = "record",
        description = {
            "Prints the record that a saved reply becomes, as seeds/<api>/records/ has it; standard error says which members it"
                    + " does not have, and what is odd about it.",
            "Needs neither network nor keys. What the options do not say is as in seeds/<api>/watch.yaml."
        },
        exitCodeList = {"0:the reply becomes a record", "1:it does not; standard error says why"})
final class RecordCommand extends Subcommand {
    @Parameters(paramLabel = "FILE", description = "The reply's body; - for standard input.")
    private String file = "";

    @Option(
            names = "--api",
            paramLabel = "NAME",
            description = "The provider API. Default: that of the folder in seeds/ where the file is.")
    private @Nullable String api;

    @Option(names = "--account", paramLabel = "NAME", description = "The account that the record is to name.")
    private @Nullable String account;

    @Option(names = "--parameter", paramLabel = "NAME=VALUE", description = "A parameter of the watch.")
    private Map<String, String> parameters = Map.of();

    @Option(names = "--status", paramLabel = "N", description = "The reply's HTTP status. Default: 200.")
    private int status = 200;

    @Override
    public Integer call() throws IOException {
        String name = api == null ? apiOfFile() : api;
        byte[] body = contents(file).getBytes(UTF_8);
        try (DryRun run = new DryRun(clock)) {
            List<Problem> problems = run.problems();
            WatchReader.Reading reading = run.watchReader().read(watch(name));
            if (reading.watch().isEmpty() || !run.canPoll(name)) {
                problems.forEach(problem -> warn(problem.toString()));
                reading.problems().forEach(problem -> warn(problem.message()));
                return ExitStatus.FAILED;
            }
            return print(run, reading.watch().get(), new ProviderReply(status, "application/json", body));
        }
    }

    private String apiOfFile() {
        return SeedWatch.api(Path.of(file))
                .orElseThrow(() ->
                        usageError("Missing required option: '--api=NAME', since the file is in no folder of seeds/"));
    }

    private JsonNode watch(String name) throws IOException {
        ObjectNode watch = SeedWatch.of(name);
        if (account != null) {
            watch.put("account", account);
        }
        ObjectNode given = watch.withObject("/parameters");
        parameters.forEach(given::put);
        return watch;
    }

    private int print(DryRun run, Watch watch, ProviderReply reply) {
        JsonNode all;
        try {
            all = run.records(watch, reply, Map.of());
        } catch (PollFailedException e) {
            warn(e.failure().describe(watch.api(), watch.account()));
            return ExitStatus.FAILED;
        }
        out().println((all.size() == 1 ? all.get(0) : all).toPrettyString());
        out().flush();
        RecordSchema schema = new RecordSchema();
        boolean good = true;
        for (JsonNode record : all) {
            String id = record.path("id").asText() + ": ";
            warn(id + "not in the record: " + String.join(", ", schema.missing(record)));
            if (record.path("reason").asText().equals("UNMAPPED_PROVIDER_STATE")) {
                warn(id
                        + "state: the mapping does not know providerState '%s'"
                                .formatted(record.path("providerState").asText()));
            }
            record.path("anomalies").forEach(anomaly -> warn(id + "anomaly: " + anomaly.asText()));
            List<String> problems = schema.problems(record);
            good &= problems.isEmpty();
            problems.forEach(problem -> warn(id + problem));
        }
        return good ? ExitStatus.OK : ExitStatus.FAILED;
    }
}
