package io.jobrelay.camel.health;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.apache.camel.health.HealthCheckResultBuilder;
import org.apache.camel.impl.health.AbstractHealthCheck;

/** Down while there is trouble, and says which. Never part of the liveness: no restart would end such trouble. */
public final class TroubleCheck extends AbstractHealthCheck {
    private final boolean readiness;
    private final Supplier<Optional<String>> trouble;
    private final Map<String, Supplier<Object>> details = new LinkedHashMap<>();

    /**
     * @param readiness true if nothing should be sent here while there is trouble
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
    public boolean isReadiness() {
        return readiness;
    }

    @Override
    protected void doCall(HealthCheckResultBuilder builder, Map<String, Object> options) {
        details.forEach((name, value) -> builder.detail(name, value.get()));
        trouble.get().ifPresentOrElse(message -> builder.message(message).down(), builder::up);
    }
}
