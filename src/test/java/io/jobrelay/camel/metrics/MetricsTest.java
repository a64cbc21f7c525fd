package io.jobrelay.camel.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import io.jobrelay.delivery.Circuit;
import io.jobrelay.ledger.Destinations;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.time.Clock;
import java.util.List;
import org.apache.camel.impl.DefaultCamelContext;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class MetricsTest {
    @ParameterizedTest
    @EnumSource(Circuit.State.class)
    void a_circuit_is_in_one_of_its_states(Circuit.State circuit) throws IOException {
        Metrics metrics = new Metrics(Clock.systemUTC());
        metrics.destinations(
                List.of(new Destinations.Entry("hook", circuit, 0, null, 0, null, null, null, null, null)));

        try (DefaultCamelContext context = new DefaultCamelContext()) {
            metrics.bind(context);
            String scrape = context.getRegistry()
                    .lookupByNameAndType(Metrics.REGISTRY, PrometheusMeterRegistry.class)
                    .scrape();
            assertThat(scrape.lines().filter(line -> line.startsWith("jobrelay_destination_circuit{")))
                    .hasSize(Circuit.State.values().length)
                    .filteredOn(line -> line.endsWith(" 1.0"))
                    .containsExactly(
                            "jobrelay_destination_circuit{destination=\"hook\",state=\"%s\"} 1.0".formatted(circuit));
        }
    }
}
