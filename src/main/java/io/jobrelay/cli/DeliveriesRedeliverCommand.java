package io.jobrelay.cli;

import io.jobrelay.ledger.Redelivery.Selection;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code jobrelay deliveries redeliver} */
@Command(
        name = "redeliver",
        description = {
            "Sends dead deliveries again, the same bytes with the same ids, and prints how many.",
            "A Jobrelay that runs begins at once, otherwise the next one does."
        },
        exitCodeList = {"0:they are on their way", "1:some id is that of no dead delivery, or nobody can be asked"})
final class DeliveriesRedeliverCommand extends Subcommand {
    @Parameters(paramLabel = "ID", arity = "0..*", description = "Ids as deliveries list prints them.")
    private List<String> ids = List.of();

    @Mixin
    private SelectionOptions options = new SelectionOptions();

    @Option(names = "--all", description = "All dead deliveries.")
    private boolean all;

    @Mixin
    private ApiOptions api = new ApiOptions();

    @Override
    public Integer call() {
        boolean selected = !options.selection().equals(Selection.ALL);
        if (ids.isEmpty() && !selected && !all) {
            throw refused("Which? Name ids, --destination, --since or --until, or say --all");
        }
        if (!ids.isEmpty() && (selected || all)) {
            throw refused("Ids, or --destination, --since, --until or --all, but not both");
        }
        if (all && selected) {
            throw refused("--all, or --destination, --since and --until, but not both");
        }
        long redelivered = api.askOrLook(desk -> ids.isEmpty() ? desk.redeliver(options.selection()) : redeliver(desk));
        out().println(redelivered);
        out().flush();
        return redelivered < ids.stream().distinct().count() ? ExitStatus.FAILED : ExitStatus.OK;
    }

    private long redeliver(Desk desk) {
        long redelivered = 0;
        for (String id : ids.stream().distinct().toList()) {
            if (desk.redeliver(id)) {
                redelivered++;
            } else {
                warn(id + ": is no dead delivery; deliveries list prints those that are");
            }
        }
        return redelivered;
    }
}
