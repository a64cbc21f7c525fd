package io.jobrelay.reliability;

import io.jobrelay.testbed.ClassArchive;
import io.jobrelay.testbed.Installation;
import io.jobrelay.testbed.JobrelayProcess;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The directory that one Jobrelay works in, life after life: its routes, its watches, and the file that it writes. */
final class Home {
    private static final String ROUTER = "routes/router.camel.yaml";

    private final Path directory;
    private final Installation installation;
    private final List<Path> rotated = new ArrayList<>();
    private int lives;

    Home(Path directory) throws IOException {
        this.directory = directory;
        Files.createDirectories(directory.resolve("migrations/db/ledger/sqlite"));
        Files.createDirectories(directory.resolve("watches"));
        Files.createDirectories(directory.resolve("rotated"));
        installation = new Installation(directory);
    }

    void watch(String file, String text) throws IOException {
        Files.writeString(directory.resolve("watches").resolve(file), text);
    }

    /** From now on the router sends everything to everybody. */
    void routeEverything() throws IOException {
        write(ROUTER, read(ROUTER).replaceAll("(expression: )[\"'.].*", "$1\"true\""));
    }

    /** The names of the files that somebody may edit while it runs. */
    List<String> edited() throws IOException {
        try (Stream<Path> files = Files.walk(directory.resolve("routes"))) {
            return Stream.concat(
                            files.filter(Files::isRegularFile)
                                    .map(file -> directory.relativize(file).toString()),
                            Stream.of("application.properties"))
                    .sorted()
                    .toList();
        }
    }

    String read(String file) throws IOException {
        return Files.readString(directory.resolve(file));
    }

    /** Writes a file, or removes it where there is no text. */
    void write(String file, @Nullable String text) throws IOException {
        if (text == null) {
            Files.deleteIfExists(directory.resolve(file));
        } else {
            Files.writeString(directory.resolve(file), text);
        }
    }

    /**
     * Starts the next life.
     *
     * @param orders what the agent in the process shall do; no agent is there where there are none
     */
    JobrelayProcess live(List<String> orders, Map<String, String> properties, String... options) throws IOException {
        lives++;
        List<String> java = new ArrayList<>(List.of(
                "-Xmx256m", "-cp", ClassArchive.classPath() + File.pathSeparator + directory.resolve("migrations")));
        if (!orders.isEmpty()) {
            java.add("-javaagent:" + AgentJar.in(directory) + "=" + String.join("&", orders));
        }
        return installation
                .properties(properties)
                .command()
                .javaOptions(java)
                .log(directory.resolve("life-%d.log".formatted(lives)))
                .start(Stream.concat(Stream.of("run"), Stream.of(options)).toArray(String[]::new));
    }

    /** What the file destination has written, in its order. */
    List<Arrival> arrivals(String destination) throws IOException {
        List<Path> files = new ArrayList<>(rotated);
        files.addAll(filesIn("out"));
        List<Arrival> arrivals = new ArrayList<>();
        for (Path file : files) {
            Files.readString(file).lines().forEach(line -> arrivals.add(Arrival.of(destination, line)));
        }
        return arrivals;
    }

    /** How long the ledger's write-ahead log is. */
    long walBytes() throws IOException {
        return Files.size(directory.resolve("data/ledger.db-wal"));
    }

    /** Leaves half a line behind, as a crash of the machine may. */
    void tearFile() throws IOException {
        Files.writeString(newestFile(), "{\"id\":\"torn", StandardOpenOption.APPEND);
    }

    /** Moves the file away under the hands of who writes it. */
    void rotateFile() throws IOException {
        Path target = directory.resolve("rotated/%d.ndjson".formatted(rotated.size()));
        Files.move(newestFile(), target);
        rotated.add(target);
    }

    long fileSize() throws IOException {
        return Files.size(newestFile());
    }

    /** Gives Jobrelay one migration more than it has. */
    void addMigration() throws IOException {
        Files.writeString(directory.resolve("migrations/db/ledger/sqlite/V999__half.sql"), """
                create table half (id integer);
                alter table change add column half text;
                alter table delivery add column half text;
                """);
    }

    private Path newestFile() throws IOException {
        List<Path> current = filesIn("out");
        return current.get(current.size() - 1);
    }

    private List<Path> filesIn(String name) throws IOException {
        if (!Files.isDirectory(directory.resolve(name))) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(directory.resolve(name))) {
            return files.filter(path -> path.toString().endsWith(".ndjson"))
                    .sorted()
                    .toList();
        }
    }
}
