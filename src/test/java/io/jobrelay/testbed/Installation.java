package io.jobrelay.testbed;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * What a user has in a directory: the routes and properties that Jobrelay comes with, properties of its own in place of some of
 * those, watches, and webhooks, each a copy of the one route. It speaks to nobody unless it is set to.
 */
public final class Installation {
    private static final Path PROPERTIES = Path.of("application.properties");
    private static final Path WEBHOOK = Path.of("routes/destinations/webhook.camel.yaml");
    private static final String SECRET = "whsec_c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0";

    private final Path directory;
    private final Map<String, String> properties = new LinkedHashMap<>();

    public Installation(Path directory) throws IOException {
        this.directory = directory;
        copy("routes");
        set("jobrelay.destination.queue.enabled", "false");
        set("camel.management.enabled", "false");
        set("jobrelay.http.port", "0");
    }

    /** Copies a file or a folder of the project. */
    public Installation copy(String source) throws IOException {
        return copy(Path.of(""), source);
    }

    /** Copies a file or a folder of another folder. */
    public Installation copy(Path from, String source) throws IOException {
        Path root = from.toAbsolutePath();
        try (Stream<Path> files = Files.walk(root.resolve(source))) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                Path copy = directory.resolve(root.relativize(file));
                Files.createDirectories(copy.getParent());
                Files.copy(file, copy, StandardCopyOption.REPLACE_EXISTING);
            }
        }
        return this;
    }

    public Installation set(String key, String value) {
        properties.put(key, value);
        return this;
    }

    public Installation set(Map<String, String> more) {
        properties.putAll(more);
        return this;
    }

    /** From now on it has these properties of its own, and no others. */
    public Installation properties(Map<String, String> own) {
        properties.clear();
        return set(own);
    }

    /** Writes a file, which may be in a folder. */
    public Installation write(String file, String text) {
        try {
            Files.createDirectories(directory.resolve(file).getParent());
            Files.writeString(directory.resolve(file), text);
            return this;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A webhook of that name. */
    public Installation webhook(String name, String url, boolean allowPrivate) throws IOException {
        String route = Files.readString(WEBHOOK)
                .replaceAll("(id: |outbox:|post-to-|destination\\.|http://|#)webhook", "$1" + name);
        String prefix = "jobrelay.destination." + name + ".";
        return write("routes/destinations/" + name + ".camel.yaml", route)
                .set(prefix + "url", url)
                .set(prefix + "secret", SECRET)
                .set(prefix + "allow-private", String.valueOf(allowPrivate));
    }

    public Path directory() {
        return directory;
    }

    public Path ledgerFile() {
        return directory.resolve("data/ledger.db");
    }

    /** The rows of a query on the ledger. */
    public List<String> ledger(String sql) {
        return new LedgerView(ledgerFile()).rows(sql);
    }

    /** A command in this directory, whose properties are written anew. */
    public JobrelayProcess.Launch command() throws IOException {
        Stream<String> kept = Files.readAllLines(PROPERTIES).stream()
                .filter(line -> !properties.containsKey(line.replaceFirst("=.*", "")));
        Stream<String> own = properties.entrySet().stream().map(entry -> entry.getKey() + "=" + entry.getValue());
        Files.write(directory.resolve(PROPERTIES), Stream.concat(kept, own).toList());
        return JobrelayProcess.in(directory);
    }

    /** Starts {@code jobrelay run}. */
    public JobrelayProcess start(String... javaOptions) throws IOException {
        return command().javaOptions(List.of(javaOptions)).start("run");
    }
}
