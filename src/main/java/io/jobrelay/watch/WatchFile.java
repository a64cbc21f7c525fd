package io.jobrelay.watch;

import static java.util.stream.Collectors.joining;

import com.fasterxml.jackson.core.JsonParseException;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.JsonTokenId;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.util.JsonParserDelegate;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLParser;
import io.jobrelay.settings.Problem;
import io.jobrelay.trust.PlainLine;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.LoaderOptions;

/**
 * Reads one watch file: a YAML list of watches. A watch that is wrong is reported with its line, and the others of the
 * file are read all the same.
 */
public final class WatchFile {
    private static final YAMLMapper YAML = YAMLMapper.builder(YAMLFactory.builder()
                    .loaderOptions(limits())
                    .enable(YAMLParser.Feature.EMPTY_STRING_AS_NULL)
                    .build())
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .build();

    private final WatchReader watches;

    /** The parser would refuse a file of more than 3 MB: some ten thousand watches. */
    private static LoaderOptions limits() {
        LoaderOptions limits = new LoaderOptions();
        limits.setCodePointLimit(Integer.MAX_VALUE);
        return limits;
    }

    public WatchFile(WatchReader watches) {
        this.watches = watches;
    }

    /**
     * What a file held: the good watches, each with its line, and a problem for every other one.
     *
     * @param readable false if the file could not be read to its end, so that nothing follows from what is not there
     */
    public record Content(List<Entry> entries, List<Problem> problems, boolean readable) {
        public Content {
            entries = List.copyOf(entries);
            problems = List.copyOf(problems);
        }
    }

    /** A watch and the line on which it begins. */
    public record Entry(Watch watch, int line) {}

    /**
     * What a text held, whether the watches are good or not.
     *
     * @param readable false if it could not be read to its end
     */
    public record Outline(List<Item> items, List<Problem> problems, boolean readable) {
        public Outline {
            items = List.copyOf(items);
            problems = List.copyOf(problems);
        }
    }

    /** A watch as it is written, and the line on which it begins. */
    public record Item(JsonNode watch, int line) {}

    /** Reads the file; a file that cannot be read is a problem like any other. */
    public Content read(Path file) {
        String name = file.toString();
        Outline outline;
        try {
            outline = outline(name, Files.readString(file));
        } catch (IOException e) {
            return new Content(List.of(), List.of(new Problem(name, 0, "cannot be read: " + e)), false);
        }
        List<Entry> entries = new ArrayList<>();
        List<Problem> problems = new ArrayList<>();
        for (Item item : outline.items()) {
            WatchReader.Reading reading = watches.read(item.watch());
            reading.watch().ifPresent(watch -> entries.add(new Entry(watch, item.line())));
            reading.problems().forEach(problem -> problems.add(new Problem(name, item.line(), problem.message())));
        }
        problems.addAll(outline.problems());
        return new Content(entries, problems, outline.readable());
    }

    /**
     * Takes a text apart that is written as a watch file, without a look at what the watches say.
     *
     * @param name what to call it in problems
     */
    public static Outline outline(String name, String text) {
        List<Item> items = new ArrayList<>();
        int reached = 1;
        try (JsonParser parser = new AsWritten(YAML.getFactory().createParser(text))) {
            JsonToken first = parser.nextToken();
            if (first == null) {
                return new Outline(items, List.of(), true);
            }
            if (first != JsonToken.START_ARRAY) {
                return broken(
                        items, name, line(parser), "must be a YAML list of watches, each item begins with '- api:'");
            }
            while (parser.nextToken() != JsonToken.END_ARRAY) {
                reached = line(parser);
                items.add(new Item(YAML.readTree(parser), reached));
            }
            return parser.nextToken() == null
                    ? new Outline(items, List.of(), true)
                    : broken(items, name, line(parser), "must be one YAML list of watches, has more after it");
        } catch (JsonProcessingException e) {
            int line = e.getLocation() == null ? 0 : e.getLocation().getLineNr();
            return broken(
                    items, name, line > 0 ? line : reached, "is not valid YAML: " + firstLine(e.getOriginalMessage()));
        } catch (IOException e) {
            return broken(items, name, 0, "cannot be read: " + e);
        }
    }

    private static Outline broken(List<Item> items, String name, int line, String message) {
        return new Outline(items, List.of(new Problem(name, line, message)), false);
    }

    private static int line(JsonParser parser) {
        return parser.currentTokenLocation().getLineNr();
    }

    private static String firstLine(String message) {
        return PlainLine.of(message.lines().limit(1).collect(joining()), WatchReader.LONGEST_PROBLEM);
    }

    /**
     * Every number as it is written: an id such as {@code 0042} or {@code 12e4} is no number. And without aliases, which Jackson
     * would take for the texts of their names.
     */
    private static final class AsWritten extends JsonParserDelegate {
        private final YAMLParser yaml;

        private AsWritten(YAMLParser yaml) {
            super(yaml);
            this.yaml = yaml;
        }

        @Override
        public @Nullable JsonToken currentToken() {
            return text(super.currentToken());
        }

        @Override
        public int currentTokenId() {
            JsonToken token = currentToken();
            return token == null ? JsonTokenId.ID_NO_TOKEN : token.id();
        }

        @Override
        public boolean hasTokenId(int id) {
            return currentTokenId() == id;
        }

        @Override
        public boolean hasToken(JsonToken token) {
            return currentToken() == token;
        }

        private static @Nullable JsonToken text(@Nullable JsonToken token) {
            return token != null && token.isNumeric() ? JsonToken.VALUE_STRING : token;
        }

        @Override
        public @Nullable JsonToken nextToken() throws IOException {
            JsonToken token = text(super.nextToken());
            if (token != null && yaml.isCurrentAlias()) {
                throw new JsonParseException(
                        this, "aliases are not read, write out what *" + yaml.getText() + " stands for");
            }
            return token;
        }
    }
}
