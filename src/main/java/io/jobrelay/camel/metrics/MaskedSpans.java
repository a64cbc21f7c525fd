package io.jobrelay.camel.metrics;

import io.jobrelay.secrets.Secrets;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.common.AttributesBuilder;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.trace.data.DelegatingSpanData;
import io.opentelemetry.sdk.trace.data.EventData;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.data.StatusData;
import io.opentelemetry.sdk.trace.export.SpanExporter;
import java.util.Collection;
import java.util.List;

/** Passes spans on without the secrets in their texts: Camel puts addresses and the messages of exceptions there. */
record MaskedSpans(SpanExporter exporter, Secrets secrets) implements SpanExporter {
    @Override
    public CompletableResultCode export(Collection<SpanData> spans) {
        return exporter.export(
                spans.stream().<SpanData>map(span -> new Masked(span)).toList());
    }

    @Override
    public CompletableResultCode flush() {
        return exporter.flush();
    }

    @Override
    public CompletableResultCode shutdown() {
        return exporter.shutdown();
    }

    private Attributes masked(Attributes attributes) {
        AttributesBuilder masked = attributes.toBuilder();
        attributes.forEach((key, value) -> {
            if (value instanceof String text) {
                masked.put(AttributeKey.stringKey(key.getKey()), secrets.mask(text));
            } else if (value instanceof List<?> texts && texts.stream().anyMatch(String.class::isInstance)) {
                masked.put(
                        AttributeKey.stringArrayKey(key.getKey()),
                        texts.stream()
                                .map(text -> secrets.mask(String.valueOf(text)))
                                .toList());
            }
        });
        return masked.build();
    }

    private final class Masked extends DelegatingSpanData {
        private Masked(SpanData span) {
            super(span);
        }

        @Override
        public String getName() {
            return secrets.mask(super.getName());
        }

        @Override
        public Attributes getAttributes() {
            return masked(super.getAttributes());
        }

        @Override
        public List<EventData> getEvents() {
            return super.getEvents().stream()
                    .map(event -> EventData.create(
                            event.getEpochNanos(),
                            secrets.mask(event.getName()),
                            masked(event.getAttributes()),
                            event.getTotalAttributeCount()))
                    .toList();
        }

        @Override
        public StatusData getStatus() {
            StatusData status = super.getStatus();
            return StatusData.create(status.getStatusCode(), secrets.mask(status.getDescription()));
        }
    }
}
