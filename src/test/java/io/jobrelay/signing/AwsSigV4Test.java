package io.jobrelay.signing;

import static io.jobrelay.signing.SampleRequests.request;
import static java.util.Objects.requireNonNull;
import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.jobrelay.job.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Amazon's published suite, and S1 to S7, made with botocore 1.43.107. */
class AwsSigV4Test {
    private static final Path SUITE = Path.of("src/test/resources/signing/aws-sigv4-suite.ndjson");
    private static final Instant NOW = Instant.parse("2026-01-02T03:04:05.678Z");
    private static final Credentials KEYS =
            new Credentials("AKIDEXAMPLEFAKE00001", "exampleFakeSecret/0000000000000000000000001", null);
    private static final Credentials TEMPORARY =
            new Credentials(KEYS.accessKey(), KEYS.secretKey(), "FwoGZXIvYXdzEXAMPLEtoken+/==");
    private static final String ARN = "arn%3Aaws%3Abedrock%3Aus-east-1%3A123456789012%3Amodel-customization-job%2F"
            + "amazon.titan-text-express-v1%3A0%3A8k%2Fabcdefghijkl";

    /** A case: its path is signed as it stands, encoded once, so it is taken for what is on the wire. */
    record Published(
            String name, JsonNode context, UnsignedRequest request, String canonical, String toSign, String signature) {
        @Override
        public String toString() {
            return name;
        }

        private Credentials credentials() {
            JsonNode given = context.path("credentials");
            boolean token =
                    given.has("token") && !context.path("omit_session_token").asBoolean();
            return new Credentials(
                    given.path("access_key_id").asText(),
                    given.path("secret_access_key").asText(),
                    token ? given.path("token").asText() : null);
        }
    }

    /** The suite has some paths unnormalised too, which is for S3. */
    static List<Published> published() throws IOException {
        return Files.readAllLines(SUITE).stream()
                .map(line -> published(Json.read(line, JsonNode.class)))
                .filter(each -> each.context().path("normalize").asBoolean())
                .toList();
    }

    private static Published published(JsonNode line) {
        String[] parts = line.path("request").asText().split("\n\n", 2);
        // A header's value goes on in lines that begin with a blank.
        List<String> head = List.of(parts[0].replaceAll("\n\\s+", " ").split("\n"));
        String[] first = head.get(0).split(" ", 2);
        String[] url = first[1].replaceFirst(" HTTP/1.1$", "").split("\\?", 2);
        String body = parts.length == 1 ? "" : parts[1];
        Map<String, String> headers = new HashMap<>();
        head.subList(1, head.size()).forEach(header -> {
            String[] pair = header.split(":", 2);
            headers.merge(pair[0].toLowerCase(Locale.ROOT), pair[1].strip(), (one, more) -> one + "," + more);
        });
        if (line.path("context").path("sign_body").asBoolean()) {
            headers.put("x-amz-content-sha256", Digests.sha256Hex(body));
        }
        return new Published(
                line.path("name").asText(),
                line.path("context"),
                new UnsignedRequest(
                        first[0],
                        url[0],
                        url.length == 1 ? "" : encoded(url[1]),
                        new TreeMap<>(headers),
                        Digests.utf8(body)),
                line.path("canonical").asText(),
                line.path("stringToSign").asText(),
                line.path("signature").asText());
    }

    /** The suite writes other scripts as they are. */
    private static String encoded(String query) {
        return query.codePoints()
                .mapToObj(Character::toString)
                .map(each -> each.codePointAt(0) > '~' ? PercentEncoding.encode(each) : each)
                .collect(joining());
    }

    @ParameterizedTest
    @MethodSource("published")
    void signs_as_amazons_suite_says(Published published) {
        AwsSigV4 signer = new AwsSigV4(
                published.context().path("region").asText(),
                published.context().path("service").asText());
        Instant now = Instant.parse(published.context().path("timestamp").asText());

        Map<String, String> added = signer.sign(published.request(), published.credentials(), now);
        Map<String, String> signed = new HashMap<>(added);
        signed.remove("authorization");
        CanonicalRequest canonical = AwsSigV4.canonicalRequest(published.request(), signed);

        assertThat(canonical.text()).isEqualTo(published.canonical());
        assertThat(signer.stringToSign(canonical, added.getOrDefault("x-amz-date", "")))
                .isEqualTo(published.toSign());
        assertThat(added.get("authorization")).endsWith(", Signature=" + published.signature());
    }

