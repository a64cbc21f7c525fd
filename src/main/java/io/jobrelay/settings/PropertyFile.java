package io.jobrelay.settings;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The keys of a properties file and the lines on which they stand. */
public final class PropertyFile {
    private static final Pattern KEY = Pattern.compile("\\s*([^#!\\s=:][^\\s=:]*)\\s*[=:].*");

    private final String name;
    private final Map<String, Integer> lines;

    private PropertyFile(String name, Map<String, Integer> lines) {
        this.name = name;
        this.lines = lines;
    }

    /** Reads the file; one that does not exist has no keys. */
    public static PropertyFile read(Path file) {
        Map<String, Integer> lines = new LinkedHashMap<>();
        try {
            // As properties files are by definition; in this every byte is a character.
            List<String> text = Files.readAllLines(file, ISO_8859_1);
            for (int i = 0; i < text.size(); i++) {
                Matcher matcher = KEY.matcher(text.get(i));
                if (matcher.matches()) {
                    lines.put(matcher.group(1), i + 1);
                }
            }
        } catch (NoSuchFileException e) {
            return new PropertyFile(file.toString(), lines);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return new PropertyFile(file.toString(), lines);
    }

    /** This file with further keys that stand in no line, such as those given by a program. */
    public PropertyFile with(Set<String> keys) {
        Map<String, Integer> all = new LinkedHashMap<>(lines);
        keys.forEach(key -> all.putIfAbsent(key, 0));
        return new PropertyFile(name, all);
    }

    public Set<String> keys() {
        return lines.keySet();
    }

    /** The place of a key, as a problem whose message is the key. */
    Problem at(String key) {
        return new Problem(name, lines.getOrDefault(key, 0), key);
    }
}
