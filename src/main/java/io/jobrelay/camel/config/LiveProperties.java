package io.jobrelay.camel.config;

import static io.jobrelay.settings.Key.Trait.LIVE;

import io.jobrelay.settings.Keys;
import java.io.IOException;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.Objects;
import java.util.Properties;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** The properties that Jobrelay was started with, and which of them no edit changes before the next start. */
public final class LiveProperties {
    private final Map<String, String> started;

    /**
     * @param text of the file at the start
     */
    public LiveProperties(String text) {
        started = values(text);
    }

    /** The values that hold once the text is the file's: its own, but for keys that wait for the next start. */
    public Map<String, String> effective(String text) {
        Map<String, String> values = new TreeMap<>(values(text));
        values.keySet().removeIf(LiveProperties::waits);
        started.forEach((key, value) -> {
            if (waits(key)) {
                values.put(key, value);
            }
        });
        return values;
    }

    /** The keys of the text that differ from what runs, and will until the next start. */
    public Set<String> waiting(String text) {
        Set<String> keys = differences(started, values(text));
        keys.removeIf(key -> !waits(key));
        return keys;
    }

    /** The keys whose values differ, or that only one of the two has. */
    public static <V> Set<String> differences(Map<String, V> one, Map<String, V> other) {
        Set<String> keys = new TreeSet<>(one.keySet());
        keys.addAll(other.keySet());
        keys.removeIf(key -> Objects.equals(one.get(key), other.get(key)));
        return keys;
    }

    private static Map<String, String> values(String text) {
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
        properties.forEach((key, value) -> values.put((String) key, ((String) value).strip()));
        return values;
    }

    private static boolean waits(String key) {
        return Keys.find(key).map(known -> !known.is(LIVE)).orElse(key.startsWith("camel."));
    }
}
