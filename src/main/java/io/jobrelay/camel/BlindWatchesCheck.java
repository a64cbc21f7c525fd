package io.jobrelay.camel;

import static java.util.stream.Collectors.joining;

import io.jobrelay.ledger.Blindness;
import java.util.Map;
import org.apache.camel.health.HealthCheckResultBuilder;
import org.apache.camel.impl.health.AbstractHealthCheck;

/**
 * Down while some watch is blind. It says nothing about whether Jobrelay is alive or ready: a start anew would not open a
 * provider's eyes, and the other watches are looked after.
 */
final class BlindWatchesCheck extends AbstractHealthCheck {
    private final Lookout lookout;

    BlindWatchesCheck(Lookout lookout) {
        super("jobrelay", "blind-watches");
        this.lookout = lookout;
    }

    @Override
    public boolean isLiveness() {
        return false;
    }

    @Override
    public boolean isReadiness() {
        return false;
    }

    @Override
    protected void doCall(HealthCheckResultBuilder builder, Map<String, Object> options) {
        Blindness.Report blind = lookout.seen();
        if (blind.count() == 0) {
            builder.up();
            return;
        }
        String named = blind.first().stream()
                .map(watch -> "%s (api %s, account %s, since %s, %s)"
                        .formatted(
                                watch.watch().id(),
                                watch.watch().api(),
                                watch.watch().account(),
                                watch.since(),
                                watch.health()))
                .collect(joining(", "));
        long others = blind.count() - blind.first().size();
        builder.message("blind watches: %d: %s%s"
                        .formatted(blind.count(), named, others == 0 ? "" : ", and " + others + " more"))
                .down();
    }
}
