package io.jobrelay.camel.provider;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.JsonNode;
import io.jobrelay.camel.watches.Poll;
import io.jobrelay.job.Json;
import io.jobrelay.provider.UriTemplate;
import org.apache.camel.CamelContext;
import org.apache.camel.CamelContextAware;
import org.apache.camel.Exchange;
import org.apache.camel.Expression;
import org.apache.camel.Message;
import org.apache.camel.Processor;
import org.jspecify.annotations.Nullable;

/**
 * Makes the message an HTTP request, whatever it was before. The URI is an RFC 6570 template, whose names are the watch's
 * parameters, {@code endpoint} for the account's base URL, {@code since} in a list of changes, and what the next page is asked
 * with. Headers and body are jq. A bean with setters, since that is what Camel's YAML fills; the setters compile.
 */
public final class MakeRequest implements Processor, CamelContextAware {
    /** Exchange variable: what the pages so far hold, and what the next one is asked with, as {@code {found, next}}. */
    static final String PAGES = "pages";
    /** Exchange variable: the time since when a list of changes asks, as text. */
    static final String SINCE = "since";

    private static final String ENDPOINT = "endpoint";
    private static final String NOTHING = "null";
    private static final String JSON = "application/json";

    private @Nullable CamelContext context;
    private String method = "GET";
    private @Nullable UriTemplate uri;
    private @Nullable Expression headers;
    private @Nullable Expression body;

    @Override
    public @Nullable CamelContext getCamelContext() {
        return context;
    }

    @Override
    public void setCamelContext(@Nullable CamelContext context) {
        this.context = context;
    }

    public void setMethod(String method) {
        this.method = method;
    }

    public void setUri(String template) {
        this.uri = new UriTemplate(template);
    }

    /** jq that gives an object; a header that is null is left out. */
    public void setHeaders(String headers) {
        this.headers = headers.equals("{}") ? null : jq(headers);
    }

    /** jq that gives the JSON to send, or null. */
    public void setBody(String body) {
        this.body = body.equals(NOTHING) ? null : jq(body);
    }

    private Expression jq(String text) {
        CamelContext camel = requireNonNull(context, "not bound");
        Expression expression = camel.resolveLanguage("jq").createExpression(text);
        expression.init(camel);
        return expression;
    }

    @Override
    public void process(Exchange exchange) {
        Message message = exchange.getMessage();
        message.removeHeaders("*");
        message.setHeader(Exchange.HTTP_METHOD, method);
        message.setHeader(Exchange.HTTP_URI, requireNonNull(uri, "no uri").expand(name -> value(exchange, name)));
        // What jq takes in; all that it knows is in its variables.
        message.setBody(Json.MAPPER.createObjectNode());
        if (body != null) {
            message.setHeader(Exchange.CONTENT_TYPE, JSON);
        }
        if (headers != null) {
            headers.evaluate(exchange, JsonNode.class).properties().forEach(header -> {
                if (!header.getValue().isNull()) {
                    message.setHeader(header.getKey(), header.getValue().asText());
                }
            });
        }
        message.setBody(body == null ? null : body.evaluate(exchange, JsonNode.class));
    }

    private static @Nullable Object value(Exchange exchange, String name) {
        if (name.equals(ENDPOINT)) {
            return Poll.account(exchange).endpoint();
        }
        Object parameter = Poll.of(exchange).watch().parameters().get(name);
        if (parameter != null) {
            return parameter;
        }
        if (name.equals(SINCE)) {
            return exchange.getVariable(SINCE, String.class);
        }
        JsonNode pages = exchange.getVariable(PAGES, JsonNode.class);
        JsonNode next = pages == null ? null : pages.path("next").get(name);
        return next == null || next.isNull() ? null : next.asText();
    }
}
