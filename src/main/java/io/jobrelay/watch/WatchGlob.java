package io.jobrelay.watch;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * Finds the files that globs such as {@code watches/*.yaml} or {@code seeds/*}{@code /watch.yaml} name, relative to the
 * working directory.
 */
public final class WatchGlob {
    private static final int DEEPEST = 8;

    private final List<String> globs;

    public WatchGlob(List<String> globs) {
        this.globs = List.copyOf(globs);
    }

    /**
     * The files as they are now.
     *
     * @param files in order of their names; each once
     * @param missing the directories in front of the wildcards that are not there
     */
    public record Found(List<Path> files, List<Path> missing) {
        public Found {
            files = List.copyOf(files);
            missing = List.copyOf(missing);
        }
    }

    /** Looks for the files. */
    public Found find() {
        Set<Path> missing = new TreeSet<>();
        Set<Path> files = new TreeSet<>();
        globs.forEach(glob -> files.addAll(files(glob, missing)));
        return new Found(List.copyOf(files), List.copyOf(missing));
    }

    private static List<Path> files(String glob, Set<Path> missing) {
        PathMatcher matcher = FileSystems.getDefault().getPathMatcher("glob:" + glob);
        Path root = root(glob);
        if (!Files.isDirectory(root)) {
            missing.add(root);
            return List.of();
        }
        boolean absolute = glob.startsWith("/");
        try (Stream<Path> files = Files.walk(root, DEEPEST)) {
            return files.map(file -> absolute ? file : file.normalize())
                    .filter(matcher::matches)
                    .filter(Files::isRegularFile)
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The directory in front of the first wildcard. */
    private static Path root(String glob) {
        int wildcard = glob.length();
        for (char character : "*?[{".toCharArray()) {
            int at = glob.indexOf(character);
            wildcard = at >= 0 ? Math.min(wildcard, at) : wildcard;
        }
        String directory = glob.substring(0, glob.substring(0, wildcard).lastIndexOf('/') + 1);
        return Path.of(directory);
    }
}