    @Test
    void the_suite_is_whole() throws IOException {
        assertThat(published()).hasSize(31);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            S1 | 1b1d4b4035fc88b5822bd28b1bdd70da6bae29d50ce71a7cb7ab61431c637ec3
            S2 | 0c28d06280a9c5a4853a9d04c8398574dc5cf225e574fb7300636a9d31c79ea6
            S3 | 4b31464d50fa98194fca2635e621132319d70237dbb2f465b570b1d4774da74a
            S4 | 327f8eddcfe94d94111ec3686caca21a2c0d4dd4ec0507d349700c6ecb6c9f98
            S5 | 36b1d82da7d60a49756b0d370c338ed365acdd7f180ac456cb44410375629347
            S6 | e1cdc342dc4e64b8633be7532bbcb10a85c66938f8517d1eb54ca26e304560be
            S7 | 57ee9d6aa3622da18943d90626820e21af6ca4ca6f47e0db9b43f98c9cc9fcd9
            """)
    void signs_as_botocore_does(String id, String signature) {
        String training = "{\"TrainingJobName\":\"demo-job-1\"}";
        String target = "SageMaker.DescribeTrainingJob";
        AwsSigV4 signer = switch (id) {
            case "S3" -> new AwsSigV4("eu-central-1", "batch");
            case "S4" -> new AwsSigV4("us-east-1", "glue");
            case "S5", "S6" -> new AwsSigV4("us-east-1", "bedrock");
            default -> new AwsSigV4("us-east-1", "sagemaker");
        };
        UnsignedRequest request = switch (id) {
            case "S3" ->
                request(
                        "POST",
                        "https://batch.eu-central-1.amazonaws.com/v1/describejobs",
                        Map.of("content-type", "application/json"),
                        "{\"jobs\":[\"876da822-4198-45f2-a252-6cea32512ea8\"]}");
            case "S4" ->
                target(
                        "https://glue.us-east-1.amazonaws.com/",
                        "AWSGlue.GetJobRun",
                        "{\"JobName\":\"nightly\",\"RunId\":\"jr_22222222222222222222\"}");
            case "S5" -> request("GET", "https://bedrock.us-east-1.amazonaws.com/model-customization-jobs/" + ARN);
            case "S6" ->
                request(
                        "GET",
                        "https://bedrock.us-east-1.amazonaws.com/model-customization-jobs"
                                + "?maxResults=50&statusEquals=InProgress&nextToken=a%2Bb%2Fc%3D%3D");
            case "S7" -> target("http://127.0.0.1:8080/", target, training);
            default -> target("https://api.sagemaker.us-east-1.amazonaws.com/", target, training);
        };

        String authorization = requireNonNull(
                signer.sign(request, id.equals("S2") ? TEMPORARY : KEYS, NOW).get("authorization"));

        assertThat(authorization)
                .startsWith("AWS4-HMAC-SHA256 Credential=AKIDEXAMPLEFAKE00001/20260102/")
                .endsWith(", Signature=" + signature);
    }

    @Test
    void leaves_unsigned_what_proxies_and_clients_change() {
        String signed = requireNonNull(new AwsSigV4("us-east-1", "batch")
                .sign(
                        request("GET", "https://h/", Map.of("user-agent", "jobrelay", "te", "x", "accept", "a"), ""),
                        TEMPORARY,
                        NOW)
                .get("authorization"));

        assertThat(Arrays.asList(signed.split(", ")))
                .contains("SignedHeaders=accept;host;x-amz-date;x-amz-security-token");
    }

    private static UnsignedRequest target(String url, String target, String body) {
        return request("POST", url, Map.of("content-type", "application/x-amz-json-1.1", "x-amz-target", target), body);
    }
}
