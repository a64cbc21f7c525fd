package io.jobrelay.camel.health;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.apache.camel.health.HealthCheckResultBuilder;
import org.apache.camel.impl.health.AbstractHealthCheck;

/**
 * Down while there is trouble, and says which. Never part of the liveness: no restart would end such trouble. Trouble that only
 * a person can end leaves the node ready, where it is reported as {@code DEGRADED}.
 */
public final class TroubleCheck extends AbstractHealthCheck {
    private final boolean readiness;
    private final Supplier<Optional<String>> trouble;
    private final Map<String, Supplier<Object>> details = new LinkedHashMap<>();

    /**
     * @param readiness true if the node is not ready while there is trouble
     * @param trouble asked each time; empty while all is well
     */
    public TroubleCheck(String id, boolean readiness, Supplier<Optional<String>> trouble) {
        super("jobrelay", id);
        this.readiness = readiness;
        this.trouble = trouble;
    }

    /** Reports that as well, up or down. */
    public TroubleCheck detail(String name, Supplier<Object> value) {
        details.put(name, value);
        return this;
    }

    @Override
    public boolean isLiveness() {
        return false;
    }

    @Override
    protected void doCall(HealthCheckResultBuilder builder, Map<String, Object> options) {
        details.forEach((name, value) -> builder.detail(name, value.get()));
        boolean ready = !readiness && options.get(CHECK_KIND) == Kind.READINESS;
        trouble.get()
                .ifPresentOrElse(
                        message -> {
                            if (ready) {
                                builder.message("DEGRADED: " + message).up();
                            } else {
                                builder.message(message).down();
                            }
                        },
                        builder::up);
    }
}
