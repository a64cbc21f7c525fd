package io.jobrelay.camel;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.JsonNode;
import io.jobrelay.account.Account;
import io.jobrelay.job.JobRecord;
import io.jobrelay.provider.PollFailedException;
import io.jobrelay.provider.RecordReader;
import io.jobrelay.watch.Watch;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;

/** Makes records of what the provider's mapping gave: one draft, or an array of drafts. The body becomes their list. */
final class ToRecords implements Processor {
    private final Clock clock;

    ToRecords(Clock clock) {
        this.clock = clock;
    }

    @Override
    public void process(Exchange exchange) {
        Watch watch = PollVariables.watch(exchange);
        Account account = PollVariables.account(exchange);
        JsonNode mapped = requireNonNull(exchange.getMessage().getBody(JsonNode.class), "the mapping gave nothing");
        Instant observed = clock.instant();
        List<JobRecord> records = new ArrayList<>();
        try {
            if (mapped.isArray()) {
                mapped.forEach(draft -> records.add(RecordReader.read(draft, watch, account, observed)));
            } else {
                records.add(RecordReader.read(mapped, watch, account, observed));
            }
        } catch (IllegalArgumentException e) {
            throw ReadReply.malformed(exchange, String.valueOf(e.getMessage()));
        }
        exchange.getMessage().setBody(records);
    }

    /**
     * The records that a provider's route ended with.
     *
     * @throws PollFailedException if it ended with anything else
     */
    static List<JobRecord> of(Exchange exchange) {
        Object end = exchange.getMessage().getBody();
        if (end instanceof List<?> list && list.stream().allMatch(JobRecord.class::isInstance)) {
            return list.stream().map(JobRecord.class::cast).toList();
        }
        throw ReadReply.malformed(
                exchange,
                "the provider's route must end with to-records, it ended with "
                        + (end == null ? "nothing" : end.getClass().getSimpleName()));
    }
}
