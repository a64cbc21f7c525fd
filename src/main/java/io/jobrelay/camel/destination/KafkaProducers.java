package io.jobrelay.camel.destination;

import java.time.Duration;
import java.util.Properties;
import org.apache.camel.component.kafka.DefaultKafkaClientFactory;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;

/**
 * Makes producers that wait for nothing longer than a delivery may take, whatever the brokers do: one half of the time for
 * finding them and room to send, the other for their answer. A record that was not answered for is the outbox's to send
 * again.
 */
final class KafkaProducers extends DefaultKafkaClientFactory {
    private static final int HALF = 2;

    private final Duration timeout;

    /**
     * @param timeout of one delivery; above a few milliseconds
     */
    KafkaProducers(Duration timeout) {
        this.timeout = timeout;
    }

    @Override
    @SuppressWarnings("rawtypes") // Camel's
    public Producer getProducer(Properties properties) {
        String half = String.valueOf(timeout.toMillis() / HALF);
        properties.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, half);
        properties.put(ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, half);
        properties.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, half);
        properties.put(ProducerConfig.LINGER_MS_CONFIG, "0");
        return super.getProducer(properties);
    }
}
