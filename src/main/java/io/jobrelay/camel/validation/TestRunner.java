package io.jobrelay.camel.validation;

import static java.util.stream.Collectors.toSet;

import io.jobrelay.settings.Problem;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/**
 * Runs the cases of test files through the routes of a dry run: an event to the destinations that it must reach, a provider's
 * reply to the record or the failure that it must become, a watch to the request that must go out. What a case does not
 * mention is not compared.
 */
public final class TestRunner {
    private static final String CASES = "must be a list of cases, each begins with '- name:'";
    private static final Path FOLDER = Path.of("tests");
    private static final Set<String> ALL = Stream.of(EventCase.MEMBERS, ReplyCase.MEMBERS, RequestCase.MEMBERS)
            .flatMap(Set::stream)
            .collect(toSet());

    private final DryRun dryRun;
    private final Clock clock;
    private final RoutingPreview routing;
    private final RequestPreview requests;
    private final RecordSchema schema = new RecordSchema();

    /** @param dryRun has built its routes */
    public TestRunner(DryRun dryRun) {
        this.dryRun = dryRun;
        clock = dryRun.clock();
        routing = new RoutingPreview(dryRun);
        requests = new RequestPreview(dryRun);
    }

    /** The test files of the working directory, {@code tests/*.yaml}, in order. */
    public static List<Path> files() {
        if (!Files.isDirectory(FOLDER)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(FOLDER)) {
            return files.filter(file -> file.toString().matches(".*/[^./][^/]*\\.ya?ml"))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Runs the cases of a file; one that cannot be read, or has no case, is a failure. */
    public List<TestResult> run(Path file) {
        String name = file.toString();
        List<YamlNode> cases;
        try {
            YamlNode document = YamlNode.parse(Files.readString(file));
            cases = document.items();
            if (cases.isEmpty()) {
                return List.of(unreadable(name, document.line(), CASES));
            }
        } catch (MarkedYamlEngineException e) {
            int line = e.getProblemMark().map(mark -> mark.getLine() + 1).orElse(0);
            return List.of(unreadable(name, line, "is not valid YAML: " + e.getProblem()));
        } catch (YamlEngineException | IllegalArgumentException e) {
            return List.of(unreadable(name, 0, CASES + ", " + e.getMessage()));
        } catch (IOException e) {
            return List.of(unreadable(name, 0, "cannot be read: " + e));
        }
        Map<String, Integer> lines = new HashMap<>();
        return cases.stream().map(each -> run(name, each, lines)).toList();
    }

    private static TestResult unreadable(String file, int line, String message) {
        return new TestResult(file, line, file, false, List.of(new Problem(file, line, message)), Duration.ZERO);
    }

    private TestResult run(String file, YamlNode item, Map<String, Integer> lines) {
        Instant start = clock.instant();
        TestProblems problems = new TestProblems(file);
        Runnable test = read(item, lines, problems);
        boolean valid = problems.none();
        if (valid) {
            test.run();
        }
        List<Problem> masked = problems.all().stream()
                .map(problem -> new Problem(
                        problem.file(), problem.line(), dryRun.secrets().mask(problem.message())))
                .toList();
        Duration duration = Duration.between(start, clock.instant());
        return new TestResult(file, item.line(), item.text("name"), valid, masked, duration);
    }

    /** What runs the case; it may be run if there was no problem. */
    private Runnable read(YamlNode item, Map<String, Integer> lines, TestProblems problems) {
        Map<String, YamlNode> members = item.members();
        if (!item.isMapping()) {
            problems.add(item.line(), "", "must be a case, which begins with '- name:'");
            return () -> {};
        }
        String name = item.text("name");
        if (name.isEmpty()) {
            problems.add(item.line(), "name", "required, says in words what is tested");
        }
        Integer other = lines.putIfAbsent(name, item.line());
        if (other != null && !name.isEmpty()) {
            problems.add(item.line(), "name", "must be another for each case, is in line %d too".formatted(other));
        }
        if (members.containsKey("event")) {
            return new EventCase(dryRun, routing, schema, problems).read(item);
        }
        if (members.containsKey("reply")) {
            return new ReplyCase(dryRun, schema, problems).read(item);
        }
        if (members.containsKey("watch")) {
            return new RequestCase(dryRun, requests, problems).read(item);
        }
        problems.requireMembers(item, "", ALL);
        if (problems.none()) {
            problems.add(item.line(), "", "must have 'event', 'reply' or 'watch', for what goes in");
        }
        return () -> {};
    }
}
