import org.apache.camel.component.mock.MockComponent;
import org.apache.camel.component.mock.MockEndpoint;
import org.apache.camel.main.MainConfigurationProperties;
import org.apache.camel.spi.Registry;
import org.apache.camel.test.junit5.CamelContextConfiguration;
import org.apache.camel.test.main.junit5.CamelMainTestSupport;
import org.junit.jupiter.api.Test;

class RouterTest extends CamelMainTestSupport {
    @Override
    protected void configure(MainConfigurationProperties configuration) {
        configuration.withRoutesIncludePattern("file:../routes/router.camel.yaml");
    }

    /** The events come from the test, and each outbox is a mock. */
    @Override
    public void configureContext(CamelContextConfiguration configuration) {
        super.configureContext(configuration);
        configuration.replaceRouteFromWith("router", "direct:changes");
    }

    @Override
    protected void bindToRegistry(Registry registry) {
        registry.bind("outbox", new MockComponent());
    }

    @Test
    void a_job_that_failed_goes_to_the_queue_and_to_the_webhook() throws Exception {
        outbox("queue").expectedMessageCount(1);
        outbox("webhook").expectedMessageCount(1);

        change("{\"job\": {\"state\": \"FAILED\", \"terminal\": true}}");

        MockEndpoint.assertIsSatisfied(context);
    }

    @Test
    void a_job_that_runs_goes_to_the_file_alone() throws Exception {
        outbox("file").expectedMessageCount(1);
        outbox("queue").expectedMessageCount(0);
        outbox("webhook").expectedMessageCount(0);

        change("{\"job\": {\"state\": \"RUNNING\", \"terminal\": false}}");

        MockEndpoint.assertIsSatisfied(context);
    }

    private MockEndpoint outbox(String destination) {
        return context.getEndpoint("outbox:" + destination, MockEndpoint.class);
    }

    private void change(String data) {
        template.sendBody("direct:changes", "{\"data\": " + data + "}");
    }
}
