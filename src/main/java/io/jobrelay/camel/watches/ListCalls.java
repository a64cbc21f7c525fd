package io.jobrelay.camel.watches;

import io.jobrelay.account.Account;
import io.jobrelay.camel.watches.WatchesComponent.Beans;
import io.jobrelay.ledger.DueWatch;
import io.jobrelay.ledger.LedgerException;
import io.jobrelay.provider.PollFailure;
import io.jobrelay.watch.Watch;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which claimed watches one list call answers, where their account says so. A watch that the list leaves out is asked for
 * alone next time; an account that may not list asks for each alone for an hour.
 */
final class ListCalls {
    private static final Logger LOG = LoggerFactory.getLogger("io.jobrelay.polls");

    /** Of one claim. */
    private static final int MOST_COMPANIONS = 1_000;

    private static final Duration REFUSED_FOR = Duration.ofHours(1);

    private final Beans beans;
    private final Set<String> alone = ConcurrentHashMap.newKeySet();
    private final Map<Source, Instant> refusedUntil = new ConcurrentHashMap<>();

    ListCalls(Beans beans) {
        this.beans = beans;
    }

    private record Source(String api, String account) {
        static Source of(Watch watch) {
            return new Source(watch.api(), watch.account());
        }
    }

    /** The polls of what was claimed; others are claimed with them that the same list call answers. */
    List<Poll> polls(List<DueWatch> claimed) {
        List<Poll> polls = new ArrayList<>();
        Map<Source, Map<Watch, List<DueWatch>>> groups = new LinkedHashMap<>();
        for (DueWatch due : claimed) {
            Optional<Watch> common = alone.remove(due.id()) ? Optional.empty() : common(due.watch());
            common.ifPresentOrElse(
                    watch -> groups.computeIfAbsent(Source.of(watch), source -> new LinkedHashMap<>())
                            .computeIfAbsent(watch, each -> new ArrayList<>())
                            .add(due),
                    () -> polls.add(Poll.of(due)));
        }
        groups.forEach((source, group) -> {
            join(source, group);
            group.forEach((common, due) -> polls.add(
                    due.size() == 1
                            ? Poll.of(due.get(0))
                            : Poll.together(beans.apis().apply(source.api).orElseThrow(), common, due)));
        });
        return polls;
    }

    private Optional<Watch> common(Watch watch) {
        Account account = beans.accounts().get().get(watch.account());
        boolean mayList = account != null
                && account.askTogether()
                && !refusedUntil
                        .getOrDefault(Source.of(watch), Instant.MIN)
                        .isAfter(beans.clock().instant());
        return mayList ? beans.apis().apply(watch.api()).flatMap(api -> api.common(watch)) : Optional.empty();
    }

    private void join(Source source, Map<Watch, List<DueWatch>> group) {
        String node = group.values().iterator().next().get(0).claimedBy();
        try {
            beans.companions()
                    .join(
                            source.api,
                            source.account,
                            group.keySet().stream().map(Watch::id).toList(),
                            node,
                            MOST_COMPANIONS)
                    .forEach(due -> common(due.watch())
                            .ifPresent(watch -> group.computeIfAbsent(watch, each -> new ArrayList<>())
                                    .add(due)));
        } catch (LedgerException e) {
            // The ledger logs its own trouble; what is claimed is asked for all the same.
        }
    }

    /** The list leaves the watch out. */
    void leaveAlone(DueWatch due) {
        alone.add(due.id());
    }

    /**
     * True if it is only the list that the provider refuses, so that each watch is to be asked for alone; that would fail as
     * well if it is the account or the provider that fails.
     */
    boolean refused(Watch common, PollFailure failure) {
        boolean ofTheList = switch (failure.kind()) {
            case FORBIDDEN, NOT_FOUND, REJECTED, MALFORMED -> true;
            case UNAUTHENTICATED, THROTTLED, UNAVAILABLE, TIMEOUT -> false;
        };
        if (ofTheList) {
            refusedUntil.put(Source.of(common), beans.clock().instant().plus(REFUSED_FOR));
            LOG.warn(
                    "cannot ask together, asks one by one for an hour: {}",
                    failure.describe(common.api(), common.account()));
        }
        return ofTheList;
    }
}
