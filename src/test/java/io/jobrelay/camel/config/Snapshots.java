package io.jobrelay.camel.config;

import java.util.Map;
import java.util.TreeMap;

/** Config snapshots for tests. */
public final class Snapshots {
    private Snapshots() {}

    /** The snapshot with another text of one file. */
    public static ConfigSnapshot with(ConfigSnapshot snapshot, String file, String text) {
        Map<String, String> texts = new TreeMap<>(snapshot.texts());
        texts.put(file, text);
        return new ConfigSnapshot(texts, snapshot.unreadable());
    }

    /** The snapshot without one file. */
    public static ConfigSnapshot without(ConfigSnapshot snapshot, String file) {
        Map<String, String> texts = new TreeMap<>(snapshot.texts());
        texts.remove(file);
        return new ConfigSnapshot(texts, snapshot.unreadable());
    }
}
