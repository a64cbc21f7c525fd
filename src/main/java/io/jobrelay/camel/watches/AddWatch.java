package io.jobrelay.camel.watches;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.stream.Collectors.joining;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import io.jobrelay.job.Json;
import io.jobrelay.ledger.Watches;
import io.jobrelay.logging.PlainLine;
import io.jobrelay.watch.Watch;
import io.jobrelay.watch.WatchReader;
import io.jobrelay.watch.WatchRefusedException;
import java.io.IOException;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;

/**
 * Adds the watch that the body of a message is, text or bytes: the object that {@code POST /api/watches} takes, with the same
 * outcome. The watch is in the ledger when this returns; adding it again changes nothing.
 */
public record AddWatch(WatchReader reader, Watches watches) implements Processor {
    private static final int LARGEST = 1024 * 1024;
    private static final int LONGEST_CAUSE = 1_000;

    /**
     * @throws WatchRefusedException if it is invalid, or a file names it with other members
     */
    @Override
    public void process(Exchange exchange) {
        WatchReader.Reading reading = reader.read(json(bytes(exchange)));
        Watch watch = reading.watch()
                .orElseThrow(() -> refused(reading.problems().stream()
                        .map(WatchReader.Violation::message)
                        .collect(joining("; "))));
        Watches.Standing standing = watches.add(watch);
        if (!standing.asGiven()) {
            throw refused("%s has this watch with other members; change it there".formatted(standing.source()));
        }
    }

    private static byte[] bytes(Exchange exchange) {
        Object body = exchange.getMessage().getBody();
        byte[] bytes;
        if (body instanceof String text) {
            bytes = text.getBytes(UTF_8);
        } else if (body instanceof byte[] raw) {
            bytes = raw;
        } else {
            throw refused("a watch: must be a message of text or bytes, was another");
        }
        if (bytes.length > LARGEST) {
            throw refused("a watch: must have at most %d bytes, had %d".formatted(LARGEST, bytes.length));
        }
        return bytes;
    }

    private static JsonNode json(byte[] body) {
        try {
            return Json.MAPPER.readTree(body);
        } catch (JsonProcessingException e) {
            throw refused("a watch: must be JSON, but " + e.getOriginalMessage());
        } catch (IOException e) {
            throw refused("a watch: must be JSON in UTF-8");
        }
    }

    private static WatchRefusedException refused(String cause) {
        return new WatchRefusedException(PlainLine.of(cause, LONGEST_CAUSE));
    }
}
