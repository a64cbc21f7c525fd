package io.jobrelay.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SchemaLocation;
import com.networknt.schema.SpecVersion.VersionFlag;
import com.networknt.schema.ValidationMessage;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** The OpenAPI document, as a judge of answers. */
final class Description {
    private static final String ID = "https://jobrelay.io/openapi.json";

    private static final String OPENAPI = "https://spec.openapis.org/oas/3.1/schema/2026-08-03";

    private final JsonNode document;
    private final JsonSchemaFactory schemas;

    Description() {
        document = FilesResource.openapi();
        schemas = JsonSchemaFactory.getInstance(
                VersionFlag.V202012,
                factory -> factory.schemaLoaders(loaders -> loaders.schemas(Map.of(
                        ID, document.toString(),
                        OPENAPI, text("/openapi/openapi-3.1.schema.json")))));
    }

    /** What is wrong with the document by the published schema of OpenAPI 3.1. */
    Set<ValidationMessage> problems() {
        return schemas.getSchema(SchemaLocation.of(OPENAPI)).validate(document);
    }

    /** Each {@code METHOD path}. */
    Set<String> operations() {
        Set<String> operations = new TreeSet<>();
        document.path("paths")
                .properties()
                .forEach(path -> path.getValue().fieldNames().forEachRemaining(method -> {
                    if (!method.equals("parameters")) {
                        operations.add(method.toUpperCase(java.util.Locale.ROOT) + " " + path.getKey());
                    }
                }));
        return operations;
    }

    /** An answer of a path that is described has a described status, type and form; a problem has that of a problem. */
    void check(String method, String path, Served.Answer answer) {
        String type = answer.header("content-type").replaceFirst(";.*", "");
        if (answer.status() >= 400) {
            assertThat(type).as(answer.text()).isEqualTo("application/problem+json");
            validate("#/components/schemas/Problem", answer);
            assertThat(answer.json().path("status").asInt()).isEqualTo(answer.status());
            return;
        }
        String template = template(path.replaceFirst("\\?.*", ""));
        String pointer = "/paths/" + template.replace("~", "~0").replace("/", "~1") + "/"
                + method.toLowerCase(java.util.Locale.ROOT) + "/responses/" + answer.status();
        JsonNode response = document.at(pointer);
        assertThat(response.isMissingNode())
                .as("%s %s -> %d", method, template, answer.status())
                .isFalse();
        JsonNode content = response.path("content");
        if (content.isMissingNode()) {
            assertThat(answer.text()).isEmpty();
            return;
        }
        assertThat(content.has(type)).as("%s of %s", type, pointer).isTrue();
        if (type.equals("application/json")) {
            validate("#" + pointer + "/content/application~1json/schema", answer);
        }
    }

    private String template(String path) {
        Set<String> found = new TreeSet<>();
        document.path("paths").fieldNames().forEachRemaining(template -> {
            boolean job = template.startsWith("/api/jobs/");
            if (path.matches(template.replaceAll("\\{\\w+}", job ? ".+" : "[^/]+"))) {
                found.add(template);
            }
        });
        // The longest: a job's id is anything, but what ends in /changes is a job's changes.
        return found.stream()
                .max(java.util.Comparator.comparingInt(String::length))
                .orElseThrow(() -> new AssertionError(path + " is not described"));
    }

    private void validate(String pointer, Served.Answer answer) {
        JsonSchema schema = schemas.getSchema(SchemaLocation.of(ID + pointer));
        assertThat(schema.validate(answer.json())).as(answer.text()).isEmpty();
    }

    private static String text(String resource) {
        try (InputStream stream = java.util.Objects.requireNonNull(Description.class.getResourceAsStream(resource))) {
            return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
