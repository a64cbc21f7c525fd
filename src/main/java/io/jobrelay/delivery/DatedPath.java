package io.jobrelay.delivery;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** A path whose file name has {@code {date}} in it, or not: then it is one file. */
record DatedPath(Path path) {
    private static final String DATE = "{date}";

    DatedPath {
        Objects.requireNonNull(path, "path is null");
        if (path.getParent() == null || path.getParent().toString().contains(DATE)) {
            throw new IllegalArgumentException("must be a file with {date} in its name at most, was " + path);
        }
    }

    Path on(Instant instant) {
        String date = LocalDate.ofInstant(instant, ZoneOffset.UTC).toString();
        return path.resolveSibling(name().replace(DATE, date));
    }

    /** The files that are there: today's, whatever the clock said when the others were written, then the newest. */
    List<Path> newestFirst(Path today) throws IOException {
        int at = name().indexOf(DATE);
        String form = at < 0
                ? Pattern.quote(name())
                : Pattern.quote(name().substring(0, at)) + "\\d{4}-\\d{2}-\\d{2}"
                        + Pattern.quote(name().substring(at + DATE.length()));
        try (Stream<Path> files = Files.list(directory())) {
            return files.filter(Files::isRegularFile)
                    .filter(file -> file.getFileName().toString().matches(form))
                    .sorted(Comparator.comparing((Path file) -> !file.equals(today))
                            .thenComparing(Comparator.reverseOrder()))
                    .toList();
        }
    }

    Path directory() {
        return Objects.requireNonNull(path.getParent());
    }

    Path lock() {
        return path.resolveSibling("." + name().replace(DATE, "") + ".lock");
    }

    private String name() {
        return path.getFileName().toString();
    }

    @Override
    public String toString() {
        return path.toString();
    }
}
