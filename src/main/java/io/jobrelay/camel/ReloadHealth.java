package io.jobrelay.camel;

import static java.util.stream.Collectors.joining;

import io.jobrelay.reload.FileState;
import io.jobrelay.reload.FileState.Remark;
import io.jobrelay.reload.Reloads;
import java.util.List;
import java.util.Map;
import org.apache.camel.health.HealthCheckResultBuilder;
import org.apache.camel.impl.health.AbstractHealthCheck;

/**
 * Down while some file on the disk is not what runs. Part of the readiness: who rolls an edit out over many nodes waits for it.
 * Not of the liveness, since a start anew would fail on a file that is refused.
 */
final class ReloadHealth extends AbstractHealthCheck {
    private static final int NAMED = 5;

    private final Reloads reloads;

    ReloadHealth(Reloads reloads) {
        super("jobrelay", "reload");
        this.reloads = reloads;
    }

    @Override
    public boolean isLiveness() {
        return false;
    }

    @Override
    protected void doCall(HealthCheckResultBuilder builder, Map<String, Object> options) {
        List<FileState> pending = reloads.pending();
        builder.detail("generation", reloads.generation());
        if (pending.isEmpty()) {
            builder.up();
            return;
        }
        String files = pending.stream().limit(NAMED).map(ReloadHealth::said).collect(joining("; "));
        int others = pending.size() - NAMED;
        builder.message("files that do not run as they stand: %d: %s%s"
                        .formatted(pending.size(), files, others > 0 ? "; and " + others + " more" : ""))
                .down();
    }

    private static String said(FileState state) {
        String why = state.problems().stream().findFirst().map(Remark::toString).orElse("");
        return "%s %s %s".formatted(state.file(), state.result(), why).strip();
    }
}
