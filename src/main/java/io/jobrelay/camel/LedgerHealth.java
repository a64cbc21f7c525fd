package io.jobrelay.camel;

import io.jobrelay.ledger.LedgerDatabase;
import java.util.Map;
import java.util.Optional;
import org.apache.camel.health.HealthCheck;
import org.apache.camel.health.HealthCheckResultBuilder;

/**
 * Whether the ledger can be written: part of {@code /observe/health} and of the readiness, not of the liveness, since a
 * restart frees no disk.
 */
final class LedgerHealth implements HealthCheck {
    private final LedgerDatabase ledger;
    private volatile boolean enabled = true;

    LedgerHealth(LedgerDatabase ledger) {
        this.ledger = ledger;
    }

    @Override
    public String getId() {
        return "ledger";
    }

    @Override
    public String getGroup() {
        return "jobrelay";
    }

    @Override
    public boolean isEnabled() {
        return enabled;
    }

    @Override
    public void setEnabled(boolean enabled) {
        this.enabled = enabled;
    }

    @Override
    public boolean isLiveness() {
        return false;
    }

    @Override
    public Result call(Map<String, Object> options) {
        HealthCheckResultBuilder result = HealthCheckResultBuilder.on(this);
        Optional<String> trouble = ledger.trouble();
        return trouble.isEmpty()
                ? result.up().build()
                : result.down().message(trouble.get()).build();
    }
}
