package io.jobrelay.status;

import java.time.Instant;
import java.util.List;

/**
 * Which edition of its files runs.
 *
 * @param directory the working directory, whose files they are
 * @param generation 1 at the start, and one more for each change that was taken in
 * @param time when this generation began
 * @param pending true while some file on the disk is not what runs
 * @param files those that are pending first, each part in order of names, at most {@value #MOST}
 */
public record ReloadReport(String directory, long generation, Instant time, boolean pending, List<FileStatus> files) {
    public static final int MOST = 1_000;

    public ReloadReport {
        files = List.copyOf(files);
    }
}
