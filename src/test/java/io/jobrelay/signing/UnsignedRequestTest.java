package io.jobrelay.signing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class UnsignedRequestTest {

    @Test
    void keeps_its_own_copy_of_the_headers() {
        SortedMap<String, String> headers = new TreeMap<>(Map.of("host", "h"));
        UnsignedRequest request = new UnsignedRequest("GET", "/", "", headers, new byte[0]);

        headers.put("accept", "*/*");

        assertThat(request.headers()).containsOnlyKeys("host");
    }

    @Test
    void drops_blanks_around_header_values() {
        assertThat(request("/", "", "accept", " a  b\t").headers()).containsEntry("accept", "a  b");
    }

    @Test
    void shows_neither_headers_nor_body() {
        assertThat(request("/jobs", "a=1", "x-security-token", "hidden")).hasToString("GET /jobs");
    }

    @Test
    void refuses_what_cannot_go_on_the_wire() {
        assertRefused("jobs", "", "accept", "a", "path: starts with /, was jobs");
        assertRefused("", "", "accept", "a", "path: starts with /, was ");
        assertRefused("/", "?a=1", "accept", "a", "query: given without its ?, was ?a=1");
        assertRefused("/", "", "Accept", "a", "headers: names in lower case, was Accept");
        assertRefused("/", "", "accept", "a\nb", "headers: values without line breaks, accept has one");
        assertRefused("/", "", "accept", "a\rb", "headers: values without line breaks, accept has one");
        assertRefused("/", "", "host", " ", "headers: host is missing");
        assertRefused("/", "", "authorization", "a", "headers: authorization is there already");
    }

    private static void assertRefused(String path, String query, String header, String value, String message) {
        assertThatThrownBy(() -> request(path, query, header, value))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(message);
    }

    private static UnsignedRequest request(String path, String query, String header, String value) {
        SortedMap<String, String> headers = new TreeMap<>(Map.of("host", "h"));
        headers.put(header, value);
        return new UnsignedRequest("GET", path, query, headers, new byte[0]);
    }
}
