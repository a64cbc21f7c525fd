package io.jobrelay.camel;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.JsonNode;
import io.jobrelay.ledger.DueWatch;

/**
 * A claimed watch that need not be asked for any more.
 *
 * @param reply what the provider would have said, had it been asked for this watch alone
 */
record ToldWatch(DueWatch due, JsonNode reply) {
    ToldWatch {
        requireNonNull(due, "due is null");
        requireNonNull(reply, "reply is null");
    }
}
