package io.jobrelay.testbed;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** A command of Jobrelay in a process of its own, with the log settings that it is delivered with. */
public final class JobrelayProcess implements AutoCloseable {
    private static final int LIMIT_SECONDS = 60;

    private final Process process;
    private final Path out;
    private final Path log;

    private JobrelayProcess(Process process, Path out, Path log) {
        this.process = process;
        this.out = out;
        this.log = log;
    }

    /**
     * What a command is started with.
     *
     * @param environment beside that of the tests
     * @param javaOptions which win over those here
     * @param log what it prints to standard error is put to the end of this file; a new one where there is none
     */
    public record Launch(
            Path directory, Map<String, String> environment, List<String> javaOptions, Optional<Path> log) {
        public Launch {
            environment = Map.copyOf(environment);
            javaOptions = List.copyOf(javaOptions);
        }

        public Launch environment(Map<String, String> variables) {
            return new Launch(directory, variables, javaOptions, log);
        }

        public Launch javaOptions(List<String> options) {
            return new Launch(directory, environment, options, log);
        }

        public Launch log(Path file) {
            return new Launch(directory, environment, javaOptions, Optional.of(file));
        }

        /** Starts it, with a umask that hides nothing. */
        public JobrelayProcess start(String... arguments) throws IOException {
            List<String> command = new ArrayList<>(List.of("sh", "-c", "umask 000 && exec \"$@\"", "sh"));
            command.addAll(command(javaOptions, arguments));
            Path out = temporary("out");
            Path err = log.isPresent() ? log.get() : temporary("err");
            ProcessBuilder builder = new ProcessBuilder(command)
                    .directory(directory.toFile())
                    .redirectOutput(out.toFile())
                    .redirectError(Redirect.appendTo(err.toFile()));
            builder.environment().putAll(environment);
            return new JobrelayProcess(builder.start(), out, err);
        }

        /** Runs it to its end. */
        public JobrelayProcess run(String... arguments) throws IOException, InterruptedException {
            try (JobrelayProcess process = start(arguments)) {
                process.awaitEnd(LIMIT_SECONDS);
                return process;
            }
        }

        /** Not in the directory, whose files are Jobrelay's. */
        private static Path temporary(String stream) throws IOException {
            Path file = Files.createTempFile("jobrelay-", "." + stream);
            file.toFile().deleteOnExit();
            return file;
        }
    }

    /** A command that works in this directory. */
    public static Launch in(Path directory) {
        return new Launch(directory, Map.of(), List.of(), Optional.empty());
    }

    /**
     * The command line, with the options that win where speed counts, and with those of {@code bin/jobrelay} that newer Javas
     * need.
     *
     * @param options of Java, which win over those here
     */
    private static List<String> command(List<String> options, String... arguments) {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                // Jdbi announces its events to the Flight Recorder, which would get ready for that alone.
                "-XX:-PrintWarnings", // of the next, which is deprecated
                "-XX:-FlightRecorder",
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

    /** Sends a signal, {@code QUIT} for one. */
    public void signal(String name) throws IOException, InterruptedException {
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
        return awaitEnd(LIMIT_SECONDS);
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

    /** What it has printed to standard output. */
    public String out() {
        return read(out);
    }

    /** The lines of standard output. */
    public List<String> lines() {
        return out().lines().toList();
    }

    /** What it has printed to standard error, where its log is. */
    public String log() {
        return read(log);
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
