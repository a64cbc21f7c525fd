package io.jobrelay.camel.validation;

import io.jobrelay.account.Account;
import io.jobrelay.camel.config.ConfigSnapshot;
import io.jobrelay.logging.LogText;
import io.jobrelay.secrets.Secrets;
import io.jobrelay.settings.Problem;
import io.jobrelay.settings.PropertyFile;
import io.jobrelay.watch.WatchReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A snapshot of the files, tried in a context that is thrown away. {@code check} tries what is in the working directory, and a
 * running Jobrelay every edit before it takes it over.
 */
public final class DryRun extends OfflineContext {
    private static final List<Path> CALLED =
            List.of(Path.of("routes", "templates"), Path.of("routes", "providers"), Path.of("routes", "signing"));

    private final RouteValidator routes;
    private final FlowValidator flow;

    /**
     * Reads the files of the working directory, with defaults for settings that are wrong.
     *
     * @throws IllegalStateException if there are no routes here, or Camel refuses its own settings
     */
    public DryRun(Clock clock) {
        this(ConfigSnapshot.requireRoutes(), Map.of(), new Secrets(), clock);
        LogText.mask(secrets());
    }

    /**
     * Tries a snapshot, with defaults for settings that are wrong.
     *
     * @param overrides properties that win over those of the snapshot
     * @param secrets learn those among the properties
     * @throws IllegalStateException if Camel refuses its own settings
     */
    DryRun(ConfigSnapshot snapshot, Map<String, String> overrides, Secrets secrets, Clock clock) {
        super(snapshot, overrides, secrets, clock);
        routes = new RouteValidator(context(), source());
        PropertyFile properties = PropertyFile.of(
                        ConfigSnapshot.PROPERTIES, source().snapshot().properties())
                .with(overrides.keySet());
        flow = new FlowValidator(routes, properties, settings());
    }

    /**
     * What came of a snapshot.
     *
     * @param problems of its properties, routes and mappings, without secrets
     * @param reads by route file: the properties that its routes were built with, by key, the files, and the outboxes that they
     *     read, as {@code outbox:file}
     */
    public record Result(List<Problem> problems, Map<String, Set<String>> reads) {}

    /**
     * Tries a snapshot.
     *
     * @param changed files: the APIs whose polls go through these are replayed over their seeds, where they have any
     */
    public static Result of(
            ConfigSnapshot snapshot, Set<String> changed, Map<String, String> overrides, Secrets secrets, Clock clock) {
        Optional<Problem> missing = snapshot.propertiesProblem();
        if (missing.isPresent()) {
            return new Result(List.of(missing.get()), Map.of());
        }
        try (DryRun run = new DryRun(snapshot, overrides, secrets, clock)) {
            List<Problem> problems = new ArrayList<>(run.settingsProblems());
            problems.addAll(run.problems());
            SeedValidator seeds = new SeedValidator(run);
            run.routes.apisThrough(changed).stream()
                    .map(SeedValidator.SEEDS::resolve)
                    .filter(Files::isDirectory)
                    .forEach(folder -> problems.addAll(seeds.problems(folder)));
            problems.replaceAll(
                    problem -> new Problem(problem.file(), problem.line(), secrets.mask(problem.message())));
            return new Result(problems, run.routes.reads());
        } catch (IllegalStateException e) {
            return new Result(
                    List.of(new Problem(ConfigSnapshot.PROPERTIES, 0, String.valueOf(e.getMessage()))), Map.of());
        }
    }

    /**
     * What is wrong with the route files (their YAML, their form, what they refer to, what Camel cannot build of them), with
     * the mappings, and with what routes and properties must have together.
     */
    public List<Problem> problems() {
        List<Problem> problems = new ArrayList<>(routes.problems());
        problems.addAll(flow.problems());
        return problems;
    }

    /** Reads watches of the APIs whose routes were built; their accounts may be those of seeds, too. */
    public WatchReader watchReader() {
        return providers().watchReader().besideProblemsOf(routes.brokenApis(), Set.of());
    }

    /** Reads those of the user; keys of accounts are not asked for. */
    WatchReader watchFileReader() {
        Map<String, Account> accounts = new HashMap<>(providers().accounts());
        accounts.keySet().retainAll(settings().accounts().keySet());
        return new WatchReader(() -> providers().apis(), () -> accounts, secrets())
                .besideProblemsOf(routes.brokenApis(), brokenAccounts());
    }

    /** True if the route of the API was built, and all that it may call. */
    public boolean canPoll(String api) {
        return providers().apis().containsKey(api)
                && routes.unbuilt().stream().noneMatch(file -> CALLED.stream().anyMatch(file::startsWith));
    }
}
