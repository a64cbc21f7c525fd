package io.jobrelay.reliability;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.Set;

/**
 * An event as a receiver has it.
 *
 * @param destination where it arrived
 * @param id empty where the bytes are no whole event
 * @param providerState and {@code state}: empty for an event that is not a job's
 * @param signature the signature that it came with, empty where none is asked for
 * @param genuine whether the signature is right, by the judgement of the vendor's library
 */
record Arrival(
        String destination,
        String id,
        String subject,
        long sequence,
        String providerState,
        String state,
        String bytes,
        String signature,
        boolean genuine) {
    private static final ObjectMapper JSON = new ObjectMapper();

    static Arrival of(String destination, String bytes) {
        return of(destination, bytes, "", true);
    }

    static Arrival of(String destination, String bytes, String signature, boolean genuine) {
        try {
            JsonNode event = JSON.readTree(bytes);
            JsonNode job = event.path("data").path("job");
            return new Arrival(
                    destination,
                    event.path("id").asText(),
                    event.path("subject").asText(),
                    event.path("sequence").asLong(),
                    job.path("providerState").asText(),
                    job.path("state").asText(),
                    bytes,
                    signature,
                    genuine);
        } catch (JsonProcessingException e) {
            return new Arrival(destination, "", "", 0, "", "", bytes, signature, genuine);
        }
    }

    boolean ofJob() {
        return !state.isEmpty();
    }

    boolean terminal() {
        return bad() || Set.of("SUCCEEDED", "CANCELLED").contains(state);
    }

    boolean bad() {
        return Set.of("PARTIALLY_SUCCEEDED", "FAILED").contains(state);
    }
}
