package io.jobrelay.camel.reload;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.post;
import static com.github.tomakehurst.wiremock.client.WireMock.postRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.unauthorized;
import static com.github.tomakehurst.wiremock.client.WireMock.urlEqualTo;
import static io.jobrelay.testbed.StubServer.running;
import static org.assertj.core.api.Assertions.assertThat;

import com.github.tomakehurst.wiremock.client.ResponseDefinitionBuilder;
import com.github.tomakehurst.wiremock.http.Fault;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A poll that fails while its routes are replaced fails like any other; only one that the edit itself ends says so. */
@Timeout(120)
class FailuresDuringEditsIT {
    private static final String POLLING = "routes/poll.camel.yaml";
    private static final String PROPERTIES = "application.properties";
    private static final String LOGIN = "/v3/auth/tokens?nocatalog=true";
    private static final String CUT = "was cut short";

    @TempDir
    private Path directory;

    private EditedInstallation jobrelay;

    @BeforeEach
    void start() throws IOException {
        jobrelay = new EditedInstallation(directory);
    }

    @AfterEach
    void stop() {
        jobrelay.close();
    }

    /** So slow that one is under way when the routes are replaced, and so quick that they wait for it. */
    @Test
    void a_failure_of_the_network_is_one_of_the_provider() {
        jobrelay.cloud().jobs(aResponse().withFixedDelay(1_000).withFault(Fault.CONNECTION_RESET_BY_PEER));
        await("account=cloud kind=UNAVAILABLE");

        jobrelay.take(POLLING, text -> text + "# An edit.\n");

        assertThat(jobrelay.log()).doesNotContain(CUT);
    }

    @Test
    void a_login_that_is_refused_is_a_failure_of_the_account() {
        logIn(unauthorized().withFixedDelay(1_000));
        await("account=login kind=UNAUTHENTICATED");

        jobrelay.take(POLLING, text -> text + "# An edit.\n");

        assertThat(jobrelay.log()).doesNotContain(CUT);
    }

    @Test
    void a_request_that_the_edit_cuts_is_no_failure() {
        jobrelay.cloud().jobs(running().withFixedDelay(60_000));
        int asked = jobrelay.asked("v1", "a");
        jobrelay.soon().until(() -> jobrelay.asked("v1", "a") > asked);

        jobrelay.take(PROPERTIES, text -> text.replace("poll.timeout=30s", "poll.timeout=40s"));

        await(CUT);
        assertThat(jobrelay.log()).doesNotContain("kind=");
    }

    @Test
    void a_login_that_the_edit_cuts_is_no_failure() {
        logIn(unauthorized().withFixedDelay(60_000));
        jobrelay.soon()
                .until(() -> !jobrelay.cloud()
                        .findAll(postRequestedFor(urlEqualTo(LOGIN)))
                        .isEmpty());

        jobrelay.take(PROPERTIES, text -> text.replace("poll.timeout=30s", "poll.timeout=40s"));

        await(CUT);
        assertThat(jobrelay.log()).doesNotContain("kind=");
    }

    /** Adds an account whose logins are answered so, and a watch that needs one. */
    private void logIn(ResponseDefinitionBuilder answer) {
        jobrelay.cloud().stubFor(post(LOGIN).willReturn(answer));
        jobrelay.take(PROPERTIES, text -> text + """

                jobrelay.account.login.endpoint=%1$s
                jobrelay.account.login.signing=keystone-token
                jobrelay.account.login.auth-url=%1$s/v3
                jobrelay.account.login.user=u
                jobrelay.account.login.password=a-password
                jobrelay.account.login.domain=d
                jobrelay.account.login.project=p
                """.formatted(jobrelay.cloud().baseUrl()));
        jobrelay.watch(
                "login.yaml",
                EditedInstallation.item("huawei-res-job", "login").replace("account: cloud", "account: login"));
    }

    private void await(String message) {
        jobrelay.soon().until(() -> jobrelay.log().contains(message));
    }
}
