package io.jobrelay.camel.validation;

import static io.jobrelay.camel.validation.TestProblems.names;
import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;
import static java.util.stream.Collectors.toSet;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.jobrelay.account.Account;
import io.jobrelay.job.JobState;
import io.jobrelay.job.Json;
import io.jobrelay.provider.FailureKind;
import io.jobrelay.provider.PollFailedException;
import io.jobrelay.provider.PollFailure;
import io.jobrelay.provider.ProviderReply;
import io.jobrelay.settings.NearestName;
import io.jobrelay.settings.Problem;
import io.jobrelay.watch.Watch;
import io.jobrelay.watch.WatchReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
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
    private static final Set<String> EVENT_CASE = Set.of("name", "event", "destinations");
    private static final Set<String> REPLY_CASE =
            Set.of("name", "reply", "status", "headers", "watch", "record", "records", "failure");
    private static final Set<String> REQUEST_CASE = Set.of("name", "watch", "request");
    private static final Set<String> ALL =
            Stream.of(EVENT_CASE, REPLY_CASE, REQUEST_CASE).flatMap(Set::stream).collect(toSet());
    private static final Set<String> REQUEST = Set.of("method", "url", "headers", "body");
    private static final Set<String> FAILURE = Set.of("kind", "code", "message");

    private final DryRun dryRun;
    private final Clock clock;
    private final RoutingPreview routing;
    private final RequestPreview requests;
    private final RecordSchema schema = new RecordSchema();
    private TestProblems problems = new TestProblems("");

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
        problems = new TestProblems(file);
        Runnable test = read(item, lines);
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
    private Runnable read(YamlNode item, Map<String, Integer> lines) {
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
            return readEvent(item);
        }
        if (members.containsKey("reply")) {
            return readReply(item);
        }
        if (members.containsKey("watch")) {
            return readWatch(item);
        }
        problems.requireMembers(item, "", ALL);
        if (problems.none()) {
            problems.add(item.line(), "", "must have 'event', 'reply' or 'watch', for what goes in");
        }
        return () -> {};
    }

    private Optional<YamlNode> required(YamlNode item, String member, String what) {
        Optional<YamlNode> found = item.member(member);
        if (found.isEmpty()) {
            problems.add(item.line(), member, "required, " + what);
        }
        return found;
    }

    private Runnable readEvent(YamlNode item) {
        problems.requireMembers(item, "", EVENT_CASE);
        JsonNode event = item.member("event").map(this::event).orElseThrow();
        Optional<YamlNode> destinations = required(item, "destinations", "a list of those that get the event");
        destinations
                .filter(list -> !list.isSequence())
                .ifPresent(
                        list -> problems.add(list.line(), "destinations", "must be a list, such as [file, webhook]"));
        return () -> destinations.ifPresent(list -> compareDestinations(list, event));
    }

    private JsonNode event(YamlNode written) {
        if (written.isMapping()) {
            return new TestEvent(schema, dryRun.providers().apis().keySet(), clock, problems).of(written);
        }
        String text = file(written, "event");
        try {
            return routing.event(Json.MAPPER.readTree(text));
        } catch (JsonProcessingException | IllegalArgumentException e) {
            problems.add(
                    written.line(),
                    "event",
                    "must be the file of one event or job record, in JSON, was '%s'".formatted(written.text()));
            return Json.MAPPER.nullNode();
        }
    }

    /** The text of a file that a case names; empty, and a problem, if there is none. */
    private String file(YamlNode name, String key) {
        Path file = Path.of(name.text());
        try {
            return Files.readString(file);
        } catch (IOException e) {
            String[] beside = file.toAbsolutePath().resolveSibling("").toFile().list();
            String hint =
                    NearestName.hint(String.valueOf(file.getFileName()), beside == null ? List.of() : List.of(beside));
            problems.add(
                    name.line(),
                    key,
                    "must be a mapping, or a file that can be read, was '%s'%s".formatted(file, hint));
            return "";
        }
    }

    private void compareDestinations(YamlNode written, JsonNode event) {
        RoutingPreview.Outcome outcome = routing.route(event);
        if (!outcome.failure().isEmpty()) {
            problems.add(written.line(), "destinations", "the router fails with this event: " + outcome.failure());
            return;
        }
        Set<String> expected = new TreeSet<>();
        written.items().forEach(name -> expected.add(name.text()));
        Set<String> given = new TreeSet<>();
        outcome.steps().stream().filter(RoutingPreview.Step::outbox).forEach(step -> given.add(step.to()));
        if (!expected.equals(given)) {
            Set<String> known = new TreeSet<>(routing.destinations());
            known.addAll(dryRun.settings().destinations().keySet());
            known.addAll(given);
            String unknown = expected.stream()
                    .filter(name -> !known.contains(name))
                    .map(name -> "; no route reads outbox:" + name + NearestName.hint(name, known))
                    .findFirst()
                    .orElse("");
            problems.add(written.line(), "destinations", "must be %s, was %s%s".formatted(expected, given, unknown));
        }
    }

    private Runnable readReply(YamlNode item) {
        problems.requireMembers(item, "", REPLY_CASE);
        YamlNode reply = item.member("reply").orElseThrow();
        String body = reply.isMapping() || reply.isSequence() ? reply.toJson().toString() : file(reply, "reply");
        int status = item.member("status").map(this::status).orElse(200);
        Map<String, String> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        item.member("headers")
                .ifPresent(all -> all.members().forEach((name, value) -> headers.put(name, value.text())));
        String type = headers.getOrDefault("Content-Type", "application/json");
        Optional<Watch> watch =
                watch(item, reply.isMapping() ? Optional.empty() : SeedWatch.api(Path.of(reply.text())));
        List<String> outcomes = Stream.of("record", "records", "failure")
                .filter(item.members()::containsKey)
                .toList();
        if (outcomes.size() != 1) {
            problems.add(item.line(), "", "must have one of 'record', 'records' and 'failure', for what comes out");
            return () -> {};
        }
        String outcome = outcomes.get(0);
        YamlNode expected = item.member(outcome).orElseThrow();
        switch (outcome) {
            case "record" -> requireRecord(expected, "record");
            case "records" -> expected.items().forEach(record -> requireRecord(record, "records"));
            default -> requireFailure(expected);
        }
        return () -> watch.ifPresent(asked ->
                compareReply(outcome, expected, asked, new ProviderReply(status, type, body.getBytes(UTF_8)), headers));
    }

    private int status(YamlNode written) {
        JsonNode status = written.toJson();
        if (status.isInt() && status.intValue() >= 100 && status.intValue() <= 599) {
            return status.intValue();
        }
        problems.add(written.line(), "status", "must be an HTTP status from 100 to 599, was " + status);
        return 200;
    }

    private void requireRecord(YamlNode record, String key) {
        problems.requireMembers(record, key, schema.names());
        record.member("state")
                .ifPresent(state -> problems.requireOneOf(state, key + ".state", names(JobState.values())));
    }

    private void requireFailure(YamlNode failure) {
        problems.requireMembers(failure, "failure", FAILURE);
        failure.member("kind")
                .ifPresent(kind -> problems.requireOneOf(kind, "failure.kind", names(FailureKind.values())));
    }

    /** The watch of a case; what it does not say is as in the seed of its API. */
    private Optional<Watch> watch(YamlNode item, Optional<String> seed) {
        YamlNode written = item.member("watch").orElse(item);
        ObjectNode given = item.members().containsKey("watch") && written.isMapping()
                ? (ObjectNode) written.toTexts()
                : Json.MAPPER.createObjectNode();
        String api = given.path("api").asText(seed.orElse(""));
        if (api.isEmpty()) {
            problems.add(written.line(), "watch.api", "required, since the reply is in no folder of seeds/");
            return Optional.empty();
        }
        try {
            ObjectNode watch = SeedWatch.of(api);
            watch.setAll(given);
            WatchReader.Reading reading = dryRun.watchReader().read(watch);
            reading.problems()
                    .forEach(problem ->
                            problems.add(written.at(problem.path()).line(), "", "watch." + problem.message()));
            return reading.watch();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void compareReply(
            String outcome, YamlNode expected, Watch watch, ProviderReply reply, Map<String, String> headers) {
        try {
            JsonNode records = dryRun.records(watch, reply, headers);
            if (outcome.equals("failure")) {
                problems.add(
                        expected.line(),
                        outcome,
                        "the reply became records, with the states " + records.findValuesAsText("state"));
            } else if (outcome.equals("records")
                    && records.size() != expected.items().size()) {
                problems.add(
                        expected.line(),
                        outcome,
                        "must be %d, was %d, with the states %s"
                                .formatted(expected.items().size(), records.size(), records.findValuesAsText("state")));
            } else if (outcome.equals("records")) {
                compare(outcome, expected, expected.toJson(), records);
            } else if (records.size() == 1) {
                compare(outcome, expected, expected.toJson(), records.get(0));
            } else {
                problems.add(
                        expected.line(),
                        outcome,
                        "the reply became %d records, name each below 'records'".formatted(records.size()));
            }
        } catch (PollFailedException e) {
            PollFailure failure = e.failure();
            if (outcome.equals("failure")) {
                ObjectNode given = Json.MAPPER
                        .createObjectNode()
                        .put("kind", failure.kind().name())
                        .put("code", failure.code())
                        .put("message", failure.message());
                compare(outcome, expected, expected.toJson(), given);
            } else {
                problems.add(
                        expected.line(),
                        outcome,
                        "the reply became no record: " + failure.describe(watch.api(), watch.account()));
            }
        }
    }

    private void compare(String key, YamlNode expected, JsonNode written, JsonNode given) {
        for (JsonDifference difference : JsonDifference.inWritten(written, given)) {
            List<String> path = new ArrayList<>(difference.path());
            path.add(0, key);
            problems.add(
                    expected.at(difference.path()).line(),
                    String.join(".", path),
                    "must be %s, was %s"
                            .formatted(
                                    JsonDifference.shown(difference.written()),
                                    JsonDifference.shown(difference.given())));
        }
    }

    private Runnable readWatch(YamlNode item) {
        problems.requireMembers(item, "", REQUEST_CASE);
        Optional<YamlNode> request = required(item, "request", "what of it is compared: method, url, headers, body");
        request.ifPresent(written -> problems.requireMembers(written, "request", REQUEST));
        Optional<Watch> watch = watch(item, Optional.empty());
        return () -> request.ifPresent(written -> watch.ifPresent(asked -> compareRequest(written, asked)));
    }

    private void compareRequest(YamlNode expected, Watch watch) {
        Account account =
                requireNonNull(dryRun.settings().accounts().get(watch.account()), "a valid watch has a known account");
        List<RequestPreview.Request> sent = requests.requests(watch, account);
        if (sent.isEmpty()) {
            problems.add(
                    expected.line(), "request", "nothing is sent, the route of %s ends before".formatted(watch.api()));
            return;
        }
        // What comes before it obtains a token.
        RequestPreview.Request request = sent.get(sent.size() - 1);
        ObjectNode given =
                Json.MAPPER.createObjectNode().put("method", request.method()).put("url", request.url());
        ObjectNode written = expected.toJson().deepCopy();
        expected.member("headers").ifPresent(headers -> {
            written.set("headers", headers.toTexts());
            given.set("headers", headers(request, headers.members().keySet()));
        });
        if (!request.body().isEmpty()) {
            given.set("body", json(request.body()));
        }
        compare("request", expected, written, given);
    }

    private static ObjectNode headers(RequestPreview.Request request, Set<String> names) {
        ObjectNode headers = Json.MAPPER.createObjectNode();
        names.forEach(name -> request.headers().stream()
                .filter(header -> header.name().equalsIgnoreCase(name))
                .forEach(header -> headers.put(name, header.value())));
        return headers;
    }

    /** The text as JSON, or itself where it is none. */
    private static JsonNode json(String text) {
        try {
            return Json.MAPPER.readTree(text);
        } catch (JsonProcessingException e) {
            return Json.MAPPER.getNodeFactory().textNode(text);
        }
    }
}
