package io.jobrelay.sandbox;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;
import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.mapping;
import static java.util.stream.Collectors.toList;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import com.fasterxml.jackson.databind.JsonNode;
import io.jobrelay.job.Json;
import io.jobrelay.signing.Acs3HmacSha256;
import io.jobrelay.signing.BceAuthV1;
import io.jobrelay.signing.Credentials;
import io.jobrelay.signing.RequestSigner;
import io.jobrelay.signing.SdkHmacSha256;
import io.jobrelay.signing.SdkHmacSha256Scoped;
import io.jobrelay.signing.UnsignedRequest;
import io.jobrelay.testbed.MovableClock;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The seeds of this project, played to a client that signs with our signers. */
class SandboxProvidersTest {
    private static final String RES = "/v1/b09d59c4e8724078a5e8efa65049e78f/jobs/d7a72d46599e4d32bc79efaf8041b6e5";
    private static final String OTC =
            "/v2/0123456789abcdef0123456789abcdef/datasets/gfghHSokody6AJigS5A/sync-data/status";
    private static final String PAI = "/api/v1/datasets/d-rbvg5fake0jhc9ks92/datasetjobs/dsjob-9jx1fake0uj9e";
    private static final String PAI_QUERY = "DatasetVersion=v1&WorkspaceId=478";
    private static final String IMPORT = "{\"taskId\":\"task-4f1c2d7e9ab8\"}";

    private final MovableClock clock = new MovableClock(Instant.parse("2026-11-22T12:00:00Z"));
    private final HttpClient client = HttpClient.newHttpClient();
    private SandboxProviders providers;
    private int nonce;

    @BeforeEach
    void start() throws IOException {
        providers = SandboxProviders.start(Path.of("seeds"), clock, Duration.ofSeconds(30));
    }

    @AfterEach
    void stop() {
        providers.close();
    }

    @Test
    void plays_a_job_to_its_first_end() throws Exception {
        assertThat(json(ask("huawei", new SdkHmacSha256(), "GET", RES, "", "")))
                .isEqualTo(reply("huawei-res-job", "01-running.json"));
        clock.advance(Duration.ofSeconds(30));
        assertThat(json(ask("huawei", new SdkHmacSha256(), "GET", RES, "", "")))
                .isEqualTo(reply("huawei-res-job", "02-succeeded-documented.json"));
        clock.advance(Duration.ofSeconds(30));
        assertThat(json(ask("huawei", new SdkHmacSha256(), "GET", RES, "", "")))
                .isEqualTo(reply("huawei-res-job", "02-succeeded-documented.json"));

        assertThat(providers.journal())
                .extracting(SandboxProviders.Served::api, SandboxProviders.Served::reply)
                .containsExactly(
                        tuple("huawei-res-job", "01-running.json"),
                        tuple("huawei-res-job", "02-succeeded-documented.json"));
        assertThat(providers.accepted()).isEqualTo(3);
        assertThat(providers.refused()).isZero();
    }

    @Test
    void plays_every_api_to_its_documented_request() throws Exception {
        for (int poll = 0; poll < 5; poll++) {
            for (HttpResponse<String> response : List.of(
                    ask("alibaba", new Acs3HmacSha256(() -> "nonce-" + nonce++), "GET", PAI, PAI_QUERY, ""),
                    ask("baidu", new BceAuthV1(), "POST", "/v2/dataset", "Action=DescribeImportTask", IMPORT),
                    ask("huawei", new SdkHmacSha256(), "GET", RES, "", ""),
                    ask(
                            "octopus",
                            new SdkHmacSha256(),
                            "GET",
                            "/v1.0/087679f0aaxxxxxxxxxxxxxx2f5e902b/data/system-jobs",
                            "offset=0&limit=100",
                            ""),
                    ask("otc", new SdkHmacSha256Scoped(), "GET", OTC, "", ""))) {
                assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
            }
            clock.advance(Duration.ofSeconds(30));
        }

        Map<String, List<String>> played = providers.journal().stream()
                .collect(groupingBy(SandboxProviders.Served::api, mapping(SandboxProviders.Served::reply, toList())));
        assertThat(played)
                .containsOnlyKeys(
                        "alibaba-pai-dataset-job",
                        "baidu-qianfan-import-task",
                        "huawei-octopus-system-jobs",
                        "huawei-res-job",
                        "otc-modelarts-dataset-sync");
        played.forEach((api, replies) -> {
            assertThat(replies).as(api).isSorted();
            for (int i = 0; i < replies.size(); i++) {
                assertThat(ends(api, replies.get(i)))
                        .as("%s %s is an end", api, replies.get(i))
                        .isEqualTo(i == replies.size() - 1);
            }
        });
    }

