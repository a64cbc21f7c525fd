package io.jobrelay.cli;

import static java.util.stream.Collectors.counting;
import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.joining;

import io.jobrelay.camel.Relay;
import io.jobrelay.camel.engine.EngineConfiguration;
import io.jobrelay.job.Change;
import io.jobrelay.job.JobRecord;
import io.jobrelay.job.JobState;
import io.jobrelay.job.Json;
import io.jobrelay.ledger.Watches;
import io.jobrelay.provider.FailureKind;
import io.jobrelay.watch.Watch;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code jobrelay wait} */
@Command(
        name = "wait",
        description = "Polls until every job has ended and prints the last records, one JSON document a line.",
        exitCodeList = {
            "0:every job succeeded",
            "1:some could not be fetched",
            "3:some job did not succeed",
            "5:the timeout passed"
        })
final class WaitCommand extends Subcommand {
    /** Failures that do not go away by themselves. */
    private static final Set<String> PERMANENT = Set.of(
            FailureKind.UNAUTHENTICATED.name(),
            FailureKind.FORBIDDEN.name(),
            FailureKind.NOT_FOUND.name(),
            FailureKind.REJECTED.name());

    private static final long POLL_MILLIS = 200;

    private final Map<String, JobState> states = new ConcurrentHashMap<>();

    @Parameters(paramLabel = "FILE", arity = "1..*", description = "Watch files.")
    private List<Path> files = List.of();

    @Option(
            names = "--timeout",
            paramLabel = "TIME",
            description = "Give up after this time, such as 30s, 20m or 2h. Without it, wait as long as it takes.")
    private @Nullable Duration timeout;

    @Override
    public Integer call() throws IOException, InterruptedException {
        List<Path> missing = files.stream().filter(Files::notExists).toList();
        if (!missing.isEmpty()) {
            missing.forEach(file -> warn(file + ": cannot be read: there is no such file"));
            return ExitStatus.FAILED;
        }
        Path directory = Files.createTempDirectory("jobrelay-wait");
        Map<String, String> overrides = Map.of(
                "jobrelay.watches",
                files.stream().map(Path::toString).collect(joining(",")),
                "jobrelay.ledger.url",
                "jdbc:sqlite:" + directory.resolve("ledger.db"));
        try (Relay relay = Relay.start(Relay.Scope.POLLING, overrides, clock, this::show)) {
            int status = await(relay.engine());
            relay.engine().watches().lastRecords().forEach(out()::println);
            out().flush();
            return status;
        } finally {
            DirectoryTree.delete(directory);
        }
    }

    private int await(EngineConfiguration engine) throws InterruptedException {
        Instant deadline = timeout == null ? Instant.MAX : clock.instant().plus(timeout);
        while (true) {
            Thread.sleep(POLL_MILLIS);
            // Read first: unfinished watches may be missing until then.
            boolean complete = engine.watchFiles().complete();
            List<Watches.Unfinished> unfinished = engine.watches().unfinished();
            if (complete) {
                if (unfinished.isEmpty() && engine.watchFiles().refused() == 0) {
                    return engine.watches().allSucceeded() ? ExitStatus.OK : ExitStatus.JOB_NOT_SUCCEEDED;
                }
                if (unfinished.stream().allMatch(watch -> PERMANENT.contains(watch.health()))) {
                    report(unfinished);
                    return ExitStatus.FAILED;
                }
            }
            if (clock.instant().isAfter(deadline)) {
                report(unfinished);
                return ExitStatus.TIMED_OUT;
            }
        }
    }

    private void report(List<Watches.Unfinished> unfinished) {
        for (Watches.Unfinished one : unfinished) {
            Watch watch = one.watch();
            warn("%s: %s: %s"
                    .formatted(
                            one.source(),
                            Json.write(new TreeMap<>(watch.parameters())),
                            one.lastFailure()
                                    .map(failure -> failure.describe(watch.api(), watch.account()))
                                    .orElseGet(() -> "api=%s account=%s has not ended"
                                            .formatted(watch.api(), watch.account()))));
        }
        err().flush();
    }

    /** Prints a progress line, over the last one if this is a terminal. */
    private void show(Change change) {
        JobRecord job = change.job();
        states.put(job.id(), job.state());
        Map<JobState, Long> counts = states.values().stream()
                .collect(groupingBy(state -> state, () -> new EnumMap<>(JobState.class), counting()));
        String line = counts.entrySet().stream()
                .map(entry -> entry.getKey() + " " + entry.getValue())
                .collect(joining(", ", states.size() + (states.size() == 1 ? " job: " : " jobs: "), ""));
        if (CommandLine.Help.Ansi.AUTO.enabled()) {
            err().print("\r\u001b[K" + line + (job.terminal() ? System.lineSeparator() : ""));
        } else {
            err().println(line);
        }
        err().flush();
    }
}
