package io.jobrelay.benchmark;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.JsonNode;
import io.jobrelay.signing.Acs3HmacSha256;
import io.jobrelay.signing.BceAuthV1;
import io.jobrelay.signing.Credentials;
import io.jobrelay.signing.RequestSigner;
import io.jobrelay.signing.SdkHmacSha256;
import io.jobrelay.signing.UnsignedRequest;
import java.net.URI;
import java.time.Instant;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;

/**
 * The provider APIs that are measured: one of each vendor that has a client of its own. A job is asked for by an id of 32
 * hexadecimal digits, and is in the first of its two states or in the other.
 */
enum Api {
    HUAWEI(
            "huawei-res-job",
            new SdkHmacSha256(),
            "GET",
            "/v1/b09d59c4e8724078a5e8efa65049e78f/jobs/%s",
            "",
            Map.of(),
            "",
            "{ project_id: b09d59c4e8724078a5e8efa65049e78f, job_id: \"%s\" }",
            "01-running.json",
            "d7a72d46599e4d32bc79efaf8041b6e5",
            "\"RUNNING\"",
            "\"running\""),
    ALIBABA(
            "alibaba-pai-dataset-job",
            new Acs3HmacSha256(() -> UUID.randomUUID().toString()),
            "GET",
            "/api/v1/datasets/d-rbvg5fake0jhc9ks92/datasetjobs/%s",
            "",
            Map.of("x-acs-action", "GetDatasetJob", "x-acs-version", "2021-02-04"),
            "",
            "{ DatasetId: d-rbvg5fake0jhc9ks92, DatasetJobId: \"%s\" }",
            "02-running.json",
            "no id in the reply",
            "\"Running\"",
            "\"Pending\""),
    BAIDU(
            "baidu-qianfan-import-task",
            new BceAuthV1(),
            "POST",
            "/v2/dataset",
            "Action=DescribeImportTask",
            Map.of("content-type", "application/json"),
            "{\"taskId\":\"%s\"}",
            "{ taskId: \"%s\" }",
            "02-importing-half-way.json",
            "no id in the reply",
            "\"Importing\"",
            "\"Preparing\"");

    /** Of no account anywhere. */
    static final Credentials KEYS = new Credentials("AKBENCHMARK", "secret-of-the-benchmark", null);

    final String id;

    @SuppressWarnings("ImmutableEnumChecker") // signers are
    final RequestSigner signer;

    final String method;
    final String query;

    @SuppressWarnings("ImmutableEnumChecker") // Map.of is
    final Map<String, String> headers;

    /** The documented reply that is given, and the id of its job in it. */
    final String reply;

    final String idInReply;
    /** The state in the reply, and the one that it changes with. */
    final String state;

    final String otherState;
    private final String path;
    private final String body;
    /** Quoted: the id of a job may have no letter in it, and is a text all the same. */
    private final String parameters;

    Api(
            String id,
            RequestSigner signer,
            String method,
            String path,
            String query,
            Map<String, String> headers,
            String body,
            String parameters,
            String reply,
            String idInReply,
            String state,
            String otherState) {
        this.id = id;
        this.signer = signer;
        this.method = method;
        this.path = path;
        this.query = query;
        this.headers = headers;
        this.body = body;
        this.parameters = parameters;
        this.reply = reply;
        this.idInReply = idInReply;
        this.state = state;
        this.otherState = otherState;
    }

    static String job(int number) {
        return "%032x".formatted(number);
    }

    /** The API that a path is of. */
    static Api of(String path) {
        return path.startsWith("/v1/") ? HUAWEI : path.startsWith("/api/") ? ALIBABA : BAIDU;
    }

    String path(String job) {
        return path.replace("%s", job);
    }

    byte[] body(String job) {
        return body.replace("%s", job).getBytes(UTF_8);
    }

    URI uri(URI provider, String job) {
        return URI.create(provider + path(job) + (query.isEmpty() ? "" : "?" + query));
    }

    /** The headers of a request, signed as of now. */
    SortedMap<String, String> signed(URI uri, byte[] body) {
        SortedMap<String, String> signed = new TreeMap<>(headers);
        signed.put("host", uri.getAuthority());
        UnsignedRequest request = new UnsignedRequest(method, uri.getPath(), query, signed, body);
        signed.putAll(signer.sign(request, KEYS, Instant.now()));
        return signed;
    }

    /** Where the three vendors put it. */
    static String state(JsonNode reply) {
        return requireNonNull(
                reply.at("/job/job_status").asText(null) != null
                        ? reply.at("/job/job_status").asText()
                        : reply.at("/result/importStatus")
                                .asText(reply.path("Status").asText()));
    }

    /** What the plain flows post: the little that they know. */
    static String event(String job, String state) {
        return "{\"job\":\"%s\",\"state\":\"%s\"}".formatted(job, state);
    }

    /** The watch of a job, as a watch file has it. */
    String watch(String job, String every) {
        return """
                - api: %s
                  account: cloud
                  parameters: %s
                  every: %s
                """.formatted(id, parameters.replace("%s", job), every);
    }
}