    @ParameterizedTest
    @CsvSource({
        "alibaba, acs3-hmac-sha256,       400, SignatureDoesNotMatch",
        "baidu,   bce-auth-v1,            403, IamSignatureInvalid",
        "huawei,  sdk-hmac-sha256,        401, APIGW.0301",
        "octopus, sdk-hmac-sha256,        401, APIGW.0301",
        "otc,     sdk-hmac-sha256,        401, APIG.0301",
        "otc,     sdk-hmac-sha256-scoped, 401, APIG.0301",
    })
    void refuses_a_bad_signature_as_the_provider_documents_it(String account, String scheme, int status, String code)
            throws Exception {
        RequestSigner signer = SignatureVerifierTest.signers()
                .filter(any -> any.scheme().equals(scheme))
                .findFirst()
                .orElseThrow();
        Credentials keys = new Credentials(property(account, "access-key"), "not-the-secret-key", null);

        HttpResponse<String> response = ask(account, signer, keys, "GET", "/", "", "");

        assertThat(response.statusCode()).isEqualTo(status);
        assertThat(response.body()).contains('"' + code + '"');
        assertThat(providers.refused()).isEqualTo(1);
        assertThat(providers.journal()).isEmpty();
    }

    @Test
    void says_how_a_signed_request_differs_from_the_documented_one() throws Exception {
        assertNotFound(ask("huawei", new SdkHmacSha256(), "GET", RES + "0", "", ""), "path must be " + RES + ", was ");
        assertNotFound(ask("huawei", new SdkHmacSha256(), "POST", RES, "", ""), "method must be GET, was POST");
        assertNotFound(
                ask("alibaba", new Acs3HmacSha256(() -> "nonce-" + nonce++), "GET", PAI, "WorkspaceId=479", ""),
                "query DatasetVersion must be [v1], was null; query WorkspaceId must be [478], was [479]");
        assertNotFound(
                ask("baidu", new BceAuthV1(), "POST", "/v2/dataset", "Action=DescribeImportTask", "{}"),
                "body taskId must be [task-4f1c2d7e9ab8], was null");
        assertThat(providers.journal()).isEmpty();
    }

    private static void assertNotFound(HttpResponse<String> response, String difference) {
        assertThat(response.statusCode()).isEqualTo(404);
        assertThat(response.body()).contains(difference);
    }

    @Test
    void gives_a_token_that_opens_the_door_for_an_hour() throws Exception {
        HttpResponse<String> login = login(property("otc", "password"));
        assertThat(login.statusCode()).isEqualTo(201);
        assertThat(Json.MAPPER.readTree(login.body()).at("/token/expires_at").asText())
                .isEqualTo("2026-11-22T13:00:00Z");
        String token = login.headers().firstValue("X-Subject-Token").orElseThrow();

        assertThat(askWithToken(token)).isEqualTo(200);
        assertThat(askWithToken(token + "x")).isEqualTo(401);
        clock.advance(Duration.ofHours(1));
        assertThat(askWithToken(token)).isEqualTo(401);
        assertThat(login("not-the-password").statusCode()).isEqualTo(401);
    }

    @Test
    void says_what_a_folder_must_have_where_there_is_nothing_to_play(@TempDir Path empty) {
        assertThatThrownBy(() -> SandboxProviders.start(empty, clock, Duration.ofSeconds(1)))
                .hasMessageStartingWith("there is nothing to play in " + empty)
                .hasMessageContaining("watch.yaml");
        assertThatThrownBy(() -> SandboxProviders.start(empty.resolve("none"), clock, Duration.ofSeconds(1)))
                .hasMessageStartingWith("there is nothing to play in");
    }

