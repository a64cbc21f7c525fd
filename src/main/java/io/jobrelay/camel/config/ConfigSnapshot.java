package io.jobrelay.camel.config;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.jobrelay.logging.FileFailure;
import io.jobrelay.settings.Problem;
import java.io.IOException;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * The files that can be edited while Jobrelay runs, as they stood at one moment: {@code application.properties}, route files
 * and mappings. Files whose names begin with a dot are editors' own and are left out, and so is what is in such directories.
 *
 * @param texts by path, as {@code routes/router.camel.yaml}
 * @param unreadable by path, why there is no text
 * @param seeds when each was written that mappings are held to, by path
 */
public record ConfigSnapshot(Map<String, String> texts, Map<String, String> unreadable, Map<String, Long> seeds) {
    public static final String PROPERTIES = "application.properties";
    private static final Path ROUTES = Path.of("routes");
    private static final Path SEEDS = Path.of("seeds");

    public ConfigSnapshot {
        texts = new TreeMap<>(texts);
        unreadable = new TreeMap<>(unreadable);
        seeds = Map.copyOf(seeds);
    }

    /** Without seeds. */
    public ConfigSnapshot(Map<String, String> texts, Map<String, String> unreadable) {
        this(texts, unreadable, Map.of());
    }

    /** Reads the files of the working directory. */
    public static ConfigSnapshot read() {
        Map<String, String> texts = new LinkedHashMap<>();
        Map<String, String> unreadable = new LinkedHashMap<>();
        // As properties files are by definition; in this every byte is a character.
        read(Path.of(PROPERTIES), ISO_8859_1, texts, unreadable);
        walk(ROUTES, file -> {
            if (covers(file)) {
                read(file, UTF_8, texts, unreadable);
            }
        });
        Map<String, Long> seeds = new LinkedHashMap<>();
        walk(SEEDS, file -> seeds.put(file.toString(), file.toFile().lastModified()));
        return new ConfigSnapshot(texts, unreadable, seeds);
    }

    private static void walk(Path directory, Consumer<Path> file) {
        if (Files.isDirectory(directory)) {
            try (Stream<Path> files = Files.walk(directory)) {
                files.forEach(file);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    /**
     * Reads the files of the working directory.
     *
     * @throws IllegalStateException if it has no routes
     */
    public static ConfigSnapshot requireRoutes() {
        if (!Files.isDirectory(ROUTES)) {
            throw new IllegalStateException(
                    "there is no routes/ in %s: 'jobrelay init' copies what Jobrelay works with here, or start it in a directory that has it"
                            .formatted(Path.of("").toAbsolutePath()));
        }
        return read();
    }

    /** True for the path of a route file or a mapping, whether or not it is there. */
    public static boolean covers(Path file) {
        boolean hidden = ("/" + file).contains("/.");
        return file.startsWith(ROUTES) && !hidden && (isRoute(file.toString()) || isMapping(file.toString()));
    }

    private static void read(Path file, Charset charset, Map<String, String> texts, Map<String, String> unreadable) {
        try {
            texts.put(file.toString(), Files.readString(file, charset));
        } catch (NoSuchFileException e) {
            // It has gone since it was listed, or there are no properties.
        } catch (IOException e) {
            unreadable.put(file.toString(), "cannot be read: " + FileFailure.reason(e));
        }
    }

    /** True for the name of a route file. */
    public static boolean isRoute(String file) {
        return file.endsWith(".camel.yaml");
    }

    /** True for the name of a mapping. */
    public static boolean isMapping(String file) {
        return file.endsWith(".jq");
    }

    /** All files, readable or not, in order. */
    public Set<String> files() {
        Set<String> files = new TreeSet<>(texts.keySet());
        files.addAll(unreadable.keySet());
        return files;
    }

    /** The text of a file; empty if it is not there or cannot be read. */
    public Optional<String> text(String file) {
        return Optional.ofNullable(texts.get(file));
    }

    /** Why there are no properties; empty if there are. */
    public Optional<Problem> propertiesProblem() {
        String why = unreadable.getOrDefault(
                PROPERTIES, "is not there, and with it no account: 'jobrelay init' puts it back where it is missing");
        return Optional.of(new Problem(PROPERTIES, 0, why)).filter(problem -> !texts.containsKey(PROPERTIES));
    }

    /** The text of {@code application.properties}; nothing if it is not there. */
    public String properties() {
        return texts.getOrDefault(PROPERTIES, "");
    }

    /**
     * The properties, as they are written but for white space around them.
     *
     * @throws IllegalStateException if a backslash and a u have no four digits behind them
     */
    Map<String, String> values() {
        Properties properties = new Properties();
        try {
            properties.load(new StringReader(properties()));
        } catch (IllegalArgumentException e) {
            throw new IllegalStateException(
                    "application.properties: a backslash and a u must have four hexadecimal digits behind them;"
                            + " write a backslash twice to have one",
                    e);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Map<String, String> values = new TreeMap<>();
        properties.forEach((key, value) -> values.put((String) key, ((String) value).strip()));
        return values;
    }

    /** The files that are not the same in the other snapshot: changed, added, gone. */
    public Set<String> differences(ConfigSnapshot other) {
        Set<String> files = differences(texts, other.texts);
        files.addAll(differences(unreadable, other.unreadable));
        return files;
    }

    /** The keys whose values differ, or that only one of the two has. */
    static <V> Set<String> differences(Map<String, V> one, Map<String, V> other) {
        Set<String> keys = new TreeSet<>(one.keySet());
        keys.addAll(other.keySet());
        keys.removeIf(key -> Objects.equals(one.get(key), other.get(key)));
        return keys;
    }
}
