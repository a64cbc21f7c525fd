package io.jobrelay.sandbox;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.jobrelay.job.Json;
import io.jobrelay.sandbox.LoopbackServer.Reply;
import java.io.IOException;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/**
 * A folder of {@code seeds/}: one API's contract in data.
 *
 * @param api the folder's name
 * @param watches from {@code watch.yaml}
 * @param account from {@code account.properties}: the account of the watches, where the properties do not have it
 * @param replies names of the files in {@code replies/} in the order of a job's states, up to the first that ends it
 */
record Seed(
        Path folder,
        String api,
        DocumentedRequest request,
        List<SeedWatch> watches,
        Map<String, String> account,
        List<String> replies) {
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
        return new Seed(folder, folder.getFileName().toString(), request, watches, account(folder), replies(folder));
    }

    private static Map<String, String> account(Path folder) throws IOException {
        Path file = folder.resolve("account.properties");
        Properties properties = new Properties();
        if (Files.exists(file)) {
            properties.load(new StringReader(Files.readString(file)));
        }
        Map<String, String> account = new TreeMap<>();
        properties.stringPropertyNames().forEach(name -> account.put(name, properties.getProperty(name)));
        return account;
    }

    /** The replies in order of their names, up to and including the first that ends all jobs. */
    private static List<String> replies(Path folder) throws IOException {
        List<String> names = new ArrayList<>();
        try (Stream<Path> replies = Files.list(folder.resolve("replies"))) {
            for (Path reply : replies.sorted().toList()) {
                String name = reply.getFileName().toString();
                names.add(name);
                if (ends(Json.MAPPER.readTree(
                        folder.resolve("records").resolve(name).toFile()))) {
                    break;
                }
            }
        }
        return names;
    }

    private static boolean ends(JsonNode records) {
        return records.isArray()
                ? !records.isEmpty()
                        && StreamSupport.stream(records.spliterator(), false).allMatch(Seed::ends)
                : records.path("terminal").asBoolean();
    }

    Reply reply(String name) {
        return new Reply(200, Reply.JSON, read("replies", name));
    }

    /** The documented reply to a refused request; a bare 401 if none is documented. */
    Reply refusal(Refusal refusal) {
        return refusal.errors().stream()
                .map(name -> name + ".json")
                .filter(name -> Files.isRegularFile(folder.resolve("errors").resolve(name)))
                .findFirst()
                .map(this::error)
                .orElseGet(() -> new Reply(401, Map.of(), ""));
    }

    private Reply error(String name) {
        try {
            JsonNode error = Json.MAPPER.readTree(read("errors", name));
            Map<String, String> headers = new TreeMap<>();
            error.path("headers")
                    .properties()
                    .forEach(header ->
                            headers.put(header.getKey(), header.getValue().asText()));
            String body = error.has("text")
                    ? error.path("text").asText()
                    : error.path("body").toString();
            return new Reply(error.path("status").asInt(), headers, body);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private String read(String kind, String name) {
        try {
            return Files.readString(folder.resolve(kind).resolve(name));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
