package io.jobrelay.routes;

import static com.github.tomakehurst.wiremock.client.WireMock.any;
import static com.github.tomakehurst.wiremock.client.WireMock.anyRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.anyUrl;
import static com.github.tomakehurst.wiremock.core.WireMockConfiguration.wireMockConfig;
import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;

import com.github.tomakehurst.wiremock.client.ResponseDefinitionBuilder;
import com.github.tomakehurst.wiremock.junit5.WireMockExtension;
import com.github.tomakehurst.wiremock.verification.LoggedRequest;
import io.jobrelay.camel.provider.ProviderConfiguration;
import io.jobrelay.secrets.Secrets;
import io.jobrelay.settings.PropertyFile;
import io.jobrelay.settings.Settings;
import io.jobrelay.settings.SettingsReader;
import io.jobrelay.testbed.MovableClock;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.apache.camel.CamelContext;
import org.apache.camel.main.MainConfigurationProperties;
import org.apache.camel.test.main.junit5.CamelMainTestSupport;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * Tests route files as they stand in {@code routes/}, with the beans that they name, and WireMock in the provider's place.
 * Each test has a Camel context of its own.
 */
abstract class RouteTestSupport extends CamelMainTestSupport {
    @RegisterExtension
    static final WireMockExtension provider = WireMockExtension.newInstance()
            .options(wireMockConfig().dynamicPort())
            .build();

    final MovableClock clock = new MovableClock(Instant.parse("2026-11-22T10:00:00Z"));
    final Secrets secrets = new Secrets();
    private final String files;
    Settings settings;
    ProviderConfiguration beans;

    /**
     * @param files of the routes, as Camel takes them
     */
    RouteTestSupport(String files) {
        this.files = files;
    }

    /** The properties of the accounts; the provider runs already. */
    abstract Map<String, String> accounts();

    @Override
    protected void configure(MainConfigurationProperties configuration) {
        configuration.withRoutesIncludePattern(files);
    }

    /** Not the properties of this installation, which open its management port. */
    @Override
    protected String getPropertyPlaceholderLocations() {
        return "false";
    }

    @Override
    protected CamelContext createCamelContext() throws Exception {
        CamelContext created = super.createCamelContext();
        Map<String, String> properties = accounts();
        String text = properties.keySet().stream().map(key -> key + "=").collect(joining("\n"));
        settings = new SettingsReader(
                        PropertyFile.of("test", text), key -> Optional.ofNullable(properties.get(key)), secrets)
                .read();
        beans = new ProviderConfiguration(created, () -> settings, secrets, clock);
        return created;
    }

    /** The provider gives this reply to whatever it is asked. */
    static void replies(ResponseDefinitionBuilder reply) {
        provider.stubFor(any(anyUrl()).willReturn(reply));
    }

    /** The one request that the provider got. */
    static LoggedRequest request() {
        List<LoggedRequest> requests = provider.findAll(anyRequestedFor(anyUrl()));
        assertThat(requests).hasSize(1);
        return requests.get(0);
    }

    /** Its headers but those that every HTTP client sends, their names in lower case. */
    static Map<String, String> ownHeaders(LoggedRequest request) {
        assertThat(request.getHeader("User-Agent")).startsWith("jobrelay");
        Map<String, String> headers = new TreeMap<>();
        request.getAllHeaderKeys().forEach(name -> headers.put(name.toLowerCase(Locale.ROOT), request.getHeader(name)));
        headers.keySet().removeAll(Set.of("host", "connection", "user-agent", "accept-encoding"));
        return headers;
    }
}
