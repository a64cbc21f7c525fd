package io.jobrelay.camel;

import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.PathType;
import com.networknt.schema.SchemaValidatorsConfig;
import com.networknt.schema.SpecVersion.VersionFlag;
import com.networknt.schema.ValidationMessage;
import io.jobrelay.settings.Problem;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Camel's own JSON Schema of route files in YAML. */
public final class RouteSchema {
    /** Loaded as a whole, with every reference followed from everywhere, it takes hundreds of megabytes. */
    private static final SchemaValidatorsConfig AS_NEEDED = SchemaValidatorsConfig.builder()
            .pathType(PathType.LEGACY)
            .preloadJsonSchema(false)
            .build();

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
                problems.add(new Problem(file, line, "Camel's schema: " + message.getMessage()));
            }
        }
        return problems;
    }
}
