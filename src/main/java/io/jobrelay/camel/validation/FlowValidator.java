package io.jobrelay.camel.validation;

import static java.util.stream.Collectors.toSet;

import io.jobrelay.camel.destination.DestinationConfiguration;
import io.jobrelay.settings.Destination;
import io.jobrelay.settings.Key;
import io.jobrelay.settings.Keys;
import io.jobrelay.settings.NearestName;
import io.jobrelay.settings.Problem;
import io.jobrelay.settings.PropertyFile;
import io.jobrelay.settings.Settings;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Validates what routes and properties must have together: the routes that Jobrelay does nothing without, and for each
 * destination that is on a route that reads its outbox.
 */
final class FlowValidator {
    private static final String DESTINATION = "jobrelay.destination.";

    private final RouteValidator routes;
    private final RouteReferences references;
    private final PropertyFile properties;
    private final Settings settings;

    FlowValidator(RouteValidator routes, PropertyFile properties, Settings settings) {
        this.routes = routes;
        this.references = routes.references();
        this.properties = properties;
        this.settings = settings;
    }

    /** Once the routes are built. */
    List<Problem> problems() {
        List<Problem> problems = new ArrayList<>(RequiredRoutes.missing(references.readers(), settings));
        if (references.readers().contains("watches:due")) {
            requireSent("watches:done", "routes/poll.camel.yaml", "no record of a poll is taken in", problems);
            requireSent("watches:failed", "routes/policies/poll-policy.camel.yaml", "no failed poll is", problems);
        }
        problems.removeIf(problem -> references.isTakenForGranted(RouteReferences.nameOf(problem.file())));
        settings.destinations().values().forEach(destination -> checkProperties(destination, problems));
        routes.files().stream()
                .filter(file -> !routes.unbuilt().contains(file.path()))
                .forEach(file -> checkPreconditions(file, problems));
        return problems;
    }

    private void requireSent(String uri, String file, String consequence, List<Problem> problems) {
        if (!references.isSentTo(uri)) {
            problems.add(new Problem(file, 0, "no route sends to %s, so that %s".formatted(uri, consequence)));
        }
    }

    /** One of the user's own may also be the parameters of a route that does something else. */
    private void checkProperties(Destination destination, List<Problem> problems) {
        String name = destination.name();
        String prefix = DESTINATION + name + ".";
        List<String> keys =
                properties.keys().stream().filter(key -> key.startsWith(prefix)).toList();
        boolean own = !Keys.DESTINATIONS.contains(name);
        String outbox = RouteReferences.OUTBOX + name;
        Set<String> beans = new HashSet<>(DestinationConfiguration.beans(name));
        boolean used = references.readers().contains(outbox)
                || routes.mention(prefix)
                || routes.files().stream().anyMatch(file -> file.needs(beans));
        if (!used && !keys.isEmpty() && (own || destination.enabled())) {
            String hint = references.nearest(outbox);
            problems.add(properties.problem(
                    keys.get(0),
                    "no route reads %s%s"
                            .formatted(
                                    outbox, hint.isEmpty() ? "; give it a route, or take its properties out" : hint)));
        } else if (used && own) {
            Set<String> known = Keys.all()
                    .filter(key -> key.name().startsWith(DESTINATION))
                    .map(Key::parameter)
                    .collect(toSet());
            keys.stream()
                    .filter(key -> !known.contains(key.substring(prefix.length())) && !routes.mention(key))
                    .forEach(key -> problems.add(properties.problem(
                            key,
                            "neither Jobrelay nor a route reads it"
                                    + NearestName.hint(key.substring(prefix.length()), known))));
        }
    }

    /** A route that is not there reads nothing, while the router goes on to send to a destination that is on. */
    private void checkPreconditions(RouteFile file, List<Problem> problems) {
        file.members("route").filter(routes::isKeptAway).forEach(route -> {
            String outbox = references.from(route);
            String name = outbox.replaceFirst("^" + RouteReferences.OUTBOX, "");
            Destination destination = settings.destinations().get(name);
            if (references.isSentTo(outbox) && (destination == null || destination.enabled())) {
                problems.add(new Problem(
                        file.name(),
                        route.member("precondition").orElse(route).line(),
                        "precondition: does not hold, so that no route reads %s, which is on; set what it asks for, or %s%s.enabled=false"
                                .formatted(outbox, DESTINATION, name)));
            }
        });
    }
}
