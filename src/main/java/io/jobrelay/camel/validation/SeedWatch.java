package io.jobrelay.camel.validation;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.jobrelay.job.Json;
import io.jobrelay.watch.Watch;
import io.jobrelay.watch.WatchFile;
import io.jobrelay.watch.WatchGlob;
import io.jobrelay.watch.WatchReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The watch that the replies of a seed answer, {@code seeds/<api>/watch.yaml}, for what is not said of a watch elsewhere. */
public final class SeedWatch {
    private static final Pattern SEED = Pattern.compile("(?:.*/)?seeds/([^/]+)/[^/]+/[^/]+");

    private SeedWatch() {}

    /** The API of a reply, if it is in a folder of {@code seeds/}. */
    public static Optional<String> api(Path reply) {
        Matcher seed = SEED.matcher(reply.toAbsolutePath().normalize().toString());
        return seed.matches() ? Optional.of(seed.group(1)) : Optional.empty();
    }

    /** The first watch of the API's seed; one with the API alone where there is none. */
    public static ObjectNode of(String api) throws IOException {
        Path file = Path.of("seeds", api, "watch.yaml");
        List<WatchFile.Item> items = Files.exists(file)
                ? WatchFile.outline(file.toString(), Files.readString(file)).items()
                : List.of();
        return !items.isEmpty() && items.get(0).watch() instanceof ObjectNode watch
                ? watch
                : Json.MAPPER.createObjectNode().put("api", api);
    }

    /** The accounts that the watches of all seeds name. */
    static Set<String> accounts() {
        Set<String> accounts = new TreeSet<>();
        for (Path file : new WatchGlob(List.of("seeds/*/watch.yaml")).find().files()) {
            try {
                WatchFile.outline(file.toString(), Files.readString(file))
                        .items()
                        .forEach(item ->
                                accounts.add(item.watch().path("account").asText()));
            } catch (IOException e) {
                // It is said where the seed is validated.
            }
        }
        return accounts;
    }

    /** The watch of a test case; what is wrong with it is reported. */
    static Optional<Watch> ofCase(YamlNode item, Optional<String> seed, WatchReader reader, TestProblems problems) {
        YamlNode written = item.member("watch").orElse(item);
        ObjectNode given = item.members().containsKey("watch") && written.isMapping()
                ? (ObjectNode) written.toTexts()
                : Json.MAPPER.createObjectNode();
        String api = given.path("api").asText(seed.orElse(""));
        if (api.isEmpty()) {
            problems.add(written.line(), "watch.api", "required, since the reply is in no folder of seeds/");
            return Optional.empty();
        }
        try {
            ObjectNode watch = of(api);
            watch.setAll(given);
            WatchReader.Reading reading = reader.read(watch);
            reading.problems()
                    .forEach(problem ->
                            problems.add(written.at(problem.path()).line(), "", "watch." + problem.message()));
            return reading.watch();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
