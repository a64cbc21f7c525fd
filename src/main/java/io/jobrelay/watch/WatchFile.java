package io.jobrelay.watch;

import static java.nio.charset.StandardCharsets.UTF_8;
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
import io.jobrelay.logging.FileFailure;
import io.jobrelay.logging.PlainLine;
import io.jobrelay.settings.Problem;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.io.StringReader;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.ObjIntConsumer;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.error.MarkedYAMLException;

/**
 * Reads one watch file: a YAML list of watches. A watch with a problem is reported with its line; the others of the
 * file are read.
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
     * What a file holds: its valid watches, each with its line, and a problem for every other one.
     *
     * @param readable false if the file could not be read to its end, so that a watch that is not in it may still be meant
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
     * What a text holds, valid or not.
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
        List<Entry> entries = new ArrayList<>();
        List<Problem> problems = new ArrayList<>();
        boolean readable =
                read(file, (watch, line) -> entries.add(new Entry(watch, line)), (watch, why) -> {}, problems::add);
        return new Content(entries, problems, readable);
    }

    /**
     * Reads the file, a watch at a time.
     *
     * @param good takes each valid watch and its line
     * @param refused takes each other one that says which watch it means, and why it is refused
     * @param problems takes the problems of those that are not valid
     * @return false if it could not be read to its end
     */
    public boolean read(
            Path file, ObjIntConsumer<Watch> good, BiConsumer<Watch, String> refused, Consumer<Problem> problems) {
        try (InputStream bytes = Files.newInputStream(file)) {
            return read(file, bytes, good, refused, problems);
        } catch (IOException e) {
            problems.accept(unreadable(file.toString(), e));
            return false;
        }
    }

    /** Reads the file and keeps none of its watches. */
    WatchSummary summary(Path file) {
        WatchSummary.Builder summary = new WatchSummary.Builder();
        boolean readable = false;
        try (DigestInputStream bytes =
                new DigestInputStream(Files.newInputStream(file), MessageDigest.getInstance("SHA-256"))) {
            readable = read(file, bytes, summary::add, (watch, why) -> {}, summary::add);
            summary.digest(HexFormat.of().formatHex(bytes.getMessageDigest().digest()));
        } catch (IOException e) {
            summary.add(unreadable(file.toString(), e));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
        return summary.build(readable);
    }

    private boolean read(
            Path file,
            InputStream bytes,
            ObjIntConsumer<Watch> good,
            BiConsumer<Watch, String> refused,
            Consumer<Problem> problems) {
        String name = file.toString();
        ObjIntConsumer<JsonNode> items = (item, line) -> {
            WatchReader.Reading reading = watches.read(item);
            reading.watch().ifPresent(watch -> good.accept(watch, line));
            List<Problem> found = reading.problems().stream()
                    .map(problem -> new Problem(name, line, problem.message()))
                    .toList();
            found.forEach(problems);
            reading.refused()
                    .ifPresent(watch -> refused.accept(
                            watch, found.stream().map(Problem::toString).collect(joining("; "))));
        };
        Optional<Problem> broken = read(name, new InputStreamReader(bytes, UTF_8.newDecoder()), items);
        broken.ifPresent(problems);
        return broken.isEmpty();
    }

    /**
     * Splits a text that is written as a watch file into watches, without validating them.
     *
     * @param name what to call it in problems
     */
    public static Outline outline(String name, String text) {
        List<Item> items = new ArrayList<>();
        Optional<Problem> broken =
                read(name, new StringReader(text), (watch, line) -> items.add(new Item(watch, line)));
        return new Outline(items, broken.stream().toList(), broken.isEmpty());
    }

    /** Why the text cannot be read to its end; empty if it was. */
    private static Optional<Problem> read(String name, Reader text, ObjIntConsumer<JsonNode> items) {
        int reached = 1;
        try (JsonParser parser = new AsWritten(YAML.getFactory().createParser(text))) {
            JsonToken first = parser.nextToken();
            if (first == null) {
                return Optional.empty();
            }
            if (first != JsonToken.START_ARRAY) {
                return Optional.of(new Problem(
                        name, line(parser), "must be a YAML list of watches, each item begins with '- api:'"));
            }
            while (parser.nextToken() != JsonToken.END_ARRAY) {
                reached = line(parser);
                items.accept(YAML.readTree(parser), reached);
            }
            return parser.nextToken() == null
                    ? Optional.empty()
                    : Optional.of(
                            new Problem(name, line(parser), "must be one YAML list of watches, has more after it"));
        } catch (JsonProcessingException e) {
            for (Throwable cause = e.getCause(); cause != null; cause = cause.getCause()) {
                if (cause instanceof CharacterCodingException notText) {
                    return Optional.of(unreadable(name, notText));
                }
            }
            int line = e.getLocation() == null ? 0 : e.getLocation().getLineNr();
            return Optional.of(new Problem(name, line > 0 ? line : reached, "is not valid YAML: " + problem(e)));
        } catch (IOException e) {
            return Optional.of(unreadable(name, e));
        }
    }

    private static Problem unreadable(String name, IOException e) {
        return new Problem(name, 0, "cannot be read: " + FileFailure.reason(e));
    }

    private static int line(JsonParser parser) {
        return parser.currentTokenLocation().getLineNr();
    }

    /** What is wrong: the parser says first what it was reading. */
    private static String problem(JsonProcessingException failure) {
        String said = failure.getCause() instanceof MarkedYAMLException marked
                ? marked.getProblem()
                : failure.getOriginalMessage();
        return PlainLine.of(said.lines().limit(1).collect(joining()), WatchReader.LONGEST_PROBLEM);
    }

    /**
     * Reads numbers as text, since an id such as {@code 0042} or {@code 12e4} is not a number, and refuses aliases, which
     * Jackson would read as their names.
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
