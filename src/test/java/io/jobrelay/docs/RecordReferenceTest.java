package io.jobrelay.docs;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.jobrelay.job.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;

/** The tables of members in {@code docs/record.md} are made of the schema. */
class RecordReferenceTest {
    private static final Path PAGE = Path.of("docs/record.md");
    private static final Path SCHEMA = Path.of("src/main/resources/schema/job-record-v1.schema.json");
    private static final List<String> OBJECTS = List.of("provider", "progress", "error");
    private static final String HEAD = "| member | is | meaning |";
    private static final String WRITE = "docs.write";

    @Test
    void the_members_are_those_of_the_schema() throws IOException {
        JsonNode record = Json.MAPPER.readTree(Files.readString(SCHEMA));
        List<String> members = members("", record);
        List<String> nested = new ArrayList<>();
        OBJECTS.forEach(name ->
                nested.addAll(members(name + ".", record.path("properties").path(name))));
        List<String> page = Documents.lines(PAGE);
        List<String> made = replaced(replaced(page, 0, members), 1, nested);

        if (Boolean.getBoolean(WRITE)) {
            Files.write(PAGE, made);
        }
        assertThat(Documents.lines(PAGE))
                .as("docs/record.md is made of the schema: mvn test -Dtest=RecordReferenceTest -Ddocs.write=true")
                .isEqualTo(made);
    }

    /** The page with these rows in its table of members of that number. */
    private static List<String> replaced(List<String> page, int number, List<String> rows) {
        int begin = -1;
        for (int table = 0; table <= number; table++) {
            begin += 1 + page.subList(begin + 1, page.size()).indexOf(HEAD);
            assertThat(page.get(begin)).isEqualTo(HEAD);
        }
        int end = begin;
        while (page.get(end).startsWith("|")) {
            end++;
        }
        List<String> replaced = new ArrayList<>(page.subList(0, begin));
        replaced.addAll(List.of(HEAD, "|---|---|---|"));
        replaced.addAll(rows);
        replaced.addAll(page.subList(end, page.size()));
        return replaced;
    }

    private static List<String> members(String prefix, JsonNode object) {
        List<String> required = StreamSupport.stream(object.path("required").spliterator(), false)
                .map(JsonNode::asText)
                .toList();
        List<String> rows = new ArrayList<>();
        object.path("properties").properties().forEach(member -> {
            String always = required.contains(member.getKey()) ? ", always" : "";
            rows.add("| `%s%s` | %s%s | %s |"
                    .formatted(
                            prefix,
                            member.getKey(),
                            kind(member.getValue()),
                            always,
                            member.getValue().path("description").asText()));
        });
        return rows;
    }

    private static String kind(JsonNode member) {
        if (member.has("$ref")) {
            return member.path("$ref").asText().replace("#/$defs/", "");
        }
        if (member.has("enum")) {
            return "code";
        }
        return switch (member.path("type").asText("")) {
            case "string" -> "text";
            case "integer" -> "count";
            case "array" -> "list of " + kind(member.path("items")) + "s";
            case "" -> "anything";
            default -> member.path("type").asText();
        };
    }
}
