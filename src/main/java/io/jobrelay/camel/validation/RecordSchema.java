package io.jobrelay.camel.validation;

import static java.util.Spliterators.spliteratorUnknownSize;

import com.fasterxml.jackson.databind.JsonNode;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SchemaLocation;
import com.networknt.schema.SpecVersion.VersionFlag;
import com.networknt.schema.ValidationMessage;
import java.util.List;
import java.util.Set;
import java.util.stream.StreamSupport;

/** The published JSON Schema of job records. */
public final class RecordSchema {
    /** No mapping gives these. */
    private static final Set<String> ADDED = Set.of("attempt", "sequence", "observeTime");

    private final JsonSchema schema = JsonSchemaFactory.getInstance(VersionFlag.V202012)
            .getSchema(SchemaLocation.of("classpath:schema/job-record-v1.schema.json"));

    /** What is wrong with a record. */
    public List<String> problems(JsonNode record) {
        return schema.validate(record).stream()
                .map(ValidationMessage::getMessage)
                .sorted()
                .toList();
    }

    /** The members that a mapping can give, and that the record does not have. */
    public List<String> missing(JsonNode record) {
        return names().stream()
                .filter(name -> !ADDED.contains(name) && !record.has(name))
                .toList();
    }

    /** The members that a record may have. */
    List<String> names() {
        var names = schema.getSchemaNode().path("properties").fieldNames();
        return StreamSupport.stream(spliteratorUnknownSize(names, 0), false).toList();
    }
}
