package io.jobrelay.camel.watches;

import io.jobrelay.account.Account;
import io.jobrelay.ledger.DueWatch;
import io.jobrelay.provider.PollFailure;
import io.jobrelay.watch.ProviderApi;
import io.jobrelay.watch.Watch;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Decides which due watches share a poll, if their account allows it. A watch that a batched poll does not find is polled alone
 * next time; an account that may not list polls each watch alone for an hour.
 */
final class BatchedPolls {
    private static final Logger LOG = LoggerFactory.getLogger("io.jobrelay.polls");

    private static final Duration REFUSED_FOR = Duration.ofHours(1);

    private final Supplier<Map<String, Account>> accounts;
    private final Function<String, Optional<ProviderApi>> apis;
    private final Clock clock;
    private final Set<String> alone = ConcurrentHashMap.newKeySet();
    private final Map<Source, Instant> refusedUntil = new ConcurrentHashMap<>();

    /**
     * @param accounts by name, asked each time
     * @param apis by name, asked each time
     * @param clock the ledger's
     */
    BatchedPolls(Supplier<Map<String, Account>> accounts, Function<String, Optional<ProviderApi>> apis, Clock clock) {
        this.accounts = accounts;
        this.apis = apis;
        this.clock = clock;
    }

    private record Source(String api, String account) {
        static Source of(Watch watch) {
            return new Source(watch.api(), watch.account());
        }
    }

    /**
     * What the watch has in common with those of a batched poll, by the properties and the API; empty if it is
     * always polled alone.
     */
    Optional<Watch> common(Watch watch) {
        Account account = accounts.get().get(watch.account());
        return account != null && account.batchedPolls()
                ? apis.apply(watch.api()).flatMap(api -> api.common(watch))
                : Optional.empty();
    }

    /**
     * The poll of the watch, with others that may share it.
     *
     * @param batch takes as many watches as asked for that have that in common and are due now or soon
     */
    Poll poll(DueWatch due, BiFunction<Watch, Integer, List<DueWatch>> batch) {
        Optional<Watch> common = alone.remove(due.id())
                ? Optional.empty()
                : common(due.watch())
                        .filter(watch -> !refusedUntil
                                .getOrDefault(Source.of(watch), Instant.MIN)
                                .isAfter(clock.instant()));
        if (common.isEmpty()) {
            return Poll.of(due);
        }
        ProviderApi api = apis.apply(due.watch().api()).orElseThrow();
        List<DueWatch> all = new ArrayList<>(List.of(due));
        all.addAll(batch.apply(common.get(), api.getBatchSize() - 1));
        return all.size() == 1 ? Poll.of(due) : Poll.batched(api, common.get(), all);
    }

    /** Polls the watch alone next time: the list does not have it. */
    void leaveAlone(DueWatch due) {
        alone.add(due.id());
    }

    /**
     * True if the provider refuses only the list, so that each watch is to be polled alone. False if the account or the provider
     * fails: single polls would fail too.
     */
    boolean refused(Watch common, PollFailure failure) {
        boolean ofTheList = switch (failure.kind()) {
            case FORBIDDEN, NOT_FOUND, REJECTED, MALFORMED -> true;
            case UNAUTHENTICATED, THROTTLED, UNAVAILABLE, TIMEOUT -> false;
        };
        if (ofTheList) {
            refusedUntil.put(Source.of(common), clock.instant().plus(REFUSED_FOR));
            LOG.warn(
                    "batched poll refused, polls one by one for an hour: {}",
                    failure.describe(common.api(), common.account()));
        }
        return ofTheList;
    }
}
