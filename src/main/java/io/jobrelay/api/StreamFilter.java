package io.jobrelay.api;

import com.fasterxml.jackson.databind.JsonNode;
import io.jobrelay.job.Json;
import io.jobrelay.ledger.History;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Set;

/** Which changes a client of the stream wants; an empty set matches all. Only jobs have states, watches have none. */
record StreamFilter(Set<String> states, Set<String> apis, Set<String> accounts) {
    StreamFilter {
        states = Set.copyOf(states);
        apis = Set.copyOf(apis);
        accounts = Set.copyOf(accounts);
    }

    boolean accepts(History.Entry entry) {
        if (states.isEmpty() && apis.isEmpty() && accounts.isEmpty()) {
            return true;
        }
        JsonNode data = data(entry);
        JsonNode of = data.has("job") ? data.path("job").path("provider") : data.path("watch");
        return accepts(states, data.path("job").path("state"))
                && accepts(apis, of.path("api"))
                && accepts(accounts, of.path("account"));
    }

    private static boolean accepts(Set<String> wanted, JsonNode value) {
        return wanted.isEmpty() || wanted.contains(value.asText());
    }

    private static JsonNode data(History.Entry entry) {
        try {
            return Json.MAPPER.readTree(entry.event()).path("data");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
