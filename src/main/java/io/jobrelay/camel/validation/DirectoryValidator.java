package io.jobrelay.camel.validation;

import static java.util.Objects.requireNonNull;

import io.jobrelay.account.Account;
import io.jobrelay.camel.config.ConfigSnapshot;
import io.jobrelay.settings.Problem;
import io.jobrelay.settings.PropertyFile;
import io.jobrelay.watch.Watch;
import io.jobrelay.watch.WatchFile;
import io.jobrelay.watch.WatchGlob;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Looks over everything that a user may edit in the working directory: properties, routes, mappings, watches, seeds and tests.
 * Needs neither network nor keys, and leaves no trace.
 */
public final class DirectoryValidator {
    private static final Path PROPERTIES = Path.of(ConfigSnapshot.PROPERTIES);

    private final DryRun dryRun;
    private final List<Problem> problems = new ArrayList<>();
    private final List<Problem> warnings = new ArrayList<>();
    private final List<Placed> watches = new ArrayList<>();
    private final Map<String, Account> accounts = new HashMap<>();

    /**
     * What was found.
     *
     * @param problems what keeps Jobrelay, or a part of it, from working
     * @param warnings what is right, but does not work on this machine as it is now, or may be meant otherwise
     * @param watches the good watches
     * @param accounts the good accounts, by name
     */
    public record Findings(
            List<Problem> problems, List<Problem> warnings, List<Placed> watches, Map<String, Account> accounts) {
        public Findings {
            problems = List.copyOf(problems);
            warnings = List.copyOf(warnings);
            watches = List.copyOf(watches);
            accounts = Map.copyOf(accounts);
        }
    }

    /** A watch and where it stands, as {@code file:line}. */
    public record Placed(String place, Watch watch) {}

    private DirectoryValidator(DryRun dryRun) {
        this.dryRun = dryRun;
    }

    /** Looks over the working directory, and builds its routes in the dry run. */
    public static Findings run(DryRun dryRun) {
        DirectoryValidator check = new DirectoryValidator(dryRun);
        check.look();
        return new Findings(check.problems, check.warnings, check.watches, check.accounts);
    }

    private void look() {
        Optional<Problem> missing = dryRun.source().snapshot().propertiesProblem();
        if (missing.isPresent()) {
            problems.add(missing.get());
            return;
        }
        problems.addAll(dryRun.settingsProblems());
        problems.addAll(dryRun.problems());
        boolean testable = problems.isEmpty();
        PropertyFile properties = PropertyFile.read(PROPERTIES);
        properties.repeated().forEach(this::warn);
        WatchGlob.Found found = new WatchGlob(dryRun.settings().watches()).find();
        found.unmatched().forEach(warning -> warn(properties.problem("jobrelay.watches", warning)));
        checkWatches(found.files());
        SeedValidator seeds = new SeedValidator(dryRun);
        folders(SeedValidator.SEEDS).forEach(folder -> problems.addAll(seeds.problems(folder)));
        if (testable) {
            TestRunner tests = new TestRunner(dryRun);
            TestRunner.files().forEach(file -> tests.run(file).forEach(result -> problems.addAll(result.problems())));
        }
        problems.replaceAll(problem ->
                new Problem(problem.file(), problem.line(), dryRun.secrets().mask(problem.message())));
    }

    private void checkWatches(List<Path> files) {
        accounts.putAll(dryRun.settings().accounts());
        WatchFile reader = new WatchFile(dryRun.watchFileReader());
        Map<String, String> places = new HashMap<>();
        for (Path file : files) {
            WatchFile.Content content = reader.read(file);
            problems.addAll(content.problems());
            for (WatchFile.Entry entry : content.entries()) {
                String first = places.putIfAbsent(entry.watch().id(), file + ":" + entry.line());
                if (first != null) {
                    problems.add(new Problem(
                            file.toString(),
                            entry.line(),
                            "the same watch (api, account and parameters) stands in " + first));
                } else {
                    watches.add(new Placed(file + ":" + entry.line(), entry.watch()));
                    requireNonNull(accounts.get(entry.watch().account()), "a good watch has a known account")
                            .missing()
                            .ifPresent(message -> warn(new Problem(file.toString(), entry.line(), message)));
                }
            }
        }
    }

    private void warn(Problem problem) {
        warnings.add(new Problem(problem.file(), problem.line(), "warning: " + problem.message()));
    }

    private static List<Path> folders(Path directory) {
        if (!Files.isDirectory(directory)) {
            return List.of();
        }
        try (Stream<Path> entries = Files.list(directory)) {
            return entries.filter(Files::isDirectory).sorted().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
