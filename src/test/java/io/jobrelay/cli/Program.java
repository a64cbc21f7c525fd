package io.jobrelay.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.jobrelay.testbed.Child;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Jobrelay as a user starts it: a process of its own, in a directory of its own, with the log settings of the tests. */
record Program(int status, List<String> out, String err) {
    private static final long LIMIT_SECONDS = 60;
    private static final Path LOG = Path.of("src/test/resources/logback-test.xml");

    static Program run(Path directory, Map<String, String> environment, String... arguments)
            throws IOException, InterruptedException {
        List<String> command = Child.command(List.of("-Dlogback.configurationFile=" + LOG.toAbsolutePath()), arguments);
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
}
