package io.jobrelay.cli;

import static io.jobrelay.cli.FormOptions.text;

import com.fasterxml.jackson.databind.JsonNode;
import io.jobrelay.ledger.Deliveries.Status;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code jobrelay deliveries list} */
@Command(
        name = "list",
        description = "Lists deliveries, the newest first; dead ones unless told otherwise.",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        exitCodeListHeading = "Exit status:%n",
        exitCodeList = {"0:listed", "1:neither a Jobrelay nor its ledger can be asked"})
final class DeliveriesListCommand implements Callable<Integer> {
    @Option(
            names = "--status",
            paramLabel = "STATUS",
            defaultValue = "DEAD",
            description = "One of ${COMPLETION-CANDIDATES}. Default: ${DEFAULT-VALUE}.")
    private Status status = Status.DEAD;

    @Mixin
    private SelectionOptions options = new SelectionOptions();

    @Mixin
    private ListOptions list = new ListOptions();

    @Mixin
    private ApiOptions api = new ApiOptions();

    @Override
    public Integer call() {
        int limit = list.limit();
        List<JsonNode> deliveries = new ArrayList<>();
        boolean more = api.askOrLook(desk -> desk.deliveries(status, options.selection(), limit, deliveries::add));
        TextTable table = new TextTable("ID", "SUBJECT", "CHANGE", "TIME", "STATUS", "ATTEMPTS", "ERROR");
        list.print(deliveries, more, table, delivery -> new Object[] {
            text(delivery, "/id"),
            text(delivery, "/subject"),
            text(delivery, "/sequence"),
            text(delivery, "/time"),
            text(delivery, "/status"),
            text(delivery, "/attempts"),
            text(delivery, "/error")
        });
        return ExitStatus.OK;
    }
}
