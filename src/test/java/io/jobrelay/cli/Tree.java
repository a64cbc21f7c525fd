package io.jobrelay.cli;

import static java.util.stream.Collectors.toCollection;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/** Directories that tests copy, change and look at. */
final class Tree {
    private Tree() {}

    /** Copies files and directories of the project. */
    static void copy(Path target, String... sources) throws IOException {
        for (String source : sources) {
            try (Stream<Path> files = Files.walk(Path.of(source))) {
                for (Path file : files.toList()) {
                    Path copy = target.resolve(file);
                    Files.createDirectories(copy.getParent());
                    Files.copy(file, copy);
                }
            }
        }
    }

    static void write(Path file, String text) throws IOException {
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
    }

    /** All that is there. */
    static Set<Path> list(Path directory) throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            return files.map(directory::relativize).collect(toCollection(TreeSet::new));
        }
    }
}
