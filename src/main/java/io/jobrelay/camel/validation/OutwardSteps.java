package io.jobrelay.camel.validation;

import static java.util.Objects.requireNonNull;

import io.jobrelay.ledger.Outbox;
import io.jobrelay.secrets.Secrets;
import java.util.ArrayList;
import java.util.List;
import org.apache.camel.CamelContext;
import org.apache.camel.Consumer;
import org.apache.camel.Endpoint;
import org.apache.camel.Exchange;
import org.apache.camel.NamedNode;
import org.apache.camel.Processor;
import org.apache.camel.Producer;
import org.apache.camel.component.http.HttpEndpoint;
import org.apache.camel.model.ModelCamelContext;
import org.apache.camel.support.DefaultConsumer;
import org.apache.camel.support.DefaultEndpoint;
import org.apache.camel.support.DefaultProducer;
import org.apache.camel.support.ExchangeHelper;

/**
 * The endpoints of a context that lead out of the process: each only notes what it is given, so that nothing is stored, sent or
 * asked. Providers are asked through the {@link OfflineClient}.
 */
final class OutwardSteps {
    static final String OUTBOX = "outbox://";

    private final CamelContext context;
    private final Secrets secrets;
    private final List<DefaultConsumer> routers = new ArrayList<>();
    private final List<RoutingPreview.Step> noted = new ArrayList<>();

    /** Stands in for every endpoint that is made from now on. */
    OutwardSteps(CamelContext context, OfflineClient client, Secrets secrets) {
        this.context = context;
        this.secrets = secrets;
        context.getCamelContextExtension().registerEndpointCallback((uri, endpoint) -> {
            boolean provider = endpoint instanceof HttpEndpoint http && http.getHttpClientConfigurer() == client;
            return provider || !endpoint.isRemote() ? endpoint : new Noting(endpoint);
        });
    }

    /** Of the started routes that read the changes. */
    List<DefaultConsumer> routers() {
        return routers;
    }

    /** The steps since this was last called. */
    List<RoutingPreview.Step> take() {
        List<RoutingPreview.Step> taken = List.copyOf(noted);
        noted.clear();
        return taken;
    }

    static String destination(String uri) {
        return uri.substring(OUTBOX.length()).replaceFirst("\\?.*", "");
    }

    private final class Noting extends DefaultEndpoint {
        private final String uri;

        private Noting(Endpoint real) {
            super(
                    real.getEndpointUri(),
                    requireNonNull(context.hasComponent(scheme(real)), "it has made the endpoint"));
            uri = real.getEndpointUri();
        }

        private static String scheme(Endpoint endpoint) {
            String uri = endpoint.getEndpointUri();
            return uri.substring(0, uri.indexOf(':'));
        }

        @Override
        public Producer createProducer() {
            return new DefaultProducer(this) {
                @Override
                public void process(Exchange exchange) {
                    noted.add(step(exchange));
                }
            };
        }

        private RoutingPreview.Step step(Exchange exchange) {
            String id = String.valueOf(exchange.getExchangeExtension().getHistoryNodeId());
            NamedNode node = ((ModelCamelContext) context).getProcessorDefinition(id);
            boolean outbox = uri.startsWith(OUTBOX);
            return new RoutingPreview.Step(
                    outbox ? destination(uri) : secrets.mask(uri),
                    outbox,
                    String.valueOf(ExchangeHelper.getAtRouteId(exchange)),
                    id,
                    node == null || node.getDescriptionText() == null ? "" : node.getDescriptionText());
        }

        @Override
        public Consumer createConsumer(Processor processor) {
            DefaultConsumer consumer = new DefaultConsumer(this, processor);
            if (uri.equals(OUTBOX + Outbox.CHANGES)) {
                routers.add(consumer);
            }
            return consumer;
        }
    }
}
