package io.jobrelay.routes;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.jobrelay.ledger.LedgerException;
import org.apache.camel.RoutesBuilder;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.main.MainConfigurationProperties;
import org.apache.camel.test.main.junit5.CamelMainTestSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

class EnginePolicyTest extends CamelMainTestSupport {
    private final ListAppender<ILoggingEvent> log = new ListAppender<>();
    private final Logger root = (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);

    @Override
    protected void configure(MainConfigurationProperties configuration) {
        configuration.withRoutesIncludePattern("file:routes/policies/engine-policy.camel.yaml");
    }

    @Override
    protected String getPropertyPlaceholderLocations() {
        return "false";
    }

    @Override
    protected RoutesBuilder createRouteBuilder() {
        return new RouteBuilder() {
            @Override
            public void configure() {
                from("direct:claim")
                        .routeId("claim")
                        .routeConfigurationId("engine-policy")
                        .process(exchange -> {
                            throw exchange.getMessage().getBody(Exception.class);
                        });
            }
        };
    }

    @BeforeEach
    void listen() {
        log.start();
        root.addAppender(log);
    }

    @AfterEach
    void listen_no_more() {
        root.detachAppender(log);
    }

    @Test
    void logs_what_fails_and_leaves_it() {
        assertThat(template.request(
                                "direct:claim",
                                exchange -> exchange.getMessage().setBody(new Exception("broken")))
                        .getException())
                .isNull();

        assertThat(log.list).singleElement().satisfies(event -> {
            assertThat(event.getLevel()).isEqualTo(Level.ERROR);
            assertThat(event.getFormattedMessage()).isEqualTo("claim: broken");
        });
    }

    @Test
    void leaves_it_to_the_ledger_to_speak_of_its_trouble() {
        assertThat(template.request(
                                "direct:claim",
                                exchange -> exchange.getMessage().setBody(new LedgerException("disk full")))
                        .getException())
                .isNull();

        assertThat(log.list).isEmpty();
    }
}
