package io.jobrelay.signing;

import static java.util.stream.Collectors.joining;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Requests full of what signers get wrong: blanks, reserved and unreserved marks, percent signs, other scripts, empty
 * segments and values, repeated names, ports. The same seed gives the same requests.
 */
final class RandomRequests {

    /** A request in decoded form, as vendors' signers take it, and {@link #unsigned} as ours do. */
    record RandomRequest(
            String method,
            String host,
            List<String> segments,
            Map<String, List<String>> parameters,
            SortedMap<String, String> headers,
            String body,
            Credentials credentials,
            Instant now,
            String nonce) {

        String decodedPath() {
            return "/" + String.join("/", segments);
        }

        String encodedPath() {
            return "/" + segments.stream().map(PercentEncoding::encode).collect(joining("/"));
        }

        /** The parameters, for vendors' signers that take one value per name. */
        Map<String, String> singleValues() {
            Map<String, String> single = new LinkedHashMap<>();
            parameters.forEach((name, values) -> single.put(name, values.get(0)));
            return single;
        }

        RandomRequest withSegments(UnaryOperator<String> change) {
            return with(segments.stream().map(change).toList(), parameters);
        }

        RandomRequest withNames(UnaryOperator<String> change) {
            Map<String, List<String>> changed = new LinkedHashMap<>();
            parameters.forEach((name, values) -> changed.put(change.apply(name), values));
            return with(segments, changed);
        }

        RandomRequest withoutRepeatedNames() {
            Map<String, List<String>> single = new LinkedHashMap<>();
            parameters.forEach((name, values) -> single.put(name, values.subList(0, 1)));
            return with(segments, single);
        }

        RandomRequest withHeader(String name, String value) {
            SortedMap<String, String> more = new TreeMap<>(headers);
            more.put(name, value);
            return new RandomRequest(method, host, segments, parameters, more, body, credentials, now, nonce);
        }

        private RandomRequest with(List<String> newSegments, Map<String, List<String>> newParameters) {
            return new RandomRequest(method, host, newSegments, newParameters, headers, body, credentials, now, nonce);
        }

        UnsignedRequest unsigned() {
            String query = parameters.entrySet().stream()
                    .flatMap(parameter -> parameter.getValue().stream().map(value -> pair(parameter.getKey(), value)))
                    .collect(joining("&"));
            return new UnsignedRequest(method, encodedPath(), query, headers, body.getBytes(StandardCharsets.UTF_8));
        }

        private static String pair(String name, String value) {
            String encoded = PercentEncoding.encode(name);
            return value.isEmpty() && name.length() % 2 == 0 ? encoded : encoded + "=" + PercentEncoding.encode(value);
        }
    }

    private static final String PLAIN = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
    private static final String MARKS = "-_.~ +*%/&=?#!'(),:;@$[]{}|\\^`\"<>";
    private static final List<String> OTHERS = List.of("é", "ß", "я", "中", "作业", "😀", "\uFFFD", "\u00A0", "\t");
    private static final List<String> HOSTS = List.of(
            "aiworkspace.cn-hangzhou.aliyuncs.com",
            "res.cn-north-4.myhuaweicloud.com",
            "qianfan.baidubce.com",
            "127.0.0.1:18080",
            "localhost:8443");

    private final RandomGenerator random;

    RandomRequests(long seed) {
        this.random = RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
    }

    Stream<RandomRequest> stream(int count) {
        return Stream.generate(this::next).limit(count);
    }

    private RandomRequest next() {
        String host = oneOf(HOSTS);
        SortedMap<String, String> headers = new TreeMap<>(Map.of("host", host));
        sometimes(() -> headers.put("content-type", "application/json; charset=utf-8"));
        sometimes(() -> headers.put("accept", "application/json"));
        sometimes(() -> headers.put("x-project-id", visible(32)));
        sometimes(() -> headers.put("x_" + visible(3).toLowerCase(Locale.ROOT), "with an underscore"));
        sometimes(() -> headers.put("x-acs-action", visible(12)));
        sometimes(() -> headers.put("x-acs-version", "2021-02-04"));
        sometimes(() -> headers.put("x-bce-a", "a  b;c/" + visible(4)));
        sometimes(() -> headers.put("x-bce-a-b", visible(8)));
        String method = oneOf(List.of("GET", "POST", "PUT", "DELETE"));
        return new RandomRequest(
                method,
                host,
                IntStream.range(0, random.nextInt(5))
                        .mapToObj(i -> text(random.nextInt(9)))
                        .toList(),
                parameters(),
                headers,
                method.startsWith("P") ? text(random.nextInt(60)) : "",
                new Credentials("AK" + visible(18), visible(40), random.nextInt(3) == 0 ? visible(60) + "+/==" : null),
                Instant.ofEpochSecond(random.nextLong(1_500_000_000L, 2_000_000_000L), random.nextInt(1_000_000_000)),
                visible(32));
    }

    private Map<String, List<String>> parameters() {
        Map<String, List<String>> parameters = new LinkedHashMap<>();
        for (int i = random.nextInt(6); i > 0; i--) {
            String name = random.nextInt(20) == 0 ? "Authorization" : text(1 + random.nextInt(6));
            List<String> values = new ArrayList<>();
            do {
                values.add(text(random.nextInt(12)));
            } while (random.nextInt(4) == 0);
            parameters.put(name, values);
        }
        return parameters;
    }

    private String text(int length) {
        return IntStream.range(0, length)
                .mapToObj(i -> switch (random.nextInt(6)) {
                    case 0, 1, 2 -> oneOf(PLAIN);
                    case 3, 4 -> oneOf(MARKS);
                    default -> oneOf(OTHERS);
                })
                .collect(joining());
    }

    private String visible(int length) {
        return IntStream.range(0, length).mapToObj(i -> oneOf(PLAIN)).collect(joining());
    }

    private String oneOf(String characters) {
        return String.valueOf(characters.charAt(random.nextInt(characters.length())));
    }

    private <T> T oneOf(List<T> values) {
        return values.get(random.nextInt(values.size()));
    }

    private void sometimes(Runnable action) {
        if (random.nextBoolean()) {
            action.run();
        }
    }
}
