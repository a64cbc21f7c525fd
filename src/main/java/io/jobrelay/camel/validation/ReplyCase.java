package io.jobrelay.camel.validation;

import static io.jobrelay.camel.validation.TestProblems.names;
import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.jobrelay.job.JobState;
import io.jobrelay.job.Json;
import io.jobrelay.provider.FailureKind;
import io.jobrelay.provider.PollFailedException;
import io.jobrelay.provider.PollFailure;
import io.jobrelay.provider.ProviderReply;
import io.jobrelay.watch.Watch;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;

/** A provider's reply, and the record or the failure that it must become. */
record ReplyCase(DryRun dryRun, RecordSchema schema, TestProblems problems) {
    static final Set<String> MEMBERS =
            Set.of("name", "reply", "status", "headers", "watch", "record", "records", "failure");
    private static final Set<String> FAILURE = Set.of("kind", "code", "message");

    /** What runs the case; it may be run if there was no problem. */
    Runnable read(YamlNode item) {
        problems.requireMembers(item, "", MEMBERS);
        YamlNode reply = item.member("reply").orElseThrow();
        String body =
                reply.isMapping() || reply.isSequence() ? reply.toJson().toString() : problems.file(reply, "reply");
        int status = item.member("status").map(this::status).orElse(200);
        Map<String, String> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        item.member("headers")
                .ifPresent(all -> all.members().forEach((name, value) -> headers.put(name, value.text())));
        String type = headers.getOrDefault("Content-Type", "application/json");
        Optional<Watch> watch = SeedWatch.ofCase(
                item,
                reply.isMapping() ? Optional.empty() : SeedWatch.api(Path.of(reply.text())),
                dryRun.watchReader(),
                problems);
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
            case "records" -> requireRecords(expected);
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

    private void requireRecords(YamlNode records) {
        if (!records.isSequence()) {
            problems.add(records.line(), "records", "must be a list of records");
        }
        records.items().forEach(record -> requireRecord(record, "records"));
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
                problems.compare(outcome, expected, expected.toJson(), records);
            } else if (records.size() == 1) {
                problems.compare(outcome, expected, expected.toJson(), records.get(0));
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
                problems.compare(outcome, expected, expected.toJson(), given);
            } else {
                problems.add(
                        expected.line(),
                        outcome,
                        "the reply became no record: " + failure.describe(watch.api(), watch.account()));
            }
        }
    }
}
