package io.jobrelay.settings;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The keys of a properties file and where they stand.
 *
 * @param lines of each key, from 1 and in order; none where it was given by a program
 */
public record PropertyFile(String name, Map<String, List<Integer>> lines) {
    private static final Pattern KEY = Pattern.compile("\\s*([^#!\\s=:][^\\s=:]*)\\s*[=:].*");

    /** Reads the file; one that does not exist has no keys. */
    public static PropertyFile read(Path file) {
        try {
            // As properties files are by definition; in this every byte is a character.
            return of(file.toString(), Files.readString(file, ISO_8859_1));
        } catch (NoSuchFileException e) {
            return of(file.toString(), "");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The file of this name with this text. */
    public static PropertyFile of(String name, String text) {
        Map<String, List<Integer>> lines = new LinkedHashMap<>();
        int line = 0;
        for (String each : text.lines().toList()) {
            line++;
            Matcher matcher = KEY.matcher(each);
            if (matcher.matches()) {
                lines.computeIfAbsent(matcher.group(1), key -> new ArrayList<>())
                        .add(line);
            }
        }
        return new PropertyFile(name, lines);
    }

    /** This file with further keys that stand in no line, such as those given by a program. */
    public PropertyFile with(Set<String> keys) {
        Map<String, List<Integer>> all = new LinkedHashMap<>(lines);
        keys.forEach(key -> all.putIfAbsent(key, List.of()));
        return new PropertyFile(name, all);
    }

    public Set<String> keys() {
        return lines.keySet();
    }

    /** A problem at a key: at its last line, for that counts. */
    public Problem problem(String key, String message) {
        List<Integer> all = lines.getOrDefault(key, List.of());
        return new Problem(name, all.isEmpty() ? 0 : all.get(all.size() - 1), key + ": " + message);
    }

    /** The keys that stand in several lines. */
    public List<Problem> repeated() {
        return lines.entrySet().stream()
                .filter(entry -> entry.getValue().size() > 1)
                .map(entry -> problem(
                        entry.getKey(),
                        "stands in line %d as well, where it counts for nothing: take one of them out"
                                .formatted(entry.getValue().get(0))))
                .toList();
    }
}
