package io.jobrelay.camel.watches;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.jobrelay.account.Account;
import io.jobrelay.camel.watches.Fingerprints.Comparison;
import io.jobrelay.job.JobRecord;
import io.jobrelay.job.Json;
import io.jobrelay.ledger.DueWatch;
import io.jobrelay.ledger.Intake.Answered;
import io.jobrelay.provider.PollFailedException;
import io.jobrelay.watch.ProviderApi;
import io.jobrelay.watch.Watch;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.camel.Exchange;
import org.jspecify.annotations.Nullable;

/**
 * A poll in flight: from {@code watches:due} through the provider's route to {@code watches:done} or {@code watches:failed}. It
 * is of one watch, or of several if it is batched. Used by one thread at a time.
 */
public final class Poll {
    /** Exchange variable: the watch, which mappings read as {@code $watch}. */
    public static final String WATCH = "watch";
    /** Exchange variable: the ids that a batched poll asks for, which its mappings read as {@code $wanted}. */
    public static final String WANTED = "wanted";
    /** Exchange variable: the {@link Account} that signs the request. */
    public static final String ACCOUNT = "account";

    /** Exchange variable: the reply that a batched poll has found for the watch. */
    private static final String FOUND = "found";

    private static final String SIGNING = "signing";
    private static final String ROUTE = "route";
    private static final String PROPERTY = "jobrelay-poll";

    private final Watch watch;
    private final List<DueWatch> due;
    private final @Nullable String batch;
    private final @Nullable JsonNode found;
    private final AtomicBoolean settled = new AtomicBoolean();

    private Instant begun = Instant.MIN;
    private long edits;
    /** True while its permit of the account's rate limit is not used. */
    private boolean permit;

    private @Nullable Comparison comparison;

    private Poll(Watch watch, List<DueWatch> due, @Nullable String batch, @Nullable JsonNode found) {
        this.watch = watch;
        this.due = due;
        this.batch = batch;
        this.found = found;
        this.permit = found == null && !due.isEmpty();
    }

    /** Of a watch that is not in the ledger. */
    public static Poll of(Watch watch) {
        return new Poll(watch, List.of(), null, null);
    }

    /** Of a job that a list has found: its reply is there already. */
    public static Poll of(Watch watch, JsonNode found) {
        return new Poll(watch, List.of(), null, found);
    }

    static Poll of(DueWatch due) {
        return new Poll(due.watch(), List.of(due), null, null);
    }

    /**
     * Of several watches in one request, by the API's route {@code <api>-pages}.
     *
     * @param common what they have in common
     */
    public static Poll batched(ProviderApi api, Watch common, List<DueWatch> due) {
        return new Poll(common, List.copyOf(due), api.getBatch(), null);
    }

    /** Of a watch that a batched poll has found: its reply is there, and still becomes a record. */
    static Poll found(DueWatch due, JsonNode reply) {
        return new Poll(due.watch(), List.of(due), null, reply);
    }

    /** The poll that the exchange carries. */
    public static Poll of(Exchange exchange) {
        return requireNonNull(find(exchange), "the exchange carries no poll");
    }

    /** Null for an exchange that asks for a login token. */
    static @Nullable Poll find(Exchange exchange) {
        return exchange.getProperty(PROPERTY, Poll.class);
    }

    /** The account that signs the exchange's request. */
    public static Account account(Exchange exchange) {
        return requireNonNull(exchange.getVariable(ACCOUNT, Account.class), "the exchange has no account");
    }

    /**
     * The records that a provider's route ended with.
     *
     * @throws PollFailedException if it ended with anything else
     */
    public static List<JobRecord> records(Exchange exchange) {
        Object end = exchange.getMessage().getBody();
        if (end instanceof List<?> list && list.stream().allMatch(JobRecord.class::isInstance)) {
            return list.stream().map(JobRecord.class::cast).toList();
        }
        throw KeepReply.malformed(
                exchange,
                "the provider's route must end with to-records, it ended with "
                        + (end == null ? "nothing" : end.getClass().getSimpleName()));
    }

    /** Puts what the routes need into the exchange. */
    public void begin(Exchange exchange, Account account) {
        exchange.setProperty(PROPERTY, this);
        exchange.setVariable(ROUTE, batch == null ? watch.api() : watch.api() + "-pages");
        exchange.setVariable(WATCH, watch);
        exchange.setVariable(ACCOUNT, account);
        exchange.setVariable(SIGNING, account.signing().scheme());
        if (batch != null) {
            ObjectNode wanted = Json.MAPPER.createObjectNode();
            due.forEach(one -> wanted.put(name(one, batch), true));
            exchange.setVariable(WANTED, wanted);
        }
        if (found != null) {
            exchange.setVariable(FOUND, found);
            add(KeepReply.keep(exchange, found));
        }
    }

    /**
     * Notes when it starts.
     *
     * @param now in the ledger's time
     * @param edits how many edits of the routes there have been so far
     */
    void begins(Instant now, long edits) {
        this.begun = now;
        this.edits = edits;
    }

    /** Uses the permit that came with the exchange's poll; false if there is none left. */
    public static boolean acquirePermit(Exchange exchange) {
        Poll poll = find(exchange);
        if (poll == null || !poll.permit) {
            return false;
        }
        poll.permit = false;
        return true;
    }

    /** The watch that is polled, or what several have in common. */
    public Watch watch() {
        return watch;
    }

    /** When its watch was answered last; null if it never was, or is not in the ledger. */
    public @Nullable Instant answered() {
        return due.isEmpty() ? null : due.get(0).answered();
    }

    /** The watches that it is for. */
    List<DueWatch> due() {
        return due;
    }

    Instant begun() {
        return begun;
    }

    long edits() {
        return edits;
    }

    /** True if a batched poll has brought its reply already. */
    boolean isFound() {
        return found != null;
    }

    /** True if it is of several watches. */
    boolean isBatched() {
        return batch != null;
    }

    /** What a batched poll has found for the watch; null if nothing. */
    @Nullable
    JsonNode found(JsonNode all, DueWatch one) {
        return all.get(name(one, requireNonNull(batch, "batched")));
    }

    private static String name(DueWatch one, String batch) {
        return String.valueOf(one.watch().parameters().get(batch));
    }

    /** Compares its replies with the last ones from now on. */
    void compare(Comparison with) {
        comparison = with;
    }

    /** Adds a reply, such as that of a page. */
    void add(byte[] reply) {
        if (comparison != null) {
            comparison.replies().add(reply);
        }
    }

    /** Forgets the replies so far: the whole request is made again. */
    public void restart() {
        if (comparison != null) {
            comparison.replies().restart();
        }
    }

    /** True if its replies, now complete, say what the last ones said. */
    boolean repeats() {
        return comparison != null && comparison.repeats();
    }

    /** Remembers its replies: the result is committed. */
    void keep(Answered answered) {
        if (comparison != null) {
            comparison.keep(answered);
        }
    }

    boolean isSettled() {
        return settled.get();
    }

    /** True for the first caller only: a poll has one result. */
    boolean settle() {
        return settled.compareAndSet(false, true);
    }
}
