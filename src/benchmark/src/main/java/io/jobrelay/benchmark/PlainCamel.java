package io.jobrelay.benchmark;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.ProducerTemplate;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.component.http.HttpComponent;
import org.apache.camel.impl.DefaultCamelContext;

/**
 * The same flow as a Camel user writes it: poll, parse, filter what has not changed, post to a webhook. A job that was polled
 * queues up again, and what is known of jobs is in memory.
 */
class PlainCamel extends RouteBuilder {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String DUE = "seda:due?size=" + Integer.MAX_VALUE;

    private final Api api;
    private final URI provider;
    private final String from;
    private final String httpOptions;
    private final Consumer<String> again;
    private final Map<String, String> states = new ConcurrentHashMap<>();

    /**
     * @param from where jobs that are to be polled come in
     * @param httpOptions of both HTTP endpoints
     * @param again takes a job that was polled
     */
    PlainCamel(FlowArguments flow, String from, String httpOptions, Consumer<String> again) {
        this.api = flow.api();
        this.provider = flow.provider();
        this.from = from;
        this.httpOptions = httpOptions;
        this.again = again;
    }

    /** Unlike the component's own, as many connections as there are polls, and some for the webhook. */
    static DefaultCamelContext context(FlowArguments flow) {
        DefaultCamelContext context = new DefaultCamelContext();
        HttpComponent http = context.getComponent("http", HttpComponent.class);
        http.setConnectionsPerRoute(2 * flow.concurrency());
        http.setMaxTotalConnections(2 * flow.concurrency());
        return context;
    }

    public static void main(String[] arguments) throws Exception {
        FlowArguments flow = FlowArguments.of(arguments);
        DefaultCamelContext context = context(flow);
        ProducerTemplate producer = context.createProducerTemplate();
        // In an exchange of its own: one that goes round for ever carries the completions of all that it has been
        // through.
        context.addRoutes(new PlainCamel(
                flow,
                DUE + "&concurrentConsumers=" + flow.concurrency(),
                "disableStreamCache=true",
                job -> producer.sendBody(DUE, job)));
        context.start();
        IntStream.range(0, flow.jobs()).forEach(job -> producer.sendBody(DUE, Api.job(job)));
        Thread.sleep(Duration.ofDays(1).toMillis());
    }

    @Override
    public void configure() {
        from(from)
                .routeId("poll")
                .setProperty("job", body())
                .process(this::sign)
                .to("http:provider?throwExceptionOnFailure=true&" + httpOptions)
                .process(this::parse)
                .filter(this::hasChanged)
                .process(this::event)
                .to("http:webhook?" + httpOptions)
                .end()
                .process(exchange -> again.accept(exchange.getProperty("job", String.class)));
    }

    private void sign(Exchange exchange) {
        Message message = exchange.getMessage();
        String job = message.getBody(String.class);
        URI uri = api.uri(provider, job);
        byte[] body = api.body(job);
        api.signed(uri, body).forEach(message::setHeader);
        message.setHeader(Exchange.HTTP_URI, uri.toString());
        message.setHeader(Exchange.HTTP_METHOD, api.method);
        message.setBody(body.length == 0 ? null : body);
    }

    private void parse(Exchange exchange) throws IOException {
        exchange.setProperty(
                "state", Api.state(JSON.readTree(exchange.getMessage().getBody(byte[].class))));
    }

    private boolean hasChanged(Exchange exchange) {
        String state = exchange.getProperty("state", String.class);
        return !state.equals(states.put(exchange.getProperty("job", String.class), state));
    }

    private void event(Exchange exchange) {
        Message message = exchange.getMessage();
        message.removeHeaders("*");
        message.setHeader(Exchange.HTTP_URI, provider + "/webhook");
        message.setHeader(Exchange.HTTP_METHOD, "POST");
        message.setHeader(Exchange.CONTENT_TYPE, "application/json");
        message.setBody(
                Api.event(exchange.getProperty("job", String.class), exchange.getProperty("state", String.class))
                        .getBytes(UTF_8));
    }
}
