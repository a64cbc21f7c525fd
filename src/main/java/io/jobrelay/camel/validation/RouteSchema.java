package io.jobrelay.camel.validation;

import static java.util.Spliterators.spliteratorUnknownSize;

import com.fasterxml.jackson.databind.JsonNode;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.PathType;
import com.networknt.schema.SchemaValidatorsConfig;
import com.networknt.schema.SpecVersion.VersionFlag;
import com.networknt.schema.ValidationMessage;
import io.jobrelay.settings.NearestName;
import io.jobrelay.settings.Problem;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/** Camel's own JSON Schema of route files in YAML. */
public final class RouteSchema {
    /** Loaded as a whole, with every reference followed from everywhere, it takes hundreds of megabytes. */
    private static final SchemaValidatorsConfig AS_NEEDED = SchemaValidatorsConfig.builder()
            .pathType(PathType.LEGACY)
            .preloadJsonSchema(false)
            .build();

    private static final List<String> FORMS = List.of("oneOf", "anyOf", "allOf");

    private final JsonSchema schema;

    public RouteSchema() {
        try (InputStream text = RouteSchema.class.getResourceAsStream("/schema/camelYamlDsl.json")) {
            schema = JsonSchemaFactory.getInstance(VersionFlag.V4).getSchema(text, AS_NEEDED);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The schema also blames every node above the wrong one, and that for each form it might have had: once is enough. */
    public List<Problem> problems(String file, YamlNode document) {
        List<Problem> problems = new ArrayList<>();
        Set<ValidationMessage> messages = schema.validate(document.toJson());
        Set<String> reported = new HashSet<>();
        for (ValidationMessage message : messages) {
            String place = message.getInstanceLocation().toString();
            boolean blamedBelow = messages.stream()
                    .map(other -> other.getInstanceLocation().toString())
                    .anyMatch(other -> other.startsWith(place + ".") || other.startsWith(place + "["));
            if (!blamedBelow && reported.add(place)) {
                int line = document.at(message.getInstanceLocation()).line();
                problems.add(new Problem(file, line, "Camel's schema: " + text(message)));
            }
        }
        return problems;
    }

    /** The schema's own words, or, where a member is none that the node may have, its name and what was probably meant. */
    private String text(ValidationMessage message) {
        JsonNode forms = schema.getSchemaNode()
                .at(message.getSchemaLocation().getFragment().toString());
        // A message about a member that is too many points at the rule beside the members.
        Set<String> known = new TreeSet<>();
        addNames(forms.isArray() ? forms : parent(message), known);
        return stream(message.getInstanceNode().fieldNames())
                .filter(name -> !known.isEmpty() && !known.contains(name))
                .findFirst()
                .map(name -> "%s: '%s' is unknown here%s"
                        .formatted(message.getInstanceLocation(), name, NearestName.hint(name, known)))
                .orElse(message.getMessage());
    }

    private JsonNode parent(ValidationMessage message) {
        return schema.getSchemaNode()
                .at(message.getSchemaLocation().getFragment().getParent().toString());
    }

    private void addNames(JsonNode form, Set<String> names) {
        if (form.has("$ref")) {
            addNames(schema.getSchemaNode().at(form.get("$ref").asText().substring(1)), names);
        }
        form.path("properties").fieldNames().forEachRemaining(names::add);
        for (String forms : FORMS) {
            form.path(forms).forEach(other -> addNames(other, names));
        }
        if (form.isArray()) {
            form.forEach(other -> addNames(other, names));
        }
    }

    private static Stream<String> stream(Iterator<String> names) {
        return StreamSupport.stream(spliteratorUnknownSize(names, 0), false);
    }
}
