package io.jobrelay.camel.outbox;

import io.jobrelay.delivery.DeliveryFailedException;
import io.jobrelay.delivery.DeliveryFailedException.Consequence;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.IntStream;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.Expression;
import org.apache.camel.NamedNode;
import org.apache.camel.model.ChoiceDefinition;
import org.apache.camel.model.ExpressionNode;
import org.apache.camel.model.ProcessorDefinition;
import org.apache.camel.model.ProcessorDefinitionHelper;
import org.apache.camel.model.RouteDefinition;
import org.apache.camel.model.language.ExpressionDefinition;
import org.apache.camel.spi.Resource;
import org.apache.camel.spi.RoutePolicy;
import org.apache.camel.spi.RoutePolicyFactory;
import org.jspecify.annotations.Nullable;

/**
 * Says which jq expression of a router fails on an event, and where it stands: the exception of Camel says neither. Camel
 * forgets the model of a route once that is built, so the expressions are noted before.
 */
final class RouterFailures implements RoutePolicyFactory {
    private static final String JQ = "jq";
    private static final int LONGEST = 200;

    private final Map<String, Router> routers = new ConcurrentHashMap<>();

    private record Router(String file, List<Placed> expressions) {}

    private record Placed(String text, int line) {}

    @Override
    public @Nullable RoutePolicy createRoutePolicy(CamelContext context, String routeId, NamedNode route) {
        if (route instanceof RouteDefinition definition
                && String.valueOf(definition.getInput().getEndpointUri()).startsWith("outbox:changes")) {
            Resource resource = definition.getResource();
            String file = resource == null ? routeId : resource.getLocation().replaceFirst("^file:", "");
            routers.put(routeId, new Router(file, expressions(definition)));
        }
        return null;
    }

    private static List<Placed> expressions(RouteDefinition route) {
        List<Placed> found = new ArrayList<>();
        ProcessorDefinitionHelper.filterTypeInOutputs(route.getOutputs(), ProcessorDefinition.class)
                .forEach(step -> {
                    if (step instanceof ChoiceDefinition choice) {
                        choice.getWhenClauses().forEach(when -> add(when.getExpression(), when.getLineNumber(), found));
                    } else if (step instanceof ExpressionNode node) {
                        add(node.getExpression(), node.getLineNumber(), found);
                    }
                });
        return found.stream().distinct().toList();
    }

    private static void add(@Nullable ExpressionDefinition expression, int line, List<Placed> found) {
        if (expression != null && JQ.equals(expression.getLanguage())) {
            found.add(new Placed(expression.getExpression(), line));
        }
    }

    /** The failure of the exchange's route, with the expression that fails on its event. */
    Exception explain(String routeId, Exchange exchange, Exception failure) {
        Router router = routers.get(routeId);
        if (router == null) {
            return failure;
        }
        String text = router.expressions.stream()
                .map(placed -> fails(placed, exchange)
                        .map(cause -> "%s:%d: jq: '%s' fails on this event: %s; correct the expression"
                                .formatted(router.file, line(router.file, placed), shortened(placed.text), cause))
                        .orElse(null))
                .filter(Objects::nonNull)
                .findFirst()
                .orElseGet(() -> router.file + ": " + failure);
        return new DeliveryFailedException(text, Consequence.UNAVAILABLE, null);
    }

    /** Camel knows the step; the expression stands a little further down. */
    private static int line(String file, Placed placed) {
        try {
            List<String> lines = Files.readAllLines(Path.of(file));
            String first = placed.text.strip().lines().findFirst().orElse("");
            return IntStream.range(Math.min(placed.line, lines.size()), lines.size())
                            .filter(line -> lines.get(line).contains(first))
                            .findFirst()
                            .orElse(placed.line - 1)
                    + 1;
        } catch (IOException e) {
            return placed.line;
        }
    }

    private static Optional<String> fails(Placed placed, Exchange exchange) {
        CamelContext context = exchange.getContext();
        Expression expression =
                context.resolveLanguage(JQ).createExpression(context.resolvePropertyPlaceholders(placed.text));
        expression.init(context);
        try {
            expression.evaluate(exchange, Object.class);
            return Optional.empty();
        } catch (RuntimeException e) {
            String cause = "";
            for (Throwable each = e; each != null; each = each.getCause()) {
                cause = String.valueOf(each.getMessage()); // the innermost: jq's own may be 'N/A'
            }
            return Optional.of(cause);
        }
    }

    private static String shortened(String text) {
        String line = text.strip().replaceAll("\\s+", " ");
        return line.length() > LONGEST ? line.substring(0, LONGEST) + "…" : line;
    }
}
