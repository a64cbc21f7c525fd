package io.jobrelay.camel.health;

import io.jobrelay.camel.metrics.Metrics;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.apache.camel.spi.Registry;

/**
 * What may be wrong with a running Jobrelay, each by its name: as a check of Camel's health, and as a metric and a message from
 * the last look, which wait for nothing.
 */
public final class HealthChecks {
    private final Registry registry;
    private final Metrics metrics;
    private final Map<String, Supplier<Optional<String>>> checks = new ConcurrentHashMap<>();
    private final Map<String, String> seen = new ConcurrentHashMap<>();

    public HealthChecks(Registry registry, Metrics metrics) {
        this.registry = registry;
        this.metrics = metrics;
    }

    /**
     * Adds a check.
     *
     * @param readiness true if another node, or a restart, may do better; otherwise a person has to do something
     * @param trouble what is wrong, with the property or file and what to do; empty while all is well
     */
    public TroubleCheck add(String name, boolean readiness, Supplier<Optional<String>> trouble) {
        TroubleCheck check = new TroubleCheck(name, readiness, trouble);
        registry.bind(name + "-check", check);
        metrics.trouble(name, () -> seen.containsKey(name) ? 1 : 0);
        checks.put(name, trouble);
        return check;
    }

    /** Looks at all of them. */
    public void look() {
        checks.forEach((name, trouble) ->
                trouble.get().ifPresentOrElse(message -> seen.put(name, message), () -> seen.remove(name)));
    }

    /** What was wrong at the last look, by the names of the checks. */
    public Map<String, String> troubles() {
        return new TreeMap<>(seen);
    }
}
