package io.jobrelay.routes;

import static org.assertj.core.api.Assertions.assertThat;

import io.jobrelay.provider.FailureKind;
import io.jobrelay.provider.PollFailedException;
import io.jobrelay.provider.PollFailure;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.apache.camel.RoutesBuilder;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.component.mock.MockComponent;
import org.apache.camel.component.mock.MockEndpoint;
import org.apache.camel.main.MainConfigurationProperties;
import org.apache.camel.spi.Registry;
import org.apache.camel.test.main.junit5.CamelMainTestSupport;
import org.junit.jupiter.api.Test;

/** What the policy of the polling routes makes of a failure; a list keeps what happened, in its order. */
class PollPolicyTest extends CamelMainTestSupport {
    private final List<String> happened = new ArrayList<>();
    private final Deque<Exception> failures = new ArrayDeque<>();

    @Override
    protected void configure(MainConfigurationProperties configuration) {
        configuration.withRoutesIncludePattern("file:routes/policies/poll-policy.camel.yaml");
    }

    @Override
    protected String getPropertyPlaceholderLocations() {
        return "false";
    }

    @Override
    protected void bindToRegistry(Registry registry) {
        registry.bind("renew-token", (Processor) exchange -> {
            happened.add("renew");
            exchange.setProperty("jobrelay-token-renewed", true);
        });
    }

    /** The engine's component is not here: who fails is noted. */
    @Override
    protected CamelContext createCamelContext() throws Exception {
        CamelContext created = super.createCamelContext();
        created.addComponent("watches", new MockComponent());
        return created;
    }

    /** A route with the policy, and one of a provider below it. */
    @Override
    protected RoutesBuilder createRouteBuilder() {
        return new RouteBuilder() {
            @Override
            public void configure() {
                from("direct:poll").routeConfigurationId("poll-policy").to("direct:provider");
                from("direct:provider")
                        .errorHandler(noErrorHandler())
                        .process(exchange -> happened.add("sign"))
                        .process(exchange -> {
                            if (!failures.isEmpty()) {
                                throw failures.remove();
                            }
                        });
            }
        };
    }

    @Test
    void takes_a_failure_in_and_asks_no_second_time() {
        assertThat(poll(null, failed(FailureKind.UNAVAILABLE))).containsExactly("sign", "UNAVAILABLE: no");
    }

    @Test
    void takes_in_what_nobody_foresaw() {
        assertThat(poll(null, new IllegalStateException("a bug"))).containsExactly("sign", "a bug");
    }

    @Test
    void renews_a_token_that_is_refused_and_makes_the_whole_request_again() {
        assertThat(poll("token", refused())).containsExactly("sign", "renew", "sign");
    }

    @Test
    void gives_up_after_the_second_refusal() {
        assertThat(poll("token", refused(), refused())).containsExactly("sign", "renew", "sign", "UNAUTHENTICATED: no");
    }

    @Test
    void renews_nothing_for_an_account_with_keys() {
        assertThat(poll(null, refused())).containsExactly("sign", "UNAUTHENTICATED: no");
    }

    @Test
    void renews_no_token_for_another_failure() {
        assertThat(poll("token", failed(FailureKind.FORBIDDEN))).containsExactly("sign", "FORBIDDEN: no");
    }

    private List<String> poll(String token, Exception... failing) {
        Collections.addAll(failures, failing);
        Exchange answer = template.request("direct:poll", exchange -> exchange.setProperty("jobrelay-token", token));
        assertThat(answer.getException()).isNull();
        MockEndpoint.resolve(context, "watches:failed")
                .getExchanges()
                .forEach(failed -> happened.add(failed.getProperty(Exchange.EXCEPTION_CAUGHT, Exception.class)
                        .getMessage()));
        return happened;
    }

    private static Exception refused() {
        return failed(FailureKind.UNAUTHENTICATED);
    }

    private static Exception failed(FailureKind kind) {
        return new PollFailedException(PollFailure.without(kind, "no"));
    }
}
