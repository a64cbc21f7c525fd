package io.jobrelay.camel.validation;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.jobrelay.account.Account;
import io.jobrelay.account.Signing;
import io.jobrelay.camel.config.ConfigSnapshot;
import io.jobrelay.camel.config.Snapshots;
import io.jobrelay.secrets.Secrets;
import io.jobrelay.watch.Pace;
import io.jobrelay.watch.Watch;
import java.net.URI;
import java.net.URLEncoder;
import java.time.Clock;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The previews of {@code check} print what routes take from properties, and of that no secret. */
class RequestPreviewTest {
    private static final String PROVIDER = "routes/providers/huawei-res-job.camel.yaml";
    private static final String CALLING = "routes/signing/call-provider.camel.yaml";
    private static final String ROUTER = "routes/router.camel.yaml";
    private static final String KEY = "Cnry/api \"key\"+1=";
    private static final String PASSWORD = "Cnry-password-2";
    private static final String ELSEWHERE = "Cnry-not-in-the-file-3";
    private static final Account ACCOUNT =
            new Account("zeta", URI.create("https://zeta.example"), Signing.NONE, Map.of(), 10, null, false);

    private static final Watch WATCH = new Watch(
            "huawei-res-job",
            "zeta",
            Map.of("project_id", "p", "job_id", "j"),
            Pace.DEFAULT,
            Map.of(),
            false,
            null,
            false);

    private final ConfigSnapshot shipped = ConfigSnapshot.read();

    @BeforeEach
    void set_what_is_in_no_file() {
        System.setProperty("zeta.elsewhere.access-token", ELSEWHERE);
    }

    @AfterEach
    void clear() {
        System.clearProperty("zeta.elsewhere.access-token");
    }

    @Test
    void a_secret_that_a_route_sends_is_masked_in_every_part_of_the_request() {
        String properties = """

                zeta.token={{env:PATH}}
                zeta.api-key=%s
                zeta.password=%s
                zeta.team=recsys
                """.formatted(KEY, PASSWORD);
        String encoded = URLEncoder.encode(KEY, UTF_8);
        String basic = Base64.getEncoder().encodeToString(("zeta:" + PASSWORD).getBytes(UTF_8));
        String headers = step("Authorization", "Bearer {{zeta.token}}")
                + step("X-Api-Token", "{{zeta.token}}")
                + step("X-Api-Key", "{{zeta.api-key}}")
                + step("X-Basic", "Basic " + basic)
                + step("X-Hex", HexFormat.of().formatHex(KEY.getBytes(UTF_8)))
                + step("X-Elsewhere", "a {{zeta.elsewhere.access-token}} b")
                + step("X-Team", "{{zeta.team}}");
        String route = text(PROVIDER).replace("/jobs/{job_id}", "/{{zeta.password}}/jobs/{job_id}?key=" + encoded)
                + "      - { name: method, value: POST }\n"
                + "      - { name: body, value: '{key: \"%s\"}' }\n".formatted(KEY.replace("\"", "\\\""));
        String calling = text(CALLING).replaceFirst("( +)- choice:\n", headers + "$1- choice:\n");
        ConfigSnapshot snapshot = with(ConfigSnapshot.PROPERTIES, text(ConfigSnapshot.PROPERTIES) + properties);
        snapshot = Snapshots.with(Snapshots.with(snapshot, PROVIDER, route), CALLING, calling);

        try (DryRun dryRun = trial(snapshot)) {
            RequestPreview.Request request =
                    new RequestPreview(dryRun).requests(WATCH, ACCOUNT).get(0);

            assertThat(request.toString()).doesNotContain("Cnry", encoded, basic, System.getenv("PATH"));
            assertThat(request.url()).isEqualTo("https://zeta.example/v1/p/***/jobs/j?key=***");
            assertThat(request.body()).isEqualTo("{\"key\":\"***\"}");
            assertThat(request.headers())
                    .contains(
                            new RequestPreview.Header("Authorization", "Bearer ***", false),
                            new RequestPreview.Header("X-Api-Token", "***", false),
                            new RequestPreview.Header("X-Api-Key", "***", false),
                            new RequestPreview.Header("X-Hex", "***", false),
                            new RequestPreview.Header("X-Elsewhere", "a *** b", false),
                            new RequestPreview.Header("X-Team", "recsys", false));
        }
    }

    @ParameterizedTest
    @EnumSource(
            names = {
                "BEARER",
                "HEADERS",
                "OAUTH2_CLIENT_CREDENTIALS",
                "PASSWORD_TOKEN",
                "GOOGLE_SERVICE_ACCOUNT",
                "KEYSTONE_TOKEN"
            })
    void the_request_of_an_account_without_keys_is_shown_with_masks_for_them(Signing signing) {
        Account account = new Account("zeta", ACCOUNT.endpoint(), signing, Map.of(), 10, null, false);

        try (DryRun dryRun = trial(shipped)) {
            List<RequestPreview.Request> requests = new RequestPreview(dryRun).requests(WATCH, account);

            boolean obtains = List.of(Signing.OAUTH2_CLIENT_CREDENTIALS, Signing.PASSWORD_TOKEN, Signing.KEYSTONE_TOKEN)
                    .contains(signing);
            assertThat(requests).hasSize(obtains ? 2 : 1);
            RequestPreview.Request last = requests.get(requests.size() - 1);
            assertThat(last.url()).isEqualTo("https://zeta.example/v1/p/jobs/j");
            assertThat(last.headers())
                    .contains(
                            switch (signing) {
                                case HEADERS -> new RequestPreview.Header("<header>", "***", false);
                                case KEYSTONE_TOKEN -> new RequestPreview.Header("X-Auth-Token", "***", false);
                                default -> new RequestPreview.Header("Authorization", "Bearer ***", false);
                            });
        }
    }

    @Test
    void a_secret_in_the_address_of_a_step_is_masked_where_the_router_is_explained() {
        String router = text(ROUTER).replaceFirst("(?m)^        - choice:\n", """
                        - to:
                            id: to-crm
                            uri: http://crm.invalid/{{zeta.password}}
                        - choice:
                """);
        ConfigSnapshot snapshot = Snapshots.with(
                with(ConfigSnapshot.PROPERTIES, text(ConfigSnapshot.PROPERTIES) + "\nzeta.password=" + PASSWORD + "\n"),
                ROUTER,
                router);

        try (DryRun dryRun = trial(snapshot)) {
            RoutingPreview preview = new RoutingPreview(dryRun);
            assertThat(preview.route(JsonNodeFactory.instance
                                    .objectNode()
                                    .put("specversion", "1.0")
                                    .put("subject", "s"))
                            .steps())
                    .filteredOn(step -> step.step().equals("to-crm"))
                    .extracting(RoutingPreview.Step::to)
                    .containsExactly("http://crm.invalid/***");
        }
    }

    private static String step(String header, String value) {
        return """
                        - setHeader:
                            name: %s
                            expression:
                              constant:
                                expression: "%s"
                """.formatted(header, value);
    }

    private static DryRun trial(ConfigSnapshot snapshot) {
        DryRun dryRun = new DryRun(snapshot, Map.of(), new Secrets(), Clock.systemUTC());
        assertThat(dryRun.problems()).isEmpty();
        return dryRun;
    }

    private String text(String file) {
        return shipped.text(file).orElseThrow();
    }

    private ConfigSnapshot with(String file, String text) {
        return Snapshots.with(shipped, file, text);
    }
}
