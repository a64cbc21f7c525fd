package io.jobrelay.api;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.jobrelay.job.Json;
import io.jobrelay.signing.Digests;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;

/**
 * {@code /}: the page for people, which calls the API as any client does. {@code /api/openapi.json} and {@code /schema}: the
 * API and its records, described for programs. The files of the page hold no secrets, so they need no token; a browser
 * revalidates each one, so that an upgrade shows at once.
 */
final class FilesResource implements Resource {
    private static final String RECORD_SCHEMA = "/schema/job-record-v1.schema.json";
    private static final Map<String, String> TYPES =
            Map.of("html", "text/html", "css", "text/css", "js", "text/javascript", "svg", "image/svg+xml");

    @Override
    public void addTo(Routes routes) {
        routes.getFile("/", request -> page("index.html"));
        routes.getFile("/page/{file}", request -> page(request.part("file")));
        routes.get("/api/openapi.json", request -> Reply.json(200, openapi()));
        routes.getFile(
                "/schema/job-record-v1.json", request -> Reply.of("application/schema+json", content(RECORD_SCHEMA)));
    }

    private static Reply page(String name) {
        String type = TYPES.get(name.substring(name.lastIndexOf('.') + 1));
        byte[] content = type != null && name.matches("[a-z-]+\\.[a-z]+") ? content("/page/" + name) : new byte[0];
        if (content.length == 0) {
            throw RefusedException.of(404, "the page has no file '%s'".formatted(name));
        }
        return Reply.of(type + "; charset=utf-8", content)
                .with("ETag", "\"" + Digests.sha256Hex(content) + "\"")
                .with("Cache-Control", "no-cache");
    }

    /** With the schema of records in it, so that a client can be generated from this document alone. */
    static JsonNode openapi() {
        try {
            ObjectNode document = (ObjectNode) new YAMLMapper().readTree(content("/http/openapi.yaml"));
            String record = new String(content(RECORD_SCHEMA), UTF_8)
                    .replace("#/$defs/", "#/components/schemas/JobRecord/$defs/");
            ((ObjectNode) document.at("/components/schemas"))
                    .set("JobRecord", ((ObjectNode) Json.MAPPER.readTree(record)).without(List.of("$id", "$schema")));
            return document;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Empty where there is no such file. */
    private static byte[] content(String name) {
        try (InputStream file = FilesResource.class.getResourceAsStream(name)) {
            return file == null ? new byte[0] : file.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
