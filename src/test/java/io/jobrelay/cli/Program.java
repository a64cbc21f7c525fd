package io.jobrelay.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Jobrelay as a user starts it: a process of its own, in a directory of its own. */
record Program(int status, List<String> out, String err) {
    private static final long LIMIT_SECONDS = 60;

    /** The command line, with the options of {@code bin/jobrelay} and its jar's manifest: newer Javas warn without them. */
    static List<String> command(String classPath, String... arguments) {
        List<String> command = new ArrayList<>(List.of(
                ProcessHandle.current().info().command().orElse("java"),
                "-XX:TieredStopAtLevel=1",
                "-XX:+IgnoreUnrecognizedVMOptions",
                "--sun-misc-unsafe-memory-access=allow",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                classPath,
                Jobrelay.class.getName()));
        command.addAll(List.of(arguments));
        return command;
    }

    static Program run(Path directory, Map<String, String> environment, String... arguments)
            throws IOException, InterruptedException {
        List<String> command = command(System.getProperty("java.class.path"), arguments);
        Path out = Files.createTempFile("jobrelay-out", ".txt");
        Path err = Files.createTempFile("jobrelay-err", ".txt");
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(directory.toFile())
                .redirectOutput(out.toFile())
                .redirectError(err.toFile());
        builder.environment().putAll(environment);
        Process process = builder.start();
        try {
            if (!process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)) {
                throw new AssertionError("still running: " + Files.readString(err, UTF_8));
            }
            return new Program(process.exitValue(), Files.readAllLines(out, UTF_8), Files.readString(err, UTF_8));
        } finally {
            process.destroyForcibly();
            Files.delete(out);
            Files.delete(err);
        }
    }

    /** So that the log is the program's own, not that of the tests. */
    static String classPathWithoutTests() {
        List<String> entries =
                new ArrayList<>(List.of(System.getProperty("java.class.path").split(File.pathSeparator)));
        entries.removeIf(entry -> entry.endsWith("test-classes"));
        return String.join(File.pathSeparator, entries);
    }
}
