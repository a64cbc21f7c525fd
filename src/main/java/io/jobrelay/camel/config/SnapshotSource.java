package io.jobrelay.camel.config;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.jobrelay.settings.Keys;
import java.io.FileNotFoundException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import org.apache.camel.CamelContext;
import org.apache.camel.impl.engine.DefaultResourceLoader;
import org.apache.camel.impl.engine.DefaultResourceResolvers;
import org.apache.camel.main.BaseMainSupport;
import org.apache.camel.main.Main;
import org.apache.camel.main.MainListenerSupport;
import org.apache.camel.spi.LoadablePropertiesSource;
import org.apache.camel.spi.Resource;
import org.apache.camel.support.ResourceHelper;
import org.apache.camel.support.ResourceSupport;
import org.jspecify.annotations.Nullable;

/**
 * What Camel reads of the files that can be edited: not what is on the disk just now, but the snapshot that was found good. So
 * a route that is built anew beside a broken mapping gets the mapping that it had.
 *
 * <p>An environment variable wins over the property of the same name. A property that has no value, or an empty one, has its
 * default, in routes as everywhere.
 */
public final class SnapshotSource {
    private static final String SCHEME = "file";

    private final LiveProperties started;
    private volatile Map<String, String> values = Map.of();
    private volatile ConfigSnapshot snapshot;
    private volatile Set<String> asked = ConcurrentHashMap.newKeySet();

    public SnapshotSource(ConfigSnapshot snapshot) {
        this.snapshot = snapshot;
        this.started = new LiveProperties(snapshot.properties());
        serve(snapshot);
    }

    /** From now on Camel gets this snapshot. */
    public void serve(ConfigSnapshot next) {
        values = environmentWins(started.effective(next.properties()));
        snapshot = next;
    }

    /** Makes Camel read from here. */
    public void serve(Main main) {
        main.setPropertyPlaceholderLocations("false");
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
        context.getRegistry().bind(DefaultResourceLoader.RESOURCE_LOADER_KEY_PREFIX + SCHEME, new Texts(context));
    }

    /**
     * From now on a set of its own gets the keys of the properties, and the files, that Camel asks for: what a route that is built
     * meanwhile depends on.
     */
    public Set<String> note() {
        Set<String> noted = ConcurrentHashMap.newKeySet();
        asked = noted;
        return noted;
    }

    public ConfigSnapshot snapshot() {
        return snapshot;
    }

    public LiveProperties started() {
        return started;
    }

    private static Map<String, String> environmentWins(Map<String, String> properties) {
        Map<String, String> values = new HashMap<>(properties);
        values.replaceAll((key, value) -> {
            String variable = key.toUpperCase(Locale.ROOT).replace('.', '_').replace('-', '_');
            String given = System.getenv(variable);
            return given == null ? value : given;
        });
        return values;
    }

    private final class Values implements LoadablePropertiesSource {
        /** What this thread is asking for already, to find out whether it has a value. */
        private static final ThreadLocal<Set<String>> ASKED = ThreadLocal.withInitial(HashSet::new);

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
            if (!ASKED.get().add(name)) {
                return values.get(name);
            }
            try {
                return Keys.defaultOf(name, this::hasValue)
                        .filter(absent -> !hasValue(name))
                        .orElseGet(() -> values.get(name));
            } finally {
                ASKED.get().remove(name);
            }
        }

        private boolean hasValue(String name) {
            try {
                return ContextSettings.value(context, name)
                        .filter(value -> !value.isBlank())
                        .isPresent();
            } catch (RuntimeException e) {
                return true; // and Camel tells whoever asked for it
            }
        }

        /** A default that a route names itself comes before ours. */
        @Override
        public @Nullable String getProperty(String name, @Nullable String absent) {
            asked.add(name);
            return absent == null ? getProperty(name) : values.getOrDefault(name, absent);
        }

        @Override
        public Properties loadProperties() {
            return loadProperties(name -> true);
        }

        @Override
        public Properties loadProperties(Predicate<String> filter) {
            Properties properties = new Properties();
            values.forEach((name, value) -> {
                if (filter.test(name)) {
                    properties.setProperty(name, value);
                }
            });
            return properties;
        }

        @Override
        public void reloadProperties(String location) {
            // What is taken in is decided elsewhere.
        }
    }

    /** Route files and mappings of the snapshot; any other file from the disk. */
    private final class Texts extends DefaultResourceResolvers.FileResolver {
        private Texts(CamelContext context) {
            setCamelContext(context);
        }

        @Override
        public Resource createResource(String location, String path) {
            Path file = Path.of(path).normalize();
            asked.add(file.toString());
            return snapshot.text(file.toString())
                    .map(text -> ResourceHelper.fromBytes(location, text.getBytes(UTF_8)))
                    .orElseGet(() -> ConfigSnapshot.covers(file)
                            ? absent(location, path)
                            : super.createResource(location, path));
        }

        /** On the disk it may be: with a text that was refused. */
        private static Resource absent(String location, String path) {
            return new ResourceSupport(SCHEME, location) {
                @Override
                public boolean exists() {
                    return false;
                }

                @Override
                public InputStream getInputStream() throws FileNotFoundException {
                    throw new FileNotFoundException(path + " does not exist");
                }
            };
        }
    }
}
