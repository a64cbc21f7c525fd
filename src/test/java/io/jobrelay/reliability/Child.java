package io.jobrelay.reliability;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** One life of Jobrelay: a process of its own in the directory of all its lives. */
final class Child implements AutoCloseable {
    private static final int STOP_SECONDS = 40;

    private final Path log;
    private final Process process;

    private Child(Path log, Process process) {
        this.log = log;
        this.process = process;
    }

    /**
     * Starts {@code jobrelay run}.
     *
     * @param orders what the agent in the process shall do; no agent is there where there are none
     */
    static Child run(Path directory, Path log, List<String> orders, Path migrations, String... options)
            throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-Xmx256m",
                "-XX:+IgnoreUnrecognizedVMOptions",
                "--sun-misc-unsafe-memory-access=allow",
                "--enable-native-access=ALL-UNNAMED"));
        if (!orders.isEmpty()) {
            command.add("-javaagent:" + AgentJar.in(directory) + "=" + String.join("&", orders));
        }
        command.addAll(
                List.of("-cp", migrations + File.pathSeparator + classPath(), "io.jobrelay.cli.Jobrelay", "run"));
        command.addAll(List.of(options));
        Process process = new ProcessBuilder(command)
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        return new Child(log, process);
    }

    /** The test class path with the tests' own classes and log settings left out, absolute since it runs elsewhere. */
    private static String classPath() {
        return Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
                .filter(entry -> !entry.endsWith("test-classes"))
                .map(entry -> Path.of(entry).toAbsolutePath().toString())
                .reduce((left, right) -> left + File.pathSeparator + right)
                .orElseThrow();
    }

    /** SIGKILL. */
    void kill() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }

    /** SIGTERM. */
    void terminate() {
        process.destroy();
    }

    /** Waits until it has ended by itself and returns its exit status. */
    int awaitEnd(long seconds) throws InterruptedException {
        if (!process.waitFor(seconds, TimeUnit.SECONDS)) {
            throw new AssertionError("still running: " + log());
        }
        return process.exitValue();
    }

    int stop() throws InterruptedException {
        terminate();
        return awaitEnd(STOP_SECONDS);
    }

    boolean alive() {
        return process.isAlive();
    }

    long pid() {
        return process.pid();
    }

    String log() {
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
