package io.jobrelay.camel.validation;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.stream.Collectors.toCollection;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import io.jobrelay.job.Json;
import io.jobrelay.logging.FileFailure;
import io.jobrelay.provider.FailureKind;
import io.jobrelay.provider.PollFailedException;
import io.jobrelay.provider.PollFailure;
import io.jobrelay.provider.ProviderReply;
import io.jobrelay.settings.Problem;
import io.jobrelay.watch.Watch;
import io.jobrelay.watch.WatchFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * Looks over a folder of {@code seeds/}: its files are what they should be, each reply becomes the record beside it, and each
 * error the failure that it names.
 */
final class SeedValidator {
    static final Path SEEDS = Path.of("seeds");
    private static final String JSON = "application/json";
    private static final Set<String> KINDS =
            Arrays.stream(FailureKind.values()).map(Enum::name).collect(toCollection(TreeSet::new));

    private final DryRun dryRun;
    private final RecordSchema schema = new RecordSchema();
    private final List<Problem> problems = new ArrayList<>();

    SeedValidator(DryRun dryRun) {
        this.dryRun = dryRun;
    }

    List<Problem> problems(Path folder) {
        problems.clear();
        String api = folder.getFileName().toString();
        String provider = "routes/providers/%s.camel.yaml".formatted(api);
        if (!dryRun.source().snapshot().files().contains(provider)) {
            problem(folder, "has no route: %s is not there".formatted(provider));
            return List.copyOf(problems);
        }
        Optional<Watch> watch = watch(folder.resolve("watch.yaml"), api);
        Set<String> replies = names(folder.resolve("replies"));
        Set<String> records = names(folder.resolve("records"));
        replies.stream()
                .filter(name -> !records.contains(name))
                .forEach(name -> problem(folder.resolve("replies").resolve(name), "has no record in records/"));
        records.stream()
                .filter(name -> !replies.contains(name))
                .forEach(name -> problem(folder.resolve("records").resolve(name), "has no reply in replies/"));
        records.forEach(name -> checkReply(folder, name, watch));
        names(folder.resolve("errors"))
                .forEach(name -> checkError(folder.resolve("errors").resolve(name), watch));
        return List.copyOf(problems);
    }

    /** The first watch of the file, if the replies can be polled with it. */
    private Optional<Watch> watch(Path file, String api) {
        if (!Files.exists(file)) {
            problem(file, "is not there; it holds the watch that the replies answer");
            return Optional.empty();
        }
        WatchFile.Content content = new WatchFile(dryRun.watchReader()).read(file);
        problems.addAll(content.problems());
        List<Watch> watches =
                content.entries().stream().map(WatchFile.Entry::watch).toList();
        watches.stream()
                .filter(watch -> !watch.api().equals(api))
                .forEach(watch ->
                        problem(file, "api: must be that of the folder, %s, was '%s'".formatted(api, watch.api())));
        return watches.stream()
                .filter(watch -> watch.api().equals(api) && dryRun.canPoll(api))
                .findFirst();
    }

    private void checkReply(Path folder, String name, Optional<Watch> watch) {
        Path file = folder.resolve("records").resolve(name);
        Optional<JsonNode> expected = json(file);
        expected.ifPresent(node -> checkSchema(file, node));
        Path replyFile = folder.resolve("replies").resolve(name);
        Optional<JsonNode> reply = Files.exists(replyFile) ? json(replyFile) : Optional.empty();
        if (expected.isEmpty() || reply.isEmpty() || watch.isEmpty()) {
            return;
        }
        try {
            byte[] body = reply.get().toString().getBytes(UTF_8);
            JsonNode given = dryRun.records(watch.get(), new ProviderReply(200, JSON, body), Map.of());
            JsonNode same = expected.get().isArray() ? given : given.path(0);
            JsonDifference.between(expected.get(), same)
                    .forEach(difference -> problem(
                            file,
                            "/%s: the mapping gives %s, was %s"
                                    .formatted(
                                            String.join("/", difference.path()),
                                            JsonDifference.shown(difference.given()),
                                            JsonDifference.shown(difference.written()))));
        } catch (PollFailedException e) {
            problem(file, "the reply becomes no record: " + e.getMessage());
        }
    }

    private void checkSchema(Path file, JsonNode records) {
        Iterable<JsonNode> each = records instanceof ArrayNode list ? list : List.of(records);
        each.forEach(
                record -> schema.problems(record).forEach(message -> problem(file, "the record's schema: " + message)));
    }

    private void checkError(Path file, Optional<Watch> watch) {
        Optional<JsonNode> error = json(file);
        if (error.isEmpty()) {
            return;
        }
        JsonNode status = error.get().path("status");
        if (!status.isInt() || status.intValue() < 100 || status.intValue() > 599) {
            problem(file, "status: must be an HTTP status, was " + shown(status));
        }
        JsonNode failure = error.get().path("failure");
        if (!KINDS.contains(failure.path("kind").asText())) {
            problem(
                    file,
                    "failure.kind: must be one of %s, was %s"
                            .formatted(String.join(", ", KINDS), shown(failure.path("kind"))));
            return;
        }
        if (!error.get().has("body") && !error.get().path("text").isTextual()) {
            problem(file, "must have the reply as 'body' (JSON) or 'text'");
            return;
        }
        watch.ifPresent(asked -> checkFailure(file, asked, error.get(), failure));
    }

    private void checkFailure(Path file, Watch watch, JsonNode error, JsonNode expected) {
        String body = error.has("body")
                ? error.path("body").toString()
                : error.path("text").asText();
        Map<String, String> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        error.path("headers")
                .properties()
                .forEach(
                        header -> headers.put(header.getKey(), header.getValue().asText()));
        String type = headers.getOrDefault("Content-Type", JSON);
        try {
            int status = error.path("status").intValue();
            dryRun.records(watch, new ProviderReply(status, type, body.getBytes(UTF_8)), headers);
            problem(file, "failure: must be %s, but the reply became a record".formatted(expected.path("kind")));
        } catch (PollFailedException e) {
            PollFailure failure = e.failure();
            compare(file, "kind", expected, failure.kind().name());
            compare(file, "code", expected, String.valueOf(failure.code()));
            compare(file, "message", expected, failure.message());
        }
    }

    private void compare(Path file, String member, JsonNode expected, String given) {
        String text = expected.path(member).asText(given);
        if (!text.equals(given)) {
            problem(file, "failure.%s: the mapping gives '%s', was '%s'".formatted(member, given, text));
        }
    }

    private static String shown(JsonNode node) {
        return node.isMissingNode() ? "missing" : node.toString();
    }

    private static Set<String> names(Path directory) {
        if (!Files.isDirectory(directory)) {
            return Set.of();
        }
        try (Stream<Path> files = Files.list(directory)) {
            return files.map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith(".json"))
                    .collect(toCollection(TreeSet::new));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Empty, and a problem, for a file that is no JSON. */
    private Optional<JsonNode> json(Path file) {
        try {
            return Optional.of(Json.MAPPER.readTree(Files.readString(file)));
        } catch (JsonProcessingException e) {
            int line = e.getLocation() == null ? 0 : e.getLocation().getLineNr();
            String what = e.getOriginalMessage().lines().findFirst().orElse("").replaceFirst(" \\(start marker.*", "");
            problems.add(new Problem(file.toString(), line, "is not valid JSON: " + what));
        } catch (IOException e) {
            problem(file, "cannot be read: " + FileFailure.reason(e));
        }
        return Optional.empty();
    }

    private void problem(Path file, String message) {
        problems.add(new Problem(file.toString(), 0, message));
    }
}
