package io.jobrelay.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.jobrelay.httpclient.AddressRange;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Whose request it is, behind proxies that are trusted, and behind others. */
class ClientAddressTest {
    private static final List<AddressRange> PROXIES = Stream.of("10.0.0.5", "10.1.0.0/17", "fd00::/8")
            .map(AddressRange::parse)
            .toList();

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                // without a header, or from somebody who is not trusted
                "10.0.0.5 | | 10.0.0.5",
                "203.0.113.1 | | 203.0.113.1",
                "203.0.113.1 | 203.0.113.9 | 203.0.113.1",
                "10.0.0.6 | 203.0.113.9 | 10.0.0.6",
                "10.1.128.0 | 203.0.113.9 | 10.1.128.0",
                // what a trusted proxy has written, and nothing before it
                "10.0.0.5 | 203.0.113.9 | 203.0.113.9",
                "10.1.127.255 | 198.51.100.1, 203.0.113.9 | 203.0.113.9",
                "10.0.0.5 | 198.51.100.1,203.0.113.9,10.1.0.1 ,fd00::1 | 203.0.113.9",
                "fd12::1%eth0 | 2001:db8::1 | 2001:db8:0:0:0:0:0:1",
                "::ffff:10.0.0.5 | 203.0.113.9 | 203.0.113.9",
                // all of them proxies: the first one
                "10.0.0.5 | 10.1.0.1, 10.1.0.2 | 10.1.0.1",
                // ports
                "10.0.0.5 | 203.0.113.9:4711 | 203.0.113.9",
                "10.0.0.5 | [2001:db8::1]:4711 | 2001:db8:0:0:0:0:0:1",
                "10.0.0.5 | [2001:db8::1] | 2001:db8:0:0:0:0:0:1",
                // no address: whoever passed it on
                "10.0.0.5 | unknown | 10.0.0.5",
                "10.0.0.5 | client.example, 10.1.0.1 | 10.1.0.1",
                "10.0.0.5 | 203.0.113.9, 999.1.1.1 | 10.0.0.5",
                "10.0.0.5 | , | 10.0.0.5"
            })
    void is_the_last_that_is_no_trusted_proxy(String peer, String forwarded, String client) {
        List<String> headers = forwarded == null ? List.of() : List.of(forwarded);

        assertThat(ClientAddress.of(peer, headers, PROXIES)).isEqualTo(client);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {"203.0.113.9 | 10.1.0.1 | 203.0.113.9", "198.51.100.1, 10.1.0.1 | 203.0.113.9 | 203.0.113.9"})
    void a_header_that_comes_twice_is_one_list(String first, String second, String client) {
        assertThat(ClientAddress.of("10.0.0.5", List.of(first, second), PROXIES))
                .isEqualTo(client);
    }
}
