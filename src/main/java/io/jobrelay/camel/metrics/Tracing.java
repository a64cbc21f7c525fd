package io.jobrelay.camel.metrics;

import io.jobrelay.secrets.Secrets;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.autoconfigure.AutoConfiguredOpenTelemetrySdk;
import java.util.Map;
import org.apache.camel.CamelContext;
import org.apache.camel.spi.Registry;
import org.slf4j.bridge.SLF4JBridgeHandler;

/**
 * Tracing by OpenTelemetry, where {@value #ENABLED} is true: Camel makes a span of each route and of each call, and the
 * variables {@code OTEL_*} say where they go, over OTLP and HTTP by default. No span shows a secret.
 */
public final class Tracing implements AutoCloseable {
    /** Camel's property that switches its part on. */
    public static final String ENABLED = "camel.opentelemetry2.enabled";

    private static final Map<String, String> DEFAULTS = Map.of(
            "otel.service.name", "jobrelay",
            "otel.exporter.otlp.protocol", "http/protobuf",
            "otel.metrics.exporter", "none",
            "otel.logs.exporter", "none");

    private final OpenTelemetrySdk telemetry;

    /** Sets it up, with the beans that Camel looks for. */
    public Tracing(CamelContext context, Secrets secrets) {
        // It logs by java.util.logging, past our log's masks and format.
        SLF4JBridgeHandler.removeHandlersForRootLogger();
        SLF4JBridgeHandler.install();
        telemetry = AutoConfiguredOpenTelemetrySdk.builder()
                .disableShutdownHook()
                .addPropertiesSupplier(() -> DEFAULTS)
                .addSpanExporterCustomizer((exporter, configuration) -> new MaskedSpans(exporter, secrets))
                .build()
                .getOpenTelemetrySdk();
        Registry registry = context.getRegistry();
        registry.bind("tracer", telemetry.getTracer("jobrelay"));
        registry.bind("trace-propagators", telemetry.getPropagators());
    }

    @Override
    public void close() {
        telemetry.close();
    }
}
