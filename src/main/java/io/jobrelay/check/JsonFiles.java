package io.jobrelay.check;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import io.jobrelay.job.Json;
import io.jobrelay.settings.Problem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** Reads JSON files, and notes those that are none. */
final class JsonFiles {
    private JsonFiles() {}

    static Optional<JsonNode> read(Path file, List<Problem> problems) {
        try {
            return Optional.of(Json.MAPPER.readTree(Files.readString(file)));
        } catch (JsonProcessingException e) {
            int line = e.getLocation() == null ? 0 : e.getLocation().getLineNr();
            String what = e.getOriginalMessage().lines().findFirst().orElse("").replaceFirst(" \\(start marker.*", "");
            problems.add(new Problem(file.toString(), line, "is not valid JSON: " + what));
        } catch (IOException e) {
            problems.add(new Problem(file.toString(), 0, "cannot be read: " + e));
        }
        return Optional.empty();
    }
}
