package io.jobrelay.camel.reload;

import java.util.Map;
import org.apache.camel.AsyncCallback;
import org.apache.camel.Endpoint;
import org.apache.camel.Exchange;
import org.apache.camel.Producer;
import org.apache.camel.component.direct.DirectComponent;
import org.apache.camel.component.direct.DirectEndpoint;
import org.apache.camel.component.direct.DirectProducer;
import org.apache.camel.support.DefaultAsyncProducer;
import org.apache.camel.util.StringHelper;

/**
 * Camel's {@code direct:}, made safe for routes that are replaced: each call looks up the route that stands now. Camel's own
 * producer keeps it, and of two calls after a change the second may reach the route that was stopped.
 */
public final class UncachedDirectComponent extends DirectComponent {
    @Override
    protected Endpoint createEndpoint(String uri, String remaining, Map<String, Object> parameters) throws Exception {
        String key = StringHelper.before(uri, "?", uri);
        DirectEndpoint endpoint = new DirectEndpoint(uri, this) {
            @Override
            public Producer createProducer() {
                DirectEndpoint endpoint = this;
                return new DefaultAsyncProducer(endpoint) {
                    @Override
                    public boolean process(Exchange exchange, AsyncCallback callback) {
                        return new DirectProducer(endpoint, key).process(exchange, callback);
                    }
                };
            }
        };
        endpoint.setBlock(isBlock());
        endpoint.setTimeout(getTimeout());
        setProperties(endpoint, parameters);
        return endpoint;
    }
}
