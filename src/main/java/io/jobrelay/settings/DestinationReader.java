package io.jobrelay.settings;

import io.jobrelay.delivery.WebhookSignature;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** Reads one destination from {@code jobrelay.destination.<name>.*}. */
final class DestinationReader {
    /** What the destinations that Jobrelay comes with take; one of another name takes what its route reads. */
    static final Map<String, Set<String>> KEYS = Map.of(
            "file", new TreeSet<>(List.of("enabled", "path")),
            "queue", new TreeSet<>(List.of("enabled", "queue", "port", "broker-url")),
            "webhook", new TreeSet<>(List.of("enabled", "url", "secret", "allow-private")));

    private static final Map<String, List<String>> REQUIRED =
            Map.of("file", List.of("path"), "queue", List.of("queue"), "webhook", List.of("url", "secret"));
    private static final String DATE = "{date}";

    private final PropertyReader properties;

    DestinationReader(PropertyReader properties) {
        this.properties = properties;
    }

    /** The destination, as far as it is right, with the problems noted. */
    Destination read(String name) {
        String prefix = "jobrelay.destination." + name + ".";
        boolean enabled = properties.flag(prefix + "enabled", true);
        boolean allowPrivate = properties.flag(prefix + "allow-private", false);
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
                properties.port(prefix + "port"));
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
