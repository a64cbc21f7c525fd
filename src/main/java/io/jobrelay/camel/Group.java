package io.jobrelay.camel;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.jobrelay.job.Json;
import io.jobrelay.ledger.DueWatch;
import io.jobrelay.watch.Watch;
import java.util.List;

/**
 * Claimed watches that are asked together.
 *
 * @param common what they have in common: a watch without the parameter in which they differ
 * @param parameter that one
 */
record Group(Watch common, String parameter, List<DueWatch> watches) {
    Group {
        requireNonNull(common, "common is null");
        requireNonNull(parameter, "parameter is null");
        watches = List.copyOf(watches);
    }

    /** The name under which the list call's route answers for the watch. */
    String name(DueWatch due) {
        return String.valueOf(due.watch().parameters().get(parameter));
    }

    /** All these names, each with {@code true}. */
    JsonNode wanted() {
        ObjectNode wanted = Json.MAPPER.createObjectNode();
        watches.forEach(due -> wanted.put(name(due), true));
        return wanted;
    }
}
