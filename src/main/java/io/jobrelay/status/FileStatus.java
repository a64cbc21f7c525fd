package io.jobrelay.status;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.jobrelay.settings.Problem;
import java.time.Instant;
import java.util.List;

/**
 * What became of a file.
 *
 * @param file as the user would name it
 * @param generation in which it came to be as it runs, or, refused, the one that runs
 * @param time when this was decided
 * @param problems why it is refused or waits; what is left out of a watch file
 */
public record FileStatus(String file, Kind kind, long generation, Instant time, Result result, List<Remark> problems) {
    public FileStatus {
        problems = List.copyOf(problems);
    }

    /** What a file holds. */
    public enum Kind {
        ROUTE,
        MAPPING,
        WATCHES,
        PROPERTIES;

        static Kind of(String file) {
            if (file.equals("application.properties")) {
                return PROPERTIES;
            }
            return file.endsWith(".camel.yaml") ? ROUTE : file.endsWith(".jq") ? MAPPING : WATCHES;
        }
    }

    /** What became of it. */
    public enum Result {
        /** It runs as it stands on the disk. */
        LOADED,
        /** It runs, or does not, as it last did. */
        REFUSED,
        /** It runs, but for some keys that wait for the next start. */
        RESTART_NEEDED
    }

    /**
     * One thing to be said of a file.
     *
     * @param line from 1, or 0 where it is not about one line
     */
    public record Remark(
            @JsonInclude(JsonInclude.Include.NON_DEFAULT) int line, String message) {
        static Remark of(Problem problem) {
            return new Remark(problem.line(), problem.message());
        }
    }

    /** True if what stands on the disk is not what runs. */
    boolean pending() {
        return result != Result.LOADED;
    }

    /** Its name, its result and the first thing that is said of it. */
    @Override
    public String toString() {
        String why = problems.isEmpty()
                ? ""
                : problems.get(0).line() > 0
                        ? " line=%d: %s"
                                .formatted(
                                        problems.get(0).line(), problems.get(0).message())
                        : " " + problems.get(0).message();
        return file + " " + result + why;
    }
}
