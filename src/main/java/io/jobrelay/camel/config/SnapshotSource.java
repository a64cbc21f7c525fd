package io.jobrelay.camel.config;

import static io.jobrelay.settings.Key.Trait.LIVE;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.jobrelay.settings.Keys;
import java.io.FileNotFoundException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.camel.CamelContext;
import org.apache.camel.RuntimeCamelException;
import org.apache.camel.impl.engine.DefaultResourceLoader;
import org.apache.camel.impl.engine.DefaultResourceResolvers;
import org.apache.camel.main.BaseMainSupport;
import org.apache.camel.main.Main;
import org.apache.camel.main.MainListenerSupport;
import org.apache.camel.spi.PropertiesSource;
import org.apache.camel.spi.Resource;
import org.apache.camel.support.ResourceHelper;
import org.jspecify.annotations.Nullable;

/**
 * What Camel reads of the files that can be edited: not what is on the disk just now, but the snapshot that was found good. So
 * a route that is rebuilt beside a broken mapping gets the mapping that it had.
 *
 * <p>An environment variable wins over the property of the same name. A property that has no value, or an empty one, has its
 * default, in routes as everywhere. What cannot be edited live has the value that Jobrelay was started with.
 */
public final class SnapshotSource {
    private static final String CAMEL = "camel.";

    private final Map<String, String> started;
    private volatile Map<String, String> values = Map.of();
    private volatile ConfigSnapshot snapshot;
    private volatile Set<String> asked = ConcurrentHashMap.newKeySet();

    public SnapshotSource(ConfigSnapshot snapshot) {
        this.snapshot = snapshot;
        this.started = snapshot.values();
        serve(snapshot);
    }

    /** From now on Camel gets this snapshot. */
    public void serve(ConfigSnapshot next) {
        Map<String, String> own = effective(next);
        own.replaceAll((key, value) -> {
            String variable = key.toUpperCase(Locale.ROOT).replace('.', '_').replace('-', '_');
            String given = System.getenv(variable);
            return given == null ? value : given;
        });
        values = own;
        snapshot = next;
    }

    /** Makes Camel read from here. */
    public void serve(Main main) {
        main.setPropertyPlaceholderLocations("false");
        values.forEach((key, value) -> {
            if (key.startsWith(CAMEL)) {
                main.addInitialProperty(key, value);
            }
        });
        main.addMainListener(new MainListenerSupport() {
            @Override
            public void beforeInitialize(BaseMainSupport support) {
                serve(support.getCamelContext());
            }
        });
    }

    /** Makes a context read from here. */
    public void serve(CamelContext context) {
        context.getPropertiesComponent().addPropertiesSource(new Values(context));
        context.getRegistry().bind(DefaultResourceLoader.RESOURCE_LOADER_KEY_PREFIX + "file", new Texts(context));
    }

    /**
     * From now on a set of its own gets the keys of the properties, and the files, that Camel asks for: what a route that is
     * built meanwhile depends on.
     */
    public Set<String> note() {
        Set<String> noted = ConcurrentHashMap.newKeySet();
        asked = noted;
        return noted;
    }

    public ConfigSnapshot snapshot() {
        return snapshot;
    }

    /** The properties that hold once the snapshot runs: its own, but for keys that wait for the next start. */
    Map<String, String> effective(ConfigSnapshot next) {
        Map<String, String> effective = next.values();
        waiting(next).forEach(key -> {
            effective.remove(key);
            Optional.ofNullable(started.get(key)).ifPresent(value -> effective.put(key, value));
        });
        return effective;
    }

    /** The properties that have another value in the one snapshot than in the other, where both run. */
    public Set<String> differences(ConfigSnapshot one, ConfigSnapshot other) {
        return ConfigSnapshot.differences(effective(one), effective(other));
    }

    /** The keys that differ from what runs, and will until the next start. */
    public Set<String> waiting(ConfigSnapshot next) {
        Set<String> keys = ConfigSnapshot.differences(started, next.values());
        keys.removeIf(key -> !Keys.find(key).map(known -> !known.is(LIVE)).orElse(key.startsWith(CAMEL)));
        return keys;
    }

    private final class Values implements PropertiesSource {
        /** What this thread is asking for already, to find out whether it has a value. */
        private static final ThreadLocal<Set<String>> ASKING = ThreadLocal.withInitial(HashSet::new);

        private final CamelContext context;

        private Values(CamelContext context) {
            this.context = context;
        }

        @Override
        public String getName() {
            return ConfigSnapshot.PROPERTIES;
        }

        @Override
        public @Nullable String getProperty(String name) {
            asked.add(name);
            if (!ASKING.get().add(name)) {
                return values.get(name);
            }
            try {
                return Keys.defaultOf(name, this::hasValue)
                        .filter(absent -> !hasValue(name))
                        .orElseGet(() -> values.get(name));
            } finally {
                ASKING.get().remove(name);
            }
        }

        private boolean hasValue(String name) {
            try {
                // One whose placeholder has no value is none that is absent: it is refused.
                return !ContextSettings.value(context, name)
                        .orElseGet(() -> values.getOrDefault(name, ""))
                        .isBlank();
            } catch (RuntimeException e) {
                return true; // Camel says it to the caller
            }
        }

        /** A default that a route names itself comes before ours. */
        @Override
        public @Nullable String getProperty(String name, @Nullable String absent) {
            asked.add(name);
            return absent == null ? getProperty(name) : values.getOrDefault(name, absent);
        }
    }

    /** Route files and mappings of the snapshot; any other file from the disk. */
    private final class Texts extends DefaultResourceResolvers.FileResolver {
        private Texts(CamelContext context) {
            setCamelContext(context);
        }

        @Override
        public Resource createResource(String location, String path) {
            String file = Path.of(path).normalize().toString();
            asked.add(file);
            return snapshot.text(file)
                    .map(text -> ResourceHelper.fromBytes(location, text.getBytes(UTF_8)))
                    .orElseGet(() -> {
                        if (ConfigSnapshot.covers(
                                Path.of(file))) { // on the disk it may be, with a text that was refused
                            throw new RuntimeCamelException(new FileNotFoundException(path + " does not exist"));
                        }
                        return super.createResource(location, path);
                    });
        }
    }
}
