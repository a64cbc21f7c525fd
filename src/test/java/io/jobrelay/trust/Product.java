package io.jobrelay.trust;

import io.jobrelay.testbed.Child;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * Jobrelay in a process and a directory of its own, with the log settings that it is delivered with. Everything that it
 * writes to its streams is in {@code <number>-out.txt} and {@code <number>-err.txt} beside the directory.
 */
final class Product implements AutoCloseable {
    private static final long LIMIT_SECONDS = 60;

    private final Process process;
    private final Path out;
    private final Path err;

    private Product(Process process, Path out, Path err) {
        this.process = process;
        this.out = out;
        this.err = err;
    }

    /** Copies the routes that Jobrelay comes with, and writes properties. */
    static void prepare(Path directory, Map<String, String> properties) throws IOException {
        try (Stream<Path> files = Files.walk(Path.of("routes"))) {
            for (Path file : files.toList()) {
                if (Files.isRegularFile(file)) {
                    Path copy = directory.resolve(file.toString());
                    Files.createDirectories(copy.getParent());
                    Files.copy(file, copy);
                }
            }
        }
        StringBuilder text = new StringBuilder();
        properties.forEach(
                (key, value) -> text.append(key).append('=').append(value).append('\n'));
        Files.writeString(directory.resolve("application.properties"), text);
    }

    /** Starts it with a umask that hides nothing. */
    static Product start(Path directory, Map<String, String> environment, String... arguments) throws IOException {
        Path streams = Files.createDirectories(directory.resolveSibling(directory.getFileName() + "-streams"));
        Path out = Files.createTempFile(streams, "out-", ".txt");
        Path err = Files.createTempFile(streams, "err-", ".txt");
        List<String> command = new ArrayList<>(List.of("sh", "-c", "umask 000 && exec \"$@\"", "sh"));
        command.addAll(Child.command(List.of(), arguments));
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(directory.toFile())
                .redirectOutput(out.toFile())
                .redirectError(err.toFile());
        builder.environment().putAll(environment);
        return new Product(builder.start(), out, err);
    }

    /** Runs it to its end. */
    static Product run(Path directory, Map<String, String> environment, String... arguments) throws Exception {
        Product product = start(directory, environment, arguments);
        try (product) {
            if (!product.process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)) {
                throw new AssertionError("still running: " + product.err());
            }
        }
        return product;
    }

    long pid() {
        return process.pid();
    }

    boolean alive() {
        return process.isAlive();
    }

    int status() {
        return process.exitValue();
    }

    String out() throws IOException {
        return Files.readString(out);
    }

    String err() throws IOException {
        return Files.readString(err);
    }

    /** Asks it to stop. */
    void stop() throws InterruptedException {
        process.destroy();
        if (!process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)) {
            throw new AssertionError("does not stop");
        }
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
