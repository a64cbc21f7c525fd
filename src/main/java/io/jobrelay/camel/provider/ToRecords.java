package io.jobrelay.camel.provider;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.JsonNode;
import io.jobrelay.account.Account;
import io.jobrelay.camel.watches.KeepReply;
import io.jobrelay.camel.watches.Poll;
import io.jobrelay.job.JobRecord;
import io.jobrelay.provider.RecordReader;
import io.jobrelay.watch.ProviderApi;
import io.jobrelay.watch.Watch;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;

/** Makes records of what the provider's mapping gave: one draft, or an array of drafts. The body becomes their list. */
record ToRecords(Clock clock, Function<String, Optional<ProviderApi>> apis) implements Processor {
    @Override
    public void process(Exchange exchange) {
        Watch watch = Poll.of(exchange).watch();
        Account account = Poll.account(exchange);
        JsonNode mapped = requireNonNull(exchange.getMessage().getBody(JsonNode.class), "the mapping gave nothing");
        String kind = apis.apply(watch.api()).map(ProviderApi::getKind).orElse("");
        Instant observed = clock.instant();
        List<JobRecord> records = new ArrayList<>();
        try {
            if (mapped.isArray()) {
                mapped.forEach(draft -> records.add(RecordReader.read(draft, kind, watch, account, observed)));
            } else {
                records.add(RecordReader.read(mapped, kind, watch, account, observed));
            }
        } catch (IllegalArgumentException e) {
            throw KeepReply.malformed(exchange, String.valueOf(e.getMessage()));
        }
        exchange.getMessage().setBody(records);
    }
}
