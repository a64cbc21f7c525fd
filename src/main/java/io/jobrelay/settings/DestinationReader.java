package io.jobrelay.settings;

import io.jobrelay.delivery.WebhookSignature;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads one destination from {@code jobrelay.destination.<name>.*}. */
record DestinationReader(PropertyReader properties) {
    /**
     * What the destinations that Jobrelay comes with take, each with its default, empty where it has none; one of another name
     * takes what its route reads.
     */
    static final Map<String, Map<String, String>> DEFAULTS = Map.of(
            "file",
            new TreeMap<>(Map.of("enabled", "true", "path", "out/changes-{date}.ndjson")),
            "queue",
            new TreeMap<>(Map.of("enabled", "true", "queue", "jobrelay.changes", "port", "", "broker-url", "")),
            "webhook",
            new TreeMap<>(Map.of("enabled", "", "url", "", "secret", "", "allow-private", "false")),
            "amqp",
            new TreeMap<>(Map.of("enabled", "", "url", "", "queue", "jobrelay.changes", "user", "", "password", "")),
            "kafka",
            new TreeMap<>(Map.of("enabled", "", "brokers", "", "topic", "jobrelay.changes")));

    /** Those that are off until they are told where to: the names of the destinations, and what tells them. */
    private static final Map<String, String> OFF_WITHOUT = Map.of("webhook", "url", "amqp", "url", "kafka", "brokers");

    private static final Map<String, String> OWN = Map.of("enabled", "true", "allow-private", "false");
    private static final Map<String, List<String>> REQUIRED =
            Map.of("webhook", List.of("url", "secret"), "amqp", List.of("url"), "kafka", List.of("brokers"));
    private static final String DATE = "{date}";
    private static final Pattern AMQP = Pattern.compile("amqps?://[^/?#]+.*", Pattern.CASE_INSENSITIVE);
    private static final Pattern BROKERS = Pattern.compile("[^\\s,/]+:[0-9]+(\\s*,\\s*[^\\s,/]+:[0-9]+)*");

    static @Nullable String defaultOf(String name, String parameter, Predicate<String> given) {
        String needed = OFF_WITHOUT.get(name);
        return needed != null && parameter.equals("enabled")
                ? String.valueOf(given.test("jobrelay.destination." + name + "." + needed))
                : DEFAULTS.getOrDefault(name, OWN).get(parameter);
    }

    /** The destination, as far as it is right, with the problems noted. */
    Destination read(String name) {
        String prefix = "jobrelay.destination." + name + ".";
        boolean enabled = properties.flag(prefix + "enabled");
        boolean allowPrivate = properties.flag(prefix + "allow-private");
        if (enabled) {
            for (String parameter : REQUIRED.getOrDefault(name, List.of())) {
                properties.required(
                        prefix + parameter,
                        " while the destination is on; switch it off with %senabled=false".formatted(prefix));
            }
        }
        List<String> secrets = secrets(prefix + "secret");
        if (!secrets.isEmpty()) {
            checkUrl(prefix + "url", allowPrivate);
        }
        return new Destination(
                name,
                enabled,
                path(prefix + "path").orElse(null),
                secrets,
                allowPrivate,
                properties.text(prefix + "queue").orElse(null),
                properties.text(prefix + "broker-url").orElse(null),
                properties.port(prefix + "port"),
                amqp(name, prefix),
                kafka(name, prefix));
    }

    private @Nullable AmqpBroker amqp(String name, String prefix) {
        return broker(name.equals("amqp"), prefix + "url", "amqp://host:port, or amqps for TLS", AMQP)
                .map(url -> new AmqpBroker(
                        url,
                        properties.text(prefix + "user").orElse(null),
                        properties.text(prefix + "password").orElse(null)))
                .orElse(null);
    }

    private @Nullable String kafka(String name, String prefix) {
        return broker(name.equals("kafka"), prefix + "brokers", "host:port, several separated by commas", BROKERS)
                .orElse(null);
    }

    /** Where a broker is; a parameter of this name may mean something else to a destination of the user's own. */
    private Optional<String> broker(boolean ours, String key, String rule, Pattern form) {
        return ours
                ? properties.read(key, rule, Function.identity(), form.asMatchPredicate())
                : properties.text(key).filter(form.asMatchPredicate());
    }

    private Optional<Path> path(String key) {
        return properties.read(
                key,
                "a file in a directory, with {date} in its name at most",
                Path::of,
                path -> path.getParent() != null && !path.getParent().toString().contains(DATE));
    }

    private List<String> secrets(String key) {
        Optional<String> text = properties.text(key);
        if (text.isEmpty()) {
            return List.of();
        }
        List<String> secrets = List.of(text.get().split("[,\\s]+"));
        try {
            new WebhookSignature(secrets);
            return secrets;
        } catch (IllegalArgumentException e) {
            properties.problem(key, String.valueOf(e.getMessage()));
            return List.of();
        }
    }

    private void checkUrl(String key, boolean allowPrivate) {
        properties.address(key, true).ifPresent(url -> {
            if (!isHttps(url) && !allowPrivate) {
                properties.problem(
                        key,
                        "must be https, was '%s'; allow-private=true allows http and private addresses"
                                .formatted(PropertyReader.shown(url.toString())));
            }
        });
    }

    private static boolean isHttps(URI url) {
        return "https".equalsIgnoreCase(url.getScheme());
    }
}
