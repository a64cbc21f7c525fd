package io.jobrelay.cli;

import io.jobrelay.ledger.Deliveries.Selection;
import io.jobrelay.trust.PlainLine;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code jobrelay deliveries redeliver} */
@Command(
        name = "redeliver",
        description = {
            "Sends dead deliveries again, the same bytes with the same ids, and prints how many.",
            "A Jobrelay that runs begins at once, otherwise the next one does."
        },
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        exitCodeListHeading = "Exit status:%n",
        exitCodeList = {"0:they are on their way", "1:some id is that of no dead delivery, or nobody can be asked"})
final class DeliveriesRedeliverCommand implements Callable<Integer> {
    @Parameters(paramLabel = "ID", arity = "0..*", description = "Ids as deliveries list prints them.")
    private List<String> ids = List.of();

    @Mixin
    private SelectionOptions options = new SelectionOptions();

    @Option(names = "--all", description = "All dead deliveries.")
    private boolean all;

    @Mixin
    private ApiOptions api = new ApiOptions();

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli's
    private CommandSpec spec;

    @Override
    public Integer call() {
        boolean selected = !options.selection().equals(Selection.ALL);
        if (ids.isEmpty() && !selected && !all) {
            refuse("Which? Name ids, --destination, --since or --until, or say --all");
        }
        if (!ids.isEmpty() && (selected || all)) {
            refuse("Ids, or --destination, --since, --until or --all, but not both");
        }
        if (all && selected) {
            refuse("--all, or --destination, --since and --until, but not both");
        }
        long redelivered = api.askOrLook(desk -> ids.isEmpty() ? desk.redeliver(options.selection()) : redeliver(desk));
        spec.commandLine().getOut().println(redelivered);
        spec.commandLine().getOut().flush();
        return redelivered < ids.stream().distinct().count() ? ExitStatus.FAILED : ExitStatus.OK;
    }

    private long redeliver(Desk desk) {
        long redelivered = 0;
        for (String id : ids.stream().distinct().toList()) {
            if (desk.redeliver(id)) {
                redelivered++;
            } else {
                spec.commandLine()
                        .getErr()
                        .println(PlainLine.of(id + ": is no dead delivery; deliveries list prints those that are"));
            }
        }
        return redelivered;
    }

    private void refuse(String message) {
        throw new ParameterException(spec.commandLine(), message);
    }
}