    @Test
    void plays_a_new_folder_without_a_line_of_java(@TempDir Path seeds) throws Exception {
        Path folder = Files.createDirectories(seeds.resolve("acme-job"));
        Files.createDirectories(folder.resolve("replies"));
        Files.createDirectories(folder.resolve("records"));
        Files.writeString(folder.resolve("README.md"), "`GET /jobs/{id}?Action=Describe`, from its page.");
        Files.writeString(
                folder.resolve("watch.yaml"),
                "- {api: acme-job, account: acme, parameters: {id: a/b, types: [x, y]}, every: 1s..2s}");
        Files.writeString(folder.resolve("replies").resolve("01-done.json"), "{\"done\":true}");
        Files.writeString(folder.resolve("records").resolve("01-done.json"), "{\"terminal\":true}");
        providers.close();
        providers = SandboxProviders.start(seeds, clock, Duration.ofSeconds(1));

        HttpResponse<String> response =
                ask("acme", new SdkHmacSha256(), "GET", "/jobs/a%2Fb", "Action=Describe&types=x&types=y", "");

        assertThat(response.body()).isEqualTo("{\"done\":true}");
        assertThat(ask("acme", new SdkHmacSha256(), "GET", "/jobs/a%2Fb", "Action=Describe&types=x", "")
                        .statusCode())
                .isEqualTo(404);
        // No error is documented there.
        assertThat(client.send(
                                HttpRequest.newBuilder(URI.create(property("acme", "endpoint") + "/jobs/a"))
                                        .build(),
                                HttpResponse.BodyHandlers.ofString())
                        .statusCode())
                .isEqualTo(401);
    }

    private HttpResponse<String> ask(
            String account, RequestSigner signer, String method, String path, String query, String body)
            throws IOException, InterruptedException {
        Credentials keys = new Credentials(property(account, "access-key"), property(account, "secret-key"), null);
        return ask(account, signer, keys, method, path, query, body);
    }

    private HttpResponse<String> ask(
            String account,
            RequestSigner signer,
            Credentials keys,
            String method,
            String path,
            String query,
            String body)
            throws IOException, InterruptedException {
        URI uri = URI.create(property(account, "endpoint") + path + (query.isEmpty() ? "" : "?" + query));
        TreeMap<String, String> headers = new TreeMap<>(Map.of("host", uri.getRawAuthority()));
        if (!body.isEmpty()) {
            headers.put("content-type", "application/json");
        }
        UnsignedRequest unsigned = new UnsignedRequest(method, path, query, headers, body.getBytes(UTF_8));
        headers.putAll(signer.sign(unsigned, keys, clock.instant()));
        headers.remove("host");
        HttpRequest.Builder request = HttpRequest.newBuilder(uri)
                .method(
                        method,
                        body.isEmpty()
                                ? HttpRequest.BodyPublishers.noBody()
                                : HttpRequest.BodyPublishers.ofString(body));
        headers.forEach(request::header);
        return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    private int askWithToken(String token) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(URI.create(property("otc", "endpoint") + OTC))
                .header("X-Auth-Token", token)
                .build();
        return client.send(request, HttpResponse.BodyHandlers.discarding()).statusCode();
    }

    private HttpResponse<String> login(String password) throws IOException, InterruptedException {
        String body = """
                {"auth": {"identity": {"methods": ["password"], "password": {"user":
                  {"name": "%s", "password": "%s", "domain": {"name": "sandbox"}}}},
                  "scope": {"project": {"name": "sandbox"}}}}""".formatted(property("otc", "user"), password);
        HttpRequest request = HttpRequest.newBuilder(
                        URI.create(property("otc", "auth-url") + "/auth/tokens?nocatalog=true"))
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build();
        return client.send(request, HttpResponse.BodyHandlers.ofString());
    }

    private String property(String account, String name) {
        return requireNonNull(providers.properties().get("jobrelay.account." + account + "." + name));
    }

    private static JsonNode json(HttpResponse<String> response) throws IOException {
        return Json.MAPPER.readTree(response.body());
    }

    private static JsonNode reply(String api, String name) throws IOException {
        return Json.MAPPER.readTree(Path.of("seeds", api, "replies", name).toFile());
    }

    private static boolean ends(String api, String name) {
        try {
            JsonNode records =
                    Json.MAPPER.readTree(Path.of("seeds", api, "records", name).toFile());
            for (JsonNode record :
                    records.isArray() ? records : Json.MAPPER.createArrayNode().add(records)) {
                if (!record.path("terminal").asBoolean()) {
                    return false;
                }
            }
            return true;
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}
