package io.jobrelay.cli;

import io.jobrelay.camel.validation.DirectoryValidator;
import io.jobrelay.camel.validation.DryRun;
import io.jobrelay.logging.PlainLine;
import io.jobrelay.settings.Problem;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code jobrelay check} */
@Command(
        name = "check",
        description = {
            "Validates properties, routes, mappings, watches and seeds of this directory, runs its tests, and prints every"
                    + " problem as file:line: message.",
            "Needs neither network nor keys, and writes nothing; a watch whose account has no keys is a warning, and so is"
                    + " a property that is set twice."
        },
        exitCodeList = {"0:no problem", "1:some problem, or the router fails with the change"})
final class CheckCommand extends Subcommand {
    @Option(
            names = "--explain",
            description = "Print for each watch which request would go out, with keys, tokens and signatures masked.")
    private boolean explain;

    @Option(
            names = "--change",
            paramLabel = "FILE",
            description =
                    "Print where the router would send the changes of a file: job records, or events as in out/*.ndjson;"
                            + " - for standard input.")
    private @Nullable String change;

    @Override
    public Integer call() {
        try (DryRun dryRun = new DryRun(clock)) {
            return check(dryRun);
        }
    }

    private int check(DryRun dryRun) {
        DirectoryValidator.Findings findings = DirectoryValidator.run(dryRun);
        Stream.of(findings.problems(), findings.warnings())
                .flatMap(List::stream)
                .forEach(problem -> out().println(PlainLine.of(problem.toString())));
        CheckReport report = new CheckReport(dryRun, out());
        if (explain) {
            report.requests(findings);
        }
        boolean routed = change == null || report.routing(change);
        out().flush();
        String count = count(findings.problems(), "problem");
        String warnings = findings.warnings().isEmpty() ? "" : ", " + count(findings.warnings(), "warning");
        err().println(count + warnings);
        return findings.problems().isEmpty() && routed ? ExitStatus.OK : ExitStatus.FAILED;
    }

    private static String count(List<Problem> found, String what) {
        return found.size() + " " + what + (found.size() == 1 ? "" : "s");
    }
}
