package io.jobrelay.docs;

import static java.util.stream.Collectors.joining;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/** The documents of the project, and what stands in them. */
public final class Documents {
    public static final Path README = Path.of("README.md");
    static final Path DOCS = Path.of("docs");

    private static final String FENCE = "```";

    private Documents() {}

    /**
     * A block of code.
     *
     * @param language what stands behind the opening fence; empty where nothing does
     * @param line the first line of its text, from 1
     */
    public record Block(Path document, String language, int line, String text) {
        @Override
        public String toString() {
            return document + ":" + line;
        }
    }

    public static List<Path> all() {
        List<Path> documents = new ArrayList<>(filesBelow(DOCS, ".md"));
        documents.add(README);
        documents.add(Path.of("CONTRIBUTING.md"));
        return documents;
    }

    /** The files below a directory whose names end so, in order; none if it is not there. */
    public static List<Path> filesBelow(Path directory, String ending) {
        if (!Files.isDirectory(directory)) {
            return List.of();
        }
        try (Stream<Path> files = Files.walk(directory)) {
            return files.filter(file -> file.toString().endsWith(ending))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The blocks of code of that language in all documents. */
    public static Stream<Block> blocks(String language) {
        return all().stream()
                .flatMap(document -> blocks(document).stream())
                .filter(block -> block.language().equals(language));
    }

    /** The blocks of code, with the indentation of their opening fence taken off, as in a list. */
    public static List<Block> blocks(Path document) {
        List<Block> blocks = new ArrayList<>();
        List<String> lines = lines(document);
        for (int begin = 0; begin < lines.size(); begin++) {
            String fence = lines.get(begin);
            if (!fence.strip().startsWith(FENCE)) {
                continue;
            }
            int indentation = fence.indexOf(FENCE);
            int end = begin + 1;
            while (!lines.get(end).strip().equals(FENCE)) {
                end++;
            }
            String text = lines.subList(begin + 1, end).stream()
                    .map(line -> line.substring(Math.min(indentation, line.length())) + "\n")
                    .collect(joining());
            blocks.add(new Block(document, fence.strip().substring(FENCE.length()), begin + 2, text));
            begin = end;
        }
        return blocks;
    }

    /** Its lines without those of its blocks of code. */
    public static List<String> prose(Path document) {
        List<String> prose = new ArrayList<>();
        boolean code = false;
        for (String line : lines(document)) {
            boolean fence = line.strip().startsWith(FENCE);
            code ^= fence;
            if (!code && !fence) {
                prose.add(line);
            }
        }
        return prose;
    }

    /** The rows of the section's tables, without the marks of code around a whole cell. */
    static List<List<String>> rows(Path document, String section) {
        return raw(document, section).stream()
                .map(row -> row.stream()
                        .map(cell -> cell.matches("`[^`]*`") ? cell.substring(1, cell.length() - 1) : cell)
                        .toList())
                .toList();
    }

    /** The rows of the section's tables whose first cell is code, or a link to code. */
    public static List<List<String>> raw(Path document, String section) {
        List<String> lines = lines(document);
        int begin = lines.indexOf(section) + 1;
        if (begin == 0) {
            throw new IllegalStateException("%s: has no section '%s'".formatted(document, section));
        }
        return lines.subList(begin, lines.size()).stream()
                .takeWhile(line -> !line.startsWith("#"))
                .filter(line -> line.startsWith("| `") || line.startsWith("| [`"))
                .map(line -> Arrays.stream(line.substring(1, line.length() - 1).split("\\|"))
                        .map(String::strip)
                        .toList())
                .toList();
    }

    public static List<String> lines(Path document) {
        try {
            return Files.readAllLines(document);
        } catch (IOException e) {
            throw new IllegalStateException(document + ": " + e, e);
        }
    }
}
