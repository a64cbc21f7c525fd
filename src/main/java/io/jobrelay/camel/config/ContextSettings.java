package io.jobrelay.camel.config;

import io.jobrelay.ledger.LedgerException;
import io.jobrelay.secrets.Secrets;
import io.jobrelay.settings.InvalidSettingsException;
import io.jobrelay.settings.PortInUseException;
import io.jobrelay.settings.Problem;
import io.jobrelay.settings.PropertyFile;
import io.jobrelay.settings.Settings;
import io.jobrelay.settings.SettingsReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.camel.CamelContext;
import org.apache.camel.impl.DefaultCamelContext;

/** Settings as a Camel context resolves them: with placeholders, vaults and environment variables. */
public final class ContextSettings {
    /** Camel's property that opens the management port, for health and metrics. */
    public static final String MANAGEMENT = "camel.management.enabled";

    public static final String METRICS = "camel.metrics.enabled";

    private ContextSettings() {}

    /**
     * A reader of the settings.
     *
     * @param text of the file that the context reads
     * @param overrides win over it
     * @param secrets learn those among the properties
     */
    public static SettingsReader reader(
            CamelContext context, String text, Map<String, String> overrides, Secrets secrets) {
        PropertyFile file = PropertyFile.of(ConfigSnapshot.PROPERTIES, text).with(overrides.keySet());
        Map<String, String> written = new ConfigSnapshot(Map.of(ConfigSnapshot.PROPERTIES, text), Map.of()).values();
        // Camel ranks them only once it is initialized, which is after this.
        return new SettingsReader(
                file,
                key -> Optional.ofNullable(overrides.get(key))
                        .or(() -> value(context, key))
                        .or(() -> unresolved(written.getOrDefault(key, ""))),
                secrets);
    }

    /** Camel takes a property for absent whose placeholder has no value. */
    private static Optional<String> unresolved(String written) {
        if (written.isEmpty()) {
            return Optional.empty();
        }
        throw new IllegalStateException("cannot be resolved");
    }

    /**
     * The settings of the working directory, for a command that needs only some of them: a problem of any other is ignored, and
     * that one has its default.
     *
     * @param areas what the keys begin with that it needs, such as {@code jobrelay.ledger.}
     * @throws InvalidSettingsException if some of those are wrong
     */
    public static Settings read(String... areas) {
        try (DefaultCamelContext context = new DefaultCamelContext()) {
            ConfigSnapshot snapshot = ConfigSnapshot.read();
            new SnapshotSource(snapshot).serve(context);
            context.build();
            SettingsReader.Reading reading = reader(context, snapshot.properties(), Map.of(), new Secrets())
                    .reading();
            List<Problem> problems = reading.problems().stream()
                    .filter(problem -> Stream.of(areas).anyMatch(problem.message()::startsWith))
                    .toList();
            if (!problems.isEmpty()) {
                throw new InvalidSettingsException(problems);
            }
            return reading.settings();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The value of a property with all that it takes from elsewhere. */
    public static Optional<String> value(CamelContext context, String key) {
        return context.getPropertiesComponent()
                .resolveProperty(key)
                .map(value -> context.resolvePropertyPlaceholders(value));
    }

    /** Why a context did not start, without secrets: an exception of ours as it is, anything else in one line. */
    public static RuntimeException cause(Exception e, Secrets secrets) {
        Throwable deepest = e;
        for (Throwable cause = e; cause != null; cause = cause.getCause()) {
            if (cause instanceof InvalidSettingsException
                    || cause instanceof PortInUseException
                    || cause instanceof LedgerException) {
                return (RuntimeException) cause;
            }
            deepest = cause;
        }
        return new IllegalStateException("cannot start: " + secrets.mask(String.valueOf(deepest.getMessage())), e);
    }
}
