package io.jobrelay.camel.config;

import java.util.Map;
import java.util.TreeMap;

/** Config snapshots for tests. */
public final class Snapshots {
    private Snapshots() {}

    /** The snapshot, but for one file. */
    public static ConfigSnapshot with(ConfigSnapshot snapshot, String file, String text) {
        Map<String, String> texts = new TreeMap<>(snapshot.texts());
        texts.put(file, text);
        return new ConfigSnapshot(texts, snapshot.unreadable());
    }
}
