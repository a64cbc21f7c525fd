package io.jobrelay.benchmark;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;

/** Records by one idempotent producer for all threads, each acknowledged by all replicas before the next of its thread. */
final class BareKafka implements EventSender {
    private final KafkaProducer<String, byte[]> producer;

    BareKafka(String port) {
        producer = new KafkaProducer<>(
                Map.of(
                        ProducerConfig.BOOTSTRAP_SERVERS_CONFIG,
                        "127.0.0.1:" + port,
                        ProducerConfig.ACKS_CONFIG,
                        "all",
                        ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG,
                        "true"),
                new StringSerializer(),
                new ByteArraySerializer());
    }

    @Override
    public void send(String id, byte[] event) throws Exception {
        ProducerRecord<String, byte[]> recordOfEvent = new ProducerRecord<>(KafkaServer.TOPIC, id, event);
        List.of(
                        new RecordHeader("content-type", "application/cloudevents+json".getBytes(UTF_8)),
                        new RecordHeader("ce_id", id.getBytes(UTF_8)))
                .forEach(recordOfEvent.headers()::add);
        producer.send(recordOfEvent).get();
    }
}
