package io.jobrelay.testbed;

import static java.util.stream.Collectors.joining;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.spi.ToolProvider;
import java.util.stream.Stream;

/**
 * Jobrelay's classes and those of its libraries, laid out once for all the processes that the tests start: a start then takes a
 * third less of processor time. The whole build has them laid out before its tests; a test that is run by itself does without.
 */
public final class ClassArchive {
    private static final String PROPERTY = "jobrelay.test.class-archive";
    private static final Path TESTS = Path.of(URI.create(ClassArchive.class
            .getProtectionDomain()
            .getCodeSource()
            .getLocation()
            .toString()));
    private static final Path CLASSES = Path.of("target/classes").toAbsolutePath();
    private static final int LIMIT_SECONDS = 120;

    private final Path directory;

    private ClassArchive(Path directory) {
        this.directory = directory.toAbsolutePath();
    }

    private static Optional<ClassArchive> given() {
        return Optional.ofNullable(System.getProperty(PROPERTY))
                .filter(directory -> !directory.isEmpty())
                .map(Path::of)
                .map(ClassArchive::new);
    }

    /** What Java is given to find Jobrelay's classes, and the archive of them if there is one. */
    static List<String> options() {
        Stream<String> archive =
                given().filter(ClassArchive::isMade).stream().map(made -> "-XX:SharedArchiveFile=" + made.file());
        return Stream.concat(archive, Stream.of("-cp", classPath())).toList();
    }

    /**
     * The test class path with the tests' own classes and log settings left out, absolute since it runs elsewhere. What is put
     * behind it leaves the archive usable, what is put before it does not.
     */
    public static String classPath() {
        return given().filter(ClassArchive::isMade)
                .map(ClassArchive::archived)
                .orElseGet(() -> Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
                        .map(entry -> Path.of(entry).toAbsolutePath())
                        .filter(entry -> !entry.equals(TESTS))
                        .map(Path::toString)
                        .collect(joining(File.pathSeparator)));
    }

    private boolean isMade() {
        return Files.exists(file());
    }

    private Path file() {
        return directory.resolve("jobrelay.jsa");
    }

    /** The class path with which it was made, to the letter: Java takes it with no other. */
    private String archived() {
        try {
            return Files.readString(directory.resolve("class-path"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Makes it in the directory that the tests will look in, from what a second of the sandbox loads. */
    public static void main(String[] arguments) throws IOException, InterruptedException {
        given().orElseThrow(() -> new IllegalArgumentException(PROPERTY + " is not set"))
                .make();
    }

    private void make() throws IOException, InterruptedException {
        Files.createDirectories(directory);
        Files.deleteIfExists(file());
        String classPath = classPath().replace(CLASSES.toString(), jar());
        Files.writeString(directory.resolve("class-path"), classPath);
        Path home = Files.createTempDirectory(directory, "sandbox");
        Installation installation = new Installation(home).copy("seeds").properties(Map.of("jobrelay.http.port", "0"));
        List<String> options = List.of("-XX:ArchiveClassesAtExit=" + file(), "-cp", classPath);
        try (JobrelayProcess sandbox =
                installation.command().javaOptions(options).start("sandbox", "--seconds=1")) {
            if (sandbox.awaitEnd(LIMIT_SECONDS) != 0 || !isMade()) {
                throw new IOException("no archive was made: " + sandbox.log());
            }
        }
    }

    /** Java archives no classes that lie in a directory. */
    private String jar() throws IOException {
        String jar = directory.resolve("jobrelay.jar").toString();
        int status = ToolProvider.findFirst("jar")
                .orElseThrow()
                .run(System.out, System.err, "cf", jar, "-C", CLASSES.toString(), ".");
        if (status != 0) {
            throw new IOException("jar exits with " + status);
        }
        return jar;
    }
}
