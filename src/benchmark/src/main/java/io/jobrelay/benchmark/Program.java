package io.jobrelay.benchmark;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Collector;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** A Java program in a process of its own. All that are compared get the same options. */
final class Program implements AutoCloseable {
    /** What {@code bin/jobrelay} gives to Java, with a limit for the heap. */
    static final List<String> OPTIONS = List.of(
            "-XX:+IgnoreUnrecognizedVMOptions",
            "--sun-misc-unsafe-memory-access=allow",
            "--enable-native-access=ALL-UNNAMED",
            "-Xms32m",
            "-XX:MinHeapFreeRatio=20",
            "-XX:MaxHeapFreeRatio=40",
            "-XX:+UseSerialGC");

    private static final Pattern COMPILER = Pattern.compile("C[12] Comp");
    /** Of Linux' USER_HZ. */
    private static final int MILLIS_PER_TICK = 10;

    private static final int STOP_SECONDS = 60;
    private static final long LIMIT_NANOS = TimeUnit.MINUTES.toNanos(5);

    private final Path log;
    private final Process process;

    private Program(Path log, Process process) {
        this.log = log;
        this.process = process;
    }

    /** Starts one of the programs of the benchmark. */
    static Program ours(Path directory, Path log, List<String> options, Class<?> main, String... arguments)
            throws IOException {
        return start(directory, log, options, main.getName(), classPath().collect(joined()), arguments);
    }

    /** Starts Jobrelay, without what belongs to the tests. */
    static Program jobrelay(Path directory, Path log, List<String> options, String... arguments) throws IOException {
        return start(
                directory,
                log,
                options,
                "io.jobrelay.cli.Jobrelay",
                classPath().filter(entry -> !entry.endsWith("test-classes")).collect(joined()),
                arguments);
    }

    /** Starts Jobrelay as it is delivered, by its script. */
    static Program distribution(Path home, Path directory, Path log, String... arguments) throws IOException {
        List<String> command =
                new ArrayList<>(List.of(home.resolve("bin/jobrelay").toString()));
        command.addAll(List.of(arguments));
        return start(directory, log, command);
    }

    private static Program start(
            Path directory, Path log, List<String> options, String main, String classPath, String... arguments)
            throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(OPTIONS);
        command.addAll(options);
        // The log as Jobrelay has it, for all: that of the tests says less, or more.
        command.add("-Dlogback.configurationFile="
                + Path.of("src/main/resources/logback.xml").toAbsolutePath());
        command.addAll(List.of("-cp", classPath, main));
        command.addAll(List.of(arguments));
        return start(directory, log, command);
    }

    private static Program start(Path directory, Path log, List<String> command) throws IOException {
        Process process = new ProcessBuilder(command)
                .directory(directory.toFile())
                .redirectError(ProcessBuilder.Redirect.appendTo(log.toFile()))
                .start();
        return new Program(log, process);
    }

    private static Stream<String> classPath() {
        return Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
                .map(entry -> Path.of(entry).toAbsolutePath().toString());
    }

    private static Collector<CharSequence, ?, String> joined() {
        return Collectors.joining(File.pathSeparator);
    }

    /** The next line that it prints. */
    String line() throws IOException {
        String line = process.inputReader().readLine();
        if (line == null) {
            throw new IllegalStateException("ended: " + log());
        }
        return line;
    }

    boolean isAlive() {
        return process.isAlive();
    }

    long pid() {
        return process.pid();
    }

    /** What of it is in memory, as Linux counts. */
    double residentMegabytes() throws IOException {
        try (Stream<String> lines = Files.lines(Path.of("/proc", String.valueOf(pid()), "status"))) {
            String kilobytes =
                    lines.filter(line -> line.startsWith("VmRSS:")).findFirst().orElseThrow();
            return Integer.parseInt(kilobytes.replaceAll("[^0-9]", "")) / 1024.0;
        }
    }

    /** Processor time of Java's compilers so far, as Linux counts. */
    double compilerMillis() throws IOException {
        double ticks = 0;
        try (DirectoryStream<Path> threads =
                Files.newDirectoryStream(Path.of("/proc", String.valueOf(pid()), "task"))) {
            for (Path thread : threads) {
                if (COMPILER.matcher(Files.readString(thread.resolve("comm"))).lookingAt()) {
                    // Behind the name, which may have blanks, utime is the 12th value and stime the 13th.
                    String[] values = Files.readString(thread.resolve("stat"))
                            .replaceFirst(".*\\) ", "")
                            .split(" ", -1);
                    ticks += Long.parseLong(values[11]) + Long.parseLong(values[12]);
                }
            }
        }
        return ticks * MILLIS_PER_TICK;
    }

    /** What is asked of the provider or of a destination. */
    interface Condition {
        boolean holds() throws IOException, InterruptedException;
    }

    /**
     * Waits until something is so, while the program runs.
     *
     * @param what that it has done then
     * @throws IllegalStateException if it has ended, or minutes have passed
     */
    void await(String what, Condition condition) throws IOException, InterruptedException {
        long begin = System.nanoTime();
        while (!condition.holds()) {
            if (!isAlive() || System.nanoTime() - begin > LIMIT_NANOS) {
                throw new IllegalStateException("has not " + what + "\n" + log());
            }
            Thread.sleep(10);
        }
    }

    /** The end of what it has logged. */
    String log() {
        try {
            String text = Files.readString(log);
            return text.substring(Math.max(0, text.length() - 4000));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Asks it to stop, and kills it if it does not. */
    @Override
    public void close() {
        process.destroy();
        try {
            if (!process.waitFor(STOP_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
