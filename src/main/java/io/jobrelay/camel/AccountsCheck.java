package io.jobrelay.camel;

import static java.util.stream.Collectors.joining;

import java.util.Map;
import org.apache.camel.health.HealthCheckResultBuilder;
import org.apache.camel.impl.health.AbstractHealthCheck;

/**
 * Down while some provider does not know an account: part of the readiness, since whoever brought Jobrelay a wrong key wants
 * to hear of it, and not of the liveness.
 */
final class AccountsCheck extends AbstractHealthCheck {
    private final AccountStanding standing;

    AccountsCheck(AccountStanding standing) {
        super("jobrelay", "accounts");
        this.standing = standing;
    }

    @Override
    public boolean isLiveness() {
        return false;
    }

    @Override
    protected void doCall(HealthCheckResultBuilder builder, Map<String, Object> options) {
        Map<String, AccountStanding.Refusal> refused = standing.refused();
        if (refused.isEmpty()) {
            builder.up();
            return;
        }
        builder.message(refused.entrySet().stream()
                        .map(entry -> "account %s is unauthenticated since %s: %s"
                                .formatted(
                                        entry.getKey(),
                                        entry.getValue().since(),
                                        entry.getValue().message()))
                        .collect(joining("; ")))
                .down();
    }
}
