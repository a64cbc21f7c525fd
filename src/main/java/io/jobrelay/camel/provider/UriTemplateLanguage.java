package io.jobrelay.camel.provider;

import io.jobrelay.camel.watches.Poll;
import io.jobrelay.provider.UriTemplate;
import io.jobrelay.watch.Watch;
import org.apache.camel.Exchange;
import org.apache.camel.Expression;
import org.apache.camel.Predicate;
import org.apache.camel.support.ExpressionAdapter;
import org.apache.camel.support.ExpressionToPredicateAdapter;
import org.apache.camel.support.LanguageSupport;
import org.jspecify.annotations.Nullable;

/**
 * The language {@code uri-template}: an RFC 6570 template of the URI to ask. Its names are the watch's parameters,
 * {@code endpoint} for the account's base URL, and exchange variables such as {@code offset}.
 */
final class UriTemplateLanguage extends LanguageSupport {
    static final String NAME = "uri-template";
    private static final String ENDPOINT = "endpoint";

    @Override
    public Predicate createPredicate(String expression) {
        return ExpressionToPredicateAdapter.toPredicate(createExpression(expression));
    }

    @Override
    public Expression createExpression(String expression) {
        UriTemplate template = new UriTemplate(expression);
        return new ExpressionAdapter() {
            @Override
            public Object evaluate(Exchange exchange) {
                Watch watch = Poll.of(exchange).watch();
                return template.expand(name -> value(exchange, watch, name));
            }

            @Override
            public String toString() {
                return NAME + "{" + expression + "}";
            }
        };
    }

    private static @Nullable Object value(Exchange exchange, Watch watch, String name) {
        if (name.equals(ENDPOINT)) {
            return Poll.account(exchange).endpoint();
        }
        Object parameter = watch.parameters().get(name);
        return parameter != null ? parameter : exchange.getVariable(name);
    }
}
