package io.jobrelay.cli;

import io.jobrelay.camel.validation.DryRun;
import io.jobrelay.camel.validation.TestResult;
import io.jobrelay.camel.validation.TestRunner;
import io.jobrelay.logging.PlainLine;
import io.jobrelay.settings.Problem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import javax.xml.stream.XMLStreamException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code jobrelay test} */
@Command(
        name = "test",
        description = {
            "Runs the cases of tests/*.yaml through the routes and mappings of this directory: an event to its destinations, a"
                    + " reply to its record, a watch to its request.",
            "Needs neither network nor keys, and writes nothing but the file of --junit."
        },
        exitCodeList = {"0:every case passed", "1:one failed, there is none, or the routes have a problem"})
final class TestCommand extends Subcommand {
    @Parameters(paramLabel = "FILE", arity = "0..*", description = "Test files. Default: tests/*.yaml.")
    private List<Path> files = List.of();

    @Option(names = "--junit", paramLabel = "FILE", description = "Write the results to a file too, as JUnit XML.")
    private @Nullable Path junit;

    @Override
    public Integer call() {
        for (Path file : files) {
            if (!Files.isRegularFile(file)) {
                throw usageError("FILE: must be a test file, there is no '%s'".formatted(file));
            }
        }
        List<Path> chosen = files.isEmpty() ? TestRunner.files() : files;
        if (chosen.isEmpty()) {
            warn("tests/: has no test file: write one, docs/routes.md#tests shows how");
            return ExitStatus.FAILED;
        }
        try (DryRun dryRun = new DryRun(clock)) {
            List<Problem> problems = new ArrayList<>(dryRun.settingsProblems());
            problems.addAll(dryRun.problems());
            if (!problems.isEmpty()) {
                problems.forEach(problem -> warn(dryRun.secrets().mask(problem.toString())));
                warn("nothing was tested: take these out first, 'jobrelay check' finds them too");
                return ExitStatus.FAILED;
            }
            TestRunner runner = new TestRunner(dryRun);
            return report(
                    chosen.stream().flatMap(file -> runner.run(file).stream()).toList());
        }
    }

    private int report(List<TestResult> results) {
        for (TestResult result : results) {
            out().println(PlainLine.of((result.passed() ? "PASSED " : "FAILED ") + result.place()));
            result.problems().forEach(problem -> out().println("  " + PlainLine.of(problem.toString())));
        }
        out().flush();
        long failed = results.stream().filter(result -> !result.passed()).count();
        warn("%d %s, %d failed".formatted(results.size(), results.size() == 1 ? "case" : "cases", failed));
        if (junit != null) {
            try {
                JunitReport.write(results, junit);
            } catch (IOException | XMLStreamException e) {
                throw new IllegalStateException("--junit: %s cannot be written: %s".formatted(junit, e), e);
            }
        }
        return failed == 0 ? ExitStatus.OK : ExitStatus.FAILED;
    }
}
