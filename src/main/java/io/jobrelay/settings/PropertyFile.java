package io.jobrelay.settings;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The keys of a properties file and the lines on which they stand. */
public final class PropertyFile {
    private static final Pattern KEY = Pattern.compile("\\s*([^#!\\s=:][^\\s=:]*)\\s*[=:].*");

    private final String name;
    /** Of each key, in order; none where it was given by a program. */
    private final Map<String, List<Integer>> lines;

    private PropertyFile(String name, Map<String, List<Integer>> lines) {
        this.name = name;
        this.lines = lines;
    }

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

    /**
     * The keys and values of a text, as written but for white space around them.
     *
     * @throws IllegalStateException if it has a backslash and a u without four digits behind them
     */
    public static Map<String, String> values(String text) {
        Properties properties = new Properties();
        try {
            properties.load(new StringReader(text));
        } catch (IllegalArgumentException e) {
            throw new IllegalStateException(
                    "application.properties: a backslash and a u must have four hexadecimal digits behind them;"
                            + " write a backslash twice to have one",
                    e);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Map<String, String> values = new TreeMap<>();
        properties
                .stringPropertyNames()
                .forEach(key -> values.put(key, properties.getProperty(key).strip()));
        return values;
    }

    /** This file with further keys that stand in no line, such as those given by a program. */
    public PropertyFile with(Set<String> keys) {
        Map<String, List<Integer>> all = new LinkedHashMap<>(lines);
        keys.forEach(key -> all.putIfAbsent(key, List.of()));
        return new PropertyFile(name, all);
    }

    /** The line of a key, from 1, the last one where it stands in several, for that counts; 0 where it stands in none. */
    public int line(String key) {
        List<Integer> all = lines.getOrDefault(key, List.of());
        return all.isEmpty() ? 0 : all.get(all.size() - 1);
    }

    /** The keys that stand in several lines, each at its last one. */
    public List<Problem> repeated() {
        return lines.entrySet().stream()
                .filter(entry -> entry.getValue().size() > 1)
                .map(entry -> new Problem(
                        name,
                        line(entry.getKey()),
                        "%s: stands in line %d as well, where it counts for nothing: take one of them out"
                                .formatted(entry.getKey(), entry.getValue().get(0))))
                .toList();
    }

    public Set<String> keys() {
        return lines.keySet();
    }

    /** A problem at a key. */
    Problem problem(String key, String message) {
        return new Problem(name, line(key), message);
    }
}
