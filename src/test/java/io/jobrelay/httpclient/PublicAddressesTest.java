package io.jobrelay.httpclient;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The resolver is a function here; the addresses are literals, which Java parses without asking anyone. */
class PublicAddressesTest {

    @ParameterizedTest
    @CsvSource({
        "0.0.0.0, this network",
        "0.255.255.255, this network",
        "10.0.0.0, private",
        "10.255.255.255, private",
        "100.64.0.0, carrier-grade NAT or cloud metadata",
        "100.100.100.200, carrier-grade NAT or cloud metadata",
        "100.127.255.255, carrier-grade NAT or cloud metadata",
        "127.0.0.1, loopback",
        "127.255.255.254, loopback",
        "168.63.129.16, Azure's host",
        "169.254.0.0, link-local or cloud metadata",
        "169.254.169.254, link-local or cloud metadata",
        "172.16.0.0, private",
        "172.31.255.255, private",
        "192.0.0.192, protocol assignments",
        "192.0.2.1, documentation",
        "192.88.99.1, 6to4 relay",
        "192.168.0.0, private",
        "192.168.255.255, private",
        "198.18.0.0, benchmarking",
        "198.19.255.255, benchmarking",
        "198.51.100.1, documentation",
        "203.0.113.255, documentation",
        "224.0.0.1, multicast",
        "239.255.255.255, multicast",
        "240.0.0.1, reserved or broadcast",
        "255.255.255.255, reserved or broadcast",
        "::, IPv4-compatible",
        "::1, loopback",
        "::127.0.0.1, IPv4-compatible",
        "::8.8.8.8, IPv4-compatible",
        "::ffff:127.0.0.1, loopback",
        "::ffff:169.254.169.254, link-local or cloud metadata",
        "::ffff:0:127.0.0.1, not global unicast",
        "64:ff9b::10.0.0.1, private",
        "64:ff9b::7f00:1, loopback",
        "64:ff9b:1::8.8.8.8, local NAT64",
        "100::1, not global unicast",
        "2001::1, Teredo or protocol assignments",
        "2001:0:4136:e378:8000:63bf:3fff:fdd2, Teredo or protocol assignments",
        "2001:1ff:ffff::, Teredo or protocol assignments",
        "2001:db8::1, documentation",
        "2002:7f00:1::, 6to4",
        "2002:808:808::1, 6to4",
        "3fff:fff:ffff::, documentation",
        "4000::1, not global unicast",
        "5f00::1, not global unicast",
        "fc00::1, unique local",
        "fd00:ec2::254, unique local",
        "fe80::1, link-local",
        "febf::1, link-local",
        "fec0::1, not global unicast",
        "ff02::1, multicast",
    })
    void refuses_an_address_that_is_not_public(String address, String use) throws Exception {
        assertThatThrownBy(() -> resolving(address).resolve("hooks.example.com"))
                .isInstanceOf(AddressRefusedException.class)
                .hasMessageContaining(InetAddress.getByName(address).getHostAddress() + " (" + use + ")");
    }

    @ParameterizedTest
    @ValueSource(strings = {"2130706433", "127.1", "010.0.0.1", "[::1]"})
    void refuses_a_number_by_the_address_it_comes_to(String host) {
        assertThatThrownBy(() -> new PublicAddresses("alerts", InetAddress::getAllByName).resolve(host))
                .isInstanceOf(AddressRefusedException.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "1.1.1.1",
                "9.255.255.255",
                "11.0.0.0",
                "100.63.255.255",
                "100.128.0.0",
                "126.255.255.255",
                "128.0.0.0",
                "168.63.129.15",
                "172.15.255.255",
                "172.32.0.0",
                "192.0.1.0",
                "192.167.255.255",
                "192.169.0.0",
                "198.17.255.255",
                "198.20.0.0",
                "223.255.255.255",
                "::ffff:8.8.8.8",
                "64:ff9b::8.8.8.8",
                "2001:200::1",
                "2001:db7::1",
                "2003::1",
                "2a00:1450:4001::1",
                "3fff:1000::1",
            })
    void gives_a_public_address_on(String address) throws Exception {
        assertThat(resolving(address).resolve("hooks.example.com")).containsExactly(InetAddress.getByName(address));
    }

    @Test
    void refuses_a_host_that_has_one_private_address_among_public_ones() {
        assertThatThrownBy(() -> resolving("1.1.1.1", "192.168.0.7").resolve("hooks.example.com"))
                .isInstanceOf(AddressRefusedException.class);
    }

    @Test
    void says_which_address_of_which_host_is_refused_and_which_setting_allows_it() {
        assertThatThrownBy(() -> resolving("10.1.2.3").resolve("hooks.example.com"))
                .hasMessage("hooks.example.com: must have public addresses only, was 10.1.2.3 (private); set"
                        + " jobrelay.destination.alerts.allow-private=true to send there all the same");
    }

    @Test
    void asks_at_every_connect_so_that_a_rebound_name_is_refused() throws Exception {
        List<String> now = new ArrayList<>(List.of("1.1.1.1"));
        PublicAddresses addresses = new PublicAddresses("alerts", host -> all(now.toArray(String[]::new)));
        assertThat(addresses.resolve("hooks.example.com")).hasSize(1);

        now.set(0, "127.0.0.1");

        assertThatThrownBy(() -> addresses.resolve("hooks.example.com")).isInstanceOf(AddressRefusedException.class);
    }

    private static PublicAddresses resolving(String... addresses) {
        return new PublicAddresses("alerts", host -> all(addresses));
    }

    private static InetAddress[] all(String... literals) throws UnknownHostException {
        InetAddress[] addresses = new InetAddress[literals.length];
        for (int i = 0; i < literals.length; i++) {
            addresses[i] = InetAddress.getByName(literals[i]);
        }
        return addresses;
    }
}
