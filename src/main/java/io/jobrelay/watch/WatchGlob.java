package io.jobrelay.watch;

import io.jobrelay.settings.NearestName;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.util.ArrayList;
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
     * @param unmatched a warning for each glob that names no file
     */
    public record Found(List<Path> files, List<Path> missing, List<String> unmatched) {
        public Found {
            files = List.copyOf(files);
            missing = List.copyOf(missing);
            unmatched = List.copyOf(unmatched);
        }
    }

    /** Looks for the files. */
    public Found find() {
        Set<Path> missing = new TreeSet<>();
        Set<Path> files = new TreeSet<>();
        List<String> unmatched = new ArrayList<>();
        for (String glob : globs) {
            List<Path> matched = files(glob, missing);
            files.addAll(matched);
            if (matched.isEmpty()) {
                unmatched.add(
                        "%s matches no file%s; watches may also come by the API".formatted(glob, hint(root(glob))));
            }
        }
        return new Found(List.copyOf(files), List.copyOf(missing), unmatched);
    }

    /** The directory that was probably meant, if this one is not there. */
    private static String hint(Path root) {
        if (Files.isDirectory(root)) {
            return "";
        }
        try (Stream<Path> siblings = Files.list(root.toAbsolutePath().resolveSibling(""))) {
            List<String> names = siblings.filter(Files::isDirectory)
                    .map(sibling -> sibling.getFileName().toString())
                    .toList();
            return NearestName.hint(root.getFileName().toString(), names);
        } catch (IOException e) {
            return ""; // nor is the one around it
        }
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
