package io.jobrelay.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Objects;

/** {@code /api/openapi.json} and {@code /schema}: what the API and its records look like, for programs. */
final class DescriptionResource {
    static final String OPENAPI = "/http/openapi.yaml";
    private static final String SCHEMA = "/schema/job-record-v1.schema.json";

    void addTo(Routes routes) {
        routes.get("/api/openapi.json", request -> Reply.json(200, openapi()));
        routes.getFile(
                "/schema/job-record-v1.json", request -> new Reply(200, "application/schema+json", resource(SCHEMA)));
    }

    private static JsonNode openapi() {
        try {
            return new YAMLMapper().readTree(resource(OPENAPI));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static byte[] resource(String name) {
        try (InputStream resource = DescriptionResource.class.getResourceAsStream(name)) {
            return Objects.requireNonNull(resource, "the program is incomplete").readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
