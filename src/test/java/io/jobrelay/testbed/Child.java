package io.jobrelay.testbed;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** Jobrelay in a process and a directory of its own. */
public final class Child implements AutoCloseable {
    private static final Path PROPERTIES = Path.of("application.properties");
    private static final int STOP_SECONDS = 40;

    private final Path log;
    private final Process process;

    private Child(Path log, Process process) {
        this.log = log;
        this.process = process;
    }

    /** Copies what a user would copy: the routes, and properties with the given ones behind them. */
    public static void prepare(Path directory, Map<String, String> properties) throws IOException {
        copy(Path.of("routes"), directory);
        properties(directory, properties);
    }

    /** Copies a folder of the source tree. */
    public static void copy(Path tree, Path directory) throws IOException {
        try (Stream<Path> files = Files.walk(tree)) {
            for (Path file : files.toList()) {
                Files.copy(file, directory.resolve(file.toString()), StandardCopyOption.REPLACE_EXISTING);
            }
        }
    }

    /** Writes the properties that Jobrelay comes with, the given ones in place of theirs. */
    public static void properties(Path directory, Map<String, String> properties) throws IOException {
        Stream<String> kept = Files.readAllLines(PROPERTIES).stream()
                .filter(line -> !properties.containsKey(line.replaceFirst("=.*", "")));
        Stream<String> own = properties.entrySet().stream().map(entry -> entry.getKey() + "=" + entry.getValue());
        Files.write(directory.resolve(PROPERTIES), Stream.concat(kept, own).toList());
    }

    /** Starts a command; what it prints is in {@code child.log}. */
    public static Child run(Path directory, String... arguments) throws IOException {
        return run(directory, directory.resolve("child.log"), Map.of(), List.of(), arguments);
    }

    /**
     * Starts a command.
     *
     * @param log what it prints is put to the end of this file
     * @param environment beside that of the tests
     * @param options of Java, which win over those here
     */
    public static Child run(
            Path directory, Path log, Map<String, String> environment, List<String> options, String... arguments)
            throws IOException {
        ProcessBuilder builder = new ProcessBuilder(command(options, arguments));
        builder.environment().putAll(environment);
        Process process = builder.directory(directory.toFile())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
                .start();
        return new Child(log, process);
    }

    /**
     * The command line, with the options that win where speed counts, and with those of {@code bin/jobrelay} that newer Javas
     * need.
     *
     * @param options of Java, which win over those here
     */
    public static List<String> command(List<String> options, String... arguments) {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-XX:+IgnoreUnrecognizedVMOptions",
                "--sun-misc-unsafe-memory-access=allow",
                "--enable-native-access=ALL-UNNAMED"));
        command.addAll(ClassArchive.options());
        command.addAll(options);
        command.add("io.jobrelay.cli.Jobrelay");
        command.addAll(List.of(arguments));
        return command;
    }

    /** SIGKILL. */
    public void kill() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }

    /** SIGTERM. */
    public void terminate() {
        process.destroy();
    }

    /** SIGSTOP: it stands still where it is, and its connections stay open. */
    public void freeze() throws IOException, InterruptedException {
        signal("STOP");
    }

    /** SIGCONT: it goes on as if no time had passed. */
    public void wake() throws IOException, InterruptedException {
        signal("CONT");
    }

    private void signal(String name) throws IOException, InterruptedException {
        int status = new ProcessBuilder("kill", "-" + name, Long.toString(pid()))
                .inheritIO()
                .start()
                .waitFor();
        if (status != 0) {
            throw new IOException("kill -" + name + " exits with " + status);
        }
    }

    /** Waits until it has ended by itself and returns its exit status. */
    public int awaitEnd(long seconds) throws InterruptedException {
        if (!process.waitFor(seconds, TimeUnit.SECONDS)) {
            throw new AssertionError("still running: " + log());
        }
        return process.exitValue();
    }

    /** Asks it to stop and returns its exit status. */
    public int stop() throws InterruptedException {
        terminate();
        return awaitEnd(STOP_SECONDS);
    }

    /** The exit status of one that has ended. */
    public int status() {
        return process.exitValue();
    }

    public boolean alive() {
        return process.isAlive();
    }

    public long pid() {
        return process.pid();
    }

    public String log() {
        try {
            return Files.readString(log);
        } catch (IOException e) {
            return e.toString();
        }
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
