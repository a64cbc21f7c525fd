package io.jobrelay.api;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.jobrelay.job.JobState;
import io.jobrelay.provider.PollFailure;
import io.jobrelay.provider.ProviderReply;
import io.jobrelay.watch.Watch;
import java.net.URLEncoder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A client that knows nothing but the OpenAPI document, as one that was generated from it would: every operation is called,
 * with every parameter that it takes, by values that fit their schemas. {@link Served} holds each answer to the document.
 */
@Timeout(120)
class ClientTest {
    /** What never ends is called by StreamTest. */
    private static final Set<String> STREAMS = Set.of("stream");

    private static final String WATCH = "{\"api\":\"acme-job\",\"account\":\"acme\",\"parameters\":{\"id\":\"7\"}}";
    private static final Map<String, String> BODIES = Map.of(
            "addWatch",
            WATCH,
            "redeliverDeliveries",
            "{\"destination\":\"file\",\"until\":\"2100-01-01T00:00:00Z\"}",
            "moveDelivery",
            "{\"to\":\"file\"}",
            "moveDeliveries",
            "{\"destination\":\"gone\",\"to\":\"file\"}",
            "discardDeliveries",
            "{\"destination\":\"gone\"}");

    @TempDir
    private Path directory;

    @Test
    void a_client_made_from_the_document_can_use_all_of_it() {
        try (Served api = Served.start(directory)) {
            Map<String, String> known = fill(api);
            JsonNode document = api.get("/api/openapi.json").json();
            Set<String> called = new TreeSet<>();
            List<JsonNode> operations = new ArrayList<>();
            document.path("paths")
                    .properties()
                    .forEach(path -> path.getValue().properties().stream()
                            .filter(member -> !member.getKey().equals("parameters"))
                            .forEach(method -> {
                                String id =
                                        method.getValue().path("operationId").asText();
                                operations.add(method.getValue());
                                if (STREAMS.contains(id)) {
                                    return;
                                }
                                List<JsonNode> parameters = new ArrayList<>();
                                path.getValue().path("parameters").forEach(parameters::add);
                                method.getValue().path("parameters").forEach(parameters::add);
                                String place = path.getKey();
                                List<String> required = new ArrayList<>();
                                List<String> query = new ArrayList<>();
                                List<String> headers = new ArrayList<>();
                                for (JsonNode given : parameters) {
                                    JsonNode parameter = resolve(document, given);
                                    String name = parameter.path("name").asText();
                                    String value = known.getOrDefault(
                                            id + " " + name,
                                            value(resolve(document, parameter.path("schema")), document));
                                    switch (parameter.path("in").asText()) {
                                        case "path" -> place = place.replace("{" + name + "}", encoded(value));
                                        case "header" -> headers.addAll(List.of(name, value));
                                        default ->
                                            (parameter.path("required").asBoolean() ? required : query)
                                                    .add(name + "=" + encoded(value));
                                    }
                                }
                                place += required.isEmpty() ? "" : "?" + String.join("&", required);
                                String verb = method.getKey().toUpperCase(java.util.Locale.ROOT);
                                String body = BODIES.get(id);
                                assertThat(body != null)
                                        .as(id)
                                        .isEqualTo(method.getValue().has("requestBody"));
                                for (String one : query) {
                                    if (!one.startsWith("cursor=")) {
                                        assertThat(api.send(verb, place + (required.isEmpty() ? "?" : "&") + one, body)
                                                        .status())
                                                .as("%s %s?%s", verb, place, one)
                                                .isEqualTo(200);
                                    }
                                }
                                Served.Answer answer = api.send(verb, place, body, headers.toArray(String[]::new));
                                assertThat(answer.status())
                                        .as("%s %s: %s", verb, place, answer.text())
                                        .isBetween(200, 304);
                                called.add(id);
                            }));
            assertThat(called).hasSize(operations.size() - STREAMS.size()).hasSizeGreaterThan(18);
        }
    }

    /** One of everything, and its name. */
    private static Map<String, String> fill(Served api) {
        api.takeIn(
                Served.job("a/b", JobState.RUNNING),
                Served.job("2", JobState.RUNNING),
                Served.job("3", JobState.RUNNING));
        Watch unreadable = Served.list("p");
        api.watches.replace("p.yaml", List.of(unreadable));
        api.intake.failed(
                api.due(unreadable),
                PollFailure.malformed("no JSON", new ProviderReply(200, "text/html", "<p>".getBytes(UTF_8))));
        api.routeTo("webhook", "file");
        api.pending("webhook", 10).forEach(api::bury);
        String number = api.get("/api/watches/" + unreadable.id())
                .json()
                .at("/unreadableReplies/0/body")
                .asText()
                .replaceFirst(".*/", "");
        String added = api.post("/api/watches", WATCH.replace("7", "8"))
                .json()
                .path("id")
                .asText();
        JsonNode dead = api.get("/api/deliveries?status=DEAD").json();
        String job = "acme-jobs/acme/a/b";
        return Map.ofEntries(
                Map.entry("getJob id", job),
                Map.entry("listChanges id", job),
                Map.entry("getWatch id", unreadable.id()),
                Map.entry("pollWatch id", unreadable.id()),
                Map.entry("removeWatch id", added),
                Map.entry("getUnreadableReply id", unreadable.id()),
                Map.entry("getUnreadableReply number", number),
                Map.entry("redeliverDelivery id", dead.at("/deliveries/0/id").asText()),
                Map.entry("moveDelivery id", dead.at("/deliveries/1/id").asText()),
                Map.entry("discardDelivery id", dead.at("/deliveries/2/id").asText()),
                Map.entry("enableDestination name", "webhook"));
    }

    private static JsonNode resolve(JsonNode document, JsonNode node) {
        return node.has("$ref")
                ? resolve(document, document.at(node.path("$ref").asText().substring(1)))
                : node;
    }

    /** The plainest value that the schema lets through. */
    private static String value(JsonNode schema, JsonNode document) {
        if (schema.has("items")) {
            return value(resolve(document, schema.path("items")), document);
        }
        if (schema.has("enum")) {
            return schema.path("enum").get(schema.path("enum").size() - 1).asText();
        }
        if (schema.path("format").asText().equals("date-time")) {
            return "2026-11-22T10:00:00Z";
        }
        if (schema.path("type").asText().equals("integer")) {
            return schema.path("minimum").asText("1");
        }
        return schema.path("pattern").asText().equals(":") ? "key:value" : "text";
    }

    private static String encoded(String value) {
        return URLEncoder.encode(value, UTF_8).replace("+", "%20");
    }
}
