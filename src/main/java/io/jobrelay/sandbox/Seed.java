package io.jobrelay.sandbox;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import com.github.tomakehurst.wiremock.client.ResponseDefinitionBuilder;
import com.github.tomakehurst.wiremock.http.ResponseDefinition;
import io.jobrelay.job.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/**
 * A folder of {@code seeds/}: one API's contract in data.
 *
 * @param api the folder's name
 * @param watches what is watched there, from {@code watch.yaml}
 * @param replies names of the files in {@code replies/} that make a job's life, up to the first that ends it
 */
record Seed(Path folder, String api, DocumentedRequest request, List<SeedWatch> watches, List<String> replies) {
    private static final YAMLMapper YAML = new YAMLMapper();

    /** One item of {@code watch.yaml}. */
    record SeedWatch(String account, Map<String, Object> parameters) {}

    /** All folders with a {@code watch.yaml}, by name. */
    static List<Seed> readAll(Path seeds) throws IOException {
        List<Seed> all = new ArrayList<>();
        try (Stream<Path> folders = Files.list(seeds)) {
            for (Path folder : folders.sorted().toList()) {
                if (Files.isRegularFile(folder.resolve("watch.yaml"))) {
                    all.add(read(folder));
                }
            }
        }
        return all;
    }

    private static Seed read(Path folder) throws IOException {
        List<SeedWatch> watches = new ArrayList<>();
        for (JsonNode item : YAML.readTree(folder.resolve("watch.yaml").toFile())) {
            Map<String, Object> parameters = YAML.convertValue(item.path("parameters"), new TypeReference<>() {});
            watches.add(new SeedWatch(item.path("account").asText(), parameters));
        }
        DocumentedRequest request = DocumentedRequest.read(folder.resolve("README.md"));
        return new Seed(folder, folder.getFileName().toString(), request, watches, life(folder));
    }

    /** The replies in order of their names, up to and including the first after which no job goes on. */
    private static List<String> life(Path folder) throws IOException {
        List<String> life = new ArrayList<>();
        try (Stream<Path> replies = Files.list(folder.resolve("replies"))) {
            for (Path reply : replies.sorted().toList()) {
                String name = reply.getFileName().toString();
                life.add(name);
                if (ends(Json.MAPPER.readTree(
                        folder.resolve("records").resolve(name).toFile()))) {
                    break;
                }
            }
        }
        return life;
    }

    private static boolean ends(JsonNode records) {
        return records.isArray()
                ? !records.isEmpty()
                        && StreamSupport.stream(records.spliterator(), false).allMatch(Seed::ends)
                : records.path("terminal").asBoolean();
    }

    ResponseDefinition reply(String name) {
        return new ResponseDefinitionBuilder()
                .withStatus(200)
                .withHeader("Content-Type", "application/json")
                .withBody(read("replies", name))
                .build();
    }

    /** The documented reply to a request that is not let in; a bare 401 if none is documented. */
    ResponseDefinition refusal(Refusal refusal) {
        for (String name : refusal.errors()) {
            if (Files.isRegularFile(folder.resolve("errors").resolve(name + ".json"))) {
                return error(name + ".json");
            }
        }
        return ResponseDefinitionBuilder.responseDefinition().withStatus(401).build();
    }

    private ResponseDefinition error(String name) {
        try {
            JsonNode error = Json.MAPPER.readTree(read("errors", name));
            ResponseDefinitionBuilder reply = ResponseDefinitionBuilder.responseDefinition()
                    .withStatus(error.path("status").asInt());
            error.path("headers")
                    .properties()
                    .forEach(header ->
                            reply.withHeader(header.getKey(), header.getValue().asText()));
            return reply.withBody(
                            error.has("text")
                                    ? error.path("text").asText()
                                    : error.path("body").toString())
                    .build();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private byte[] read(String kind, String name) {
        try {
            return Files.readAllBytes(folder.resolve(kind).resolve(name));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
