package io.jobrelay.durability;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** {@code jobrelay run} in a process and a directory of its own. */
final class Child implements AutoCloseable {
    private final Path directory;
    private final Process process;

    private Child(Path directory, Process process) {
        this.directory = directory;
        this.process = process;
    }

    /** Copies what a user would copy: the routes, and properties with the given ones behind them. */
    static void prepare(Path directory, Map<String, String> properties) throws IOException {
        try (Stream<Path> files = Files.walk(Path.of("routes"))) {
            for (Path file : files.toList()) {
                Files.copy(file, directory.resolve(file.toString()), StandardCopyOption.REPLACE_EXISTING);
            }
        }
        StringBuilder text = new StringBuilder();
        properties.forEach(
                (key, value) -> text.append(key).append('=').append(value).append('\n'));
        String shipped = Files.readAllLines(Path.of("application.properties")).stream()
                .filter(line -> !properties.containsKey(line.replaceFirst("=.*", "")))
                .reduce("", (all, line) -> all + line + "\n");
        Files.writeString(directory.resolve("application.properties"), shipped + text);
    }

    static Child run(Path directory, String... arguments) throws IOException {
        return run(directory, Map.of(), arguments);
    }

    static Child run(Path directory, Map<String, String> environment, String... arguments) throws IOException {
        List<String> command = Stream.concat(
                        Stream.of(
                                Path.of(System.getProperty("java.home"), "bin", "java")
                                        .toString(),
                                "-XX:TieredStopAtLevel=1",
                                "-XX:+UseSerialGC",
                                "-cp",
                                classPath(),
                                "io.jobrelay.cli.Jobrelay"),
                        Stream.of(arguments))
                .toList();
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().putAll(environment);
        Process process = builder.directory(directory.toFile())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(
                        directory.resolve("child.log").toFile()))
                .start();
        return new Child(directory, process);
    }

    /** The test class path with the tests' own log settings left out, absolute since the child runs elsewhere. */
    private static String classPath() {
        return Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
                .filter(entry -> !entry.endsWith("test-classes"))
                .map(entry -> Path.of(entry).toAbsolutePath().toString())
                .reduce((left, right) -> left + File.pathSeparator + right)
                .orElseThrow();
    }

    void kill() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }

    /** Asks it to stop and returns its exit status. */
    int stop() throws InterruptedException {
        process.destroy();
        if (!process.waitFor(20, TimeUnit.SECONDS)) {
            throw new AssertionError("does not stop: " + log());
        }
        return process.exitValue();
    }

    /** The exit status of one that has ended. */
    int status() {
        return process.exitValue();
    }

    boolean alive() {
        return process.isAlive();
    }

    String log() {
        try {
            return Files.readString(directory.resolve("child.log"));
        } catch (IOException e) {
            return e.toString();
        }
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
