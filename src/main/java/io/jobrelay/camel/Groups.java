package io.jobrelay.camel;

import static java.util.Objects.requireNonNull;

import io.jobrelay.account.Account;
import io.jobrelay.ledger.Companions;
import io.jobrelay.ledger.DueWatch;
import io.jobrelay.ledger.LedgerException;
import io.jobrelay.provider.PollFailure;
import io.jobrelay.watch.ProviderApi;
import io.jobrelay.watch.Watch;
import java.time.Clock;
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
 * Which claimed watches are asked together: those that one list call can answer, where their account says so. A watch of
 * which the list says nothing is asked by itself at once; an account that may not list asks one by one for an hour.
 */
final class Groups {
    private static final Logger LOG = LoggerFactory.getLogger("io.jobrelay.polls");

    /** Of one claim. */
    private static final int MOST_COMPANIONS = 1_000;

    private static final Duration REFUSED_FOR = Duration.ofHours(1);

    private final Companions companions;
    private final ProviderBeans providers;
    private final Clock clock;
    private final Set<String> alone = ConcurrentHashMap.newKeySet();
    private final Map<Source, Instant> refusedUntil = new ConcurrentHashMap<>();

    /**
     * @param clock the ledger's
     */
    Groups(Companions companions, ProviderBeans providers, Clock clock) {
        this.companions = companions;
        this.providers = providers;
        this.clock = clock;
    }

    private record Source(String api, String account) {
        static Source of(Watch watch) {
            return new Source(watch.api(), watch.account());
        }
    }

    /**
     * What is to be asked: {@link DueWatch watches} one by one, and {@link Group groups}, into which others are claimed that
     * belong there. So there are never more requests to begin with than watches were claimed.
     */
    List<Object> of(List<DueWatch> claimed) {
        List<Object> polls = new ArrayList<>();
        Map<Source, Map<String, List<DueWatch>>> groups = new LinkedHashMap<>();
        Map<String, ProviderApi> apis =
                claimed.stream().anyMatch(due -> mayBeAsked(due.watch())) ? providers.apis() : Map.of();
        for (DueWatch due : claimed) {
            Optional<Watch> common = alone.remove(due.id()) ? Optional.empty() : common(due.watch(), apis);
            common.ifPresentOrElse(
                    watch -> groups.computeIfAbsent(Source.of(watch), source -> new LinkedHashMap<>())
                            .computeIfAbsent(watch.id(), id -> new ArrayList<>())
                            .add(due),
                    () -> polls.add(due));
        }
        groups.forEach((source, members) -> {
            join(source, members, apis);
            members.values().forEach(watches -> polls.add(poll(watches, apis)));
        });
        return polls;
    }

    private boolean mayBeAsked(Watch watch) {
        Account account = providers.accounts().get(watch.account());
        return account != null
                && account.askTogether()
                && !refusedUntil.getOrDefault(Source.of(watch), Instant.MIN).isAfter(clock.instant());
    }

    private Optional<Watch> common(Watch watch, Map<String, ProviderApi> apis) {
        return mayBeAsked(watch)
                ? Optional.ofNullable(apis.get(watch.api())).flatMap(api -> api.common(watch))
                : Optional.empty();
    }

    private void join(Source source, Map<String, List<DueWatch>> members, Map<String, ProviderApi> apis) {
        String node = members.values().iterator().next().get(0).claimedBy();
        try {
            companions
                    .join(source.api, source.account, List.copyOf(members.keySet()), node, MOST_COMPANIONS)
                    .forEach(due -> common(due.watch(), apis)
                            .ifPresent(watch -> members.computeIfAbsent(watch.id(), id -> new ArrayList<>())
                                    .add(due)));
        } catch (LedgerException e) {
            // The ledger logs its own trouble; what is claimed is asked for all the same.
        }
    }

    private static Object poll(List<DueWatch> watches, Map<String, ProviderApi> apis) {
        DueWatch first = watches.get(0);
        if (watches.size() == 1) {
            return first;
        }
        ProviderApi api = requireNonNull(apis.get(first.watch().api()), "a group has an API");
        return new Group(api.common(first.watch()).orElseThrow(), api.getTogether(), watches);
    }

    /** The list says nothing of the watch: it is asked by itself when it is claimed next. */
    void leaveAlone(DueWatch due) {
        alone.add(due.id());
    }

    /**
     * True if it is only the list that the provider refuses, so that its watches are to be asked one by one; they would fail
     * as well if it is the account or the provider that fails.
     */
    boolean refused(Group group, PollFailure failure) {
        boolean ofTheList = switch (failure.kind()) {
            case FORBIDDEN, NOT_FOUND, REJECTED, MALFORMED -> true;
            case UNAUTHENTICATED, THROTTLED, UNAVAILABLE, TIMEOUT -> false;
        };
        if (ofTheList) {
            Watch common = group.common();
            refusedUntil.put(Source.of(common), clock.instant().plus(REFUSED_FOR));
            LOG.warn(
                    "cannot ask together, asks one by one for an hour: {}",
                    failure.describe(common.api(), common.account()));
        }
        return ofTheList;
    }
}
