package io.jobrelay.signing;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;

/** Signing keys that are derived for a period, such as a day. Those of the period asked for last are kept. */
final class DerivedKeys {

    private volatile Period last = new Period("", Map.of());

    private record Period(String name, Map<Credentials, byte[]> keys) {}

    /**
     * The key of these credentials for the period.
     *
     * @param derive makes it, the same one each time
     */
    byte[] of(String period, Credentials credentials, Function<Credentials, byte[]> derive) {
        Period current = last;
        if (!current.name().equals(period)) {
            current = new Period(period, new ConcurrentHashMap<>());
            last = current;
        }
        return current.keys().computeIfAbsent(credentials, derive);
    }
}
