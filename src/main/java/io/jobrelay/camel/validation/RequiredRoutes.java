package io.jobrelay.camel.validation;

import static java.util.stream.Collectors.toUnmodifiableSet;

import io.jobrelay.account.Account;
import io.jobrelay.account.Signing;
import io.jobrelay.settings.Problem;
import io.jobrelay.settings.Settings;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import org.apache.camel.Route;

/** The routes that no other route sends to, and that Jobrelay does nothing without. */
public final class RequiredRoutes {
    private RequiredRoutes() {}

    /** What routes read that are there, such as {@code watches:due}. */
    public static Set<String> reads(Collection<Route> routes) {
        return routes.stream()
                .map(route -> route.getEndpoint().getEndpointBaseUri().replace("://", ":"))
                .collect(toUnmodifiableSet());
    }

    /**
     * A problem for each of them that is not there, at the file that it comes in.
     *
     * @param reads what routes read
     */
    public static List<Problem> missing(Set<String> reads, Settings settings) {
        List<Problem> missing = new ArrayList<>();
        if (!reads.contains("watches:due")) {
            missing.add(missing("routes/poll.camel.yaml", "watches:due", "nothing is polled"));
        }
        if (!reads.contains("outbox:changes")) {
            missing.add(missing("routes/router.camel.yaml", "outbox:changes", "no change goes anywhere"));
        }
        boolean tokens =
                settings.accounts().values().stream().map(Account::signing).anyMatch(Signing::obtainsToken);
        if (tokens && !reads.contains("direct:obtain-token")) {
            missing.add(missing(
                    "routes/signing/obtain-token.camel.yaml", "direct:obtain-token", "no account gets a token"));
        }
        return missing;
    }

    private static Problem missing(String file, String from, String consequence) {
        return new Problem(
                file,
                0,
                "no route reads %s, so that %s; 'jobrelay init' puts the file back where it is missing"
                        .formatted(from, consequence));
    }
}
