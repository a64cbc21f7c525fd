package io.jobrelay.httpclient;

import java.util.List;
import java.util.Optional;

/**
 * A range of addresses that is not the public Internet: IANA's IPv4 and IPv6 special-purpose address registries, and
 * the one public address that a cloud gave to its own host.
 */
final class SpecialRange {
    private static final List<SpecialRange> ALL = List.of(
            new SpecialRange("0.0.0.0/8", "this network"),
            new SpecialRange("10.0.0.0/8", "private"),
            new SpecialRange("100.64.0.0/10", "carrier-grade NAT or cloud metadata"),
            new SpecialRange("127.0.0.0/8", "loopback"),
            new SpecialRange("168.63.129.16/32", "Azure's host"),
            new SpecialRange("169.254.0.0/16", "link-local or cloud metadata"),
            new SpecialRange("172.16.0.0/12", "private"),
            new SpecialRange("192.0.0.0/24", "protocol assignments"),
            new SpecialRange("192.0.2.0/24", "documentation"),
            new SpecialRange("192.88.99.0/24", "6to4 relay"),
            new SpecialRange("192.168.0.0/16", "private"),
            new SpecialRange("198.18.0.0/15", "benchmarking"),
            new SpecialRange("198.51.100.0/24", "documentation"),
            new SpecialRange("203.0.113.0/24", "documentation"),
            new SpecialRange("224.0.0.0/4", "multicast"),
            new SpecialRange("240.0.0.0/4", "reserved or broadcast"),
            new SpecialRange("::1/128", "loopback"),
            new SpecialRange("::/96", "IPv4-compatible"),
            new SpecialRange("64:ff9b:1::/48", "local NAT64"),
            new SpecialRange("2001::/23", "Teredo or protocol assignments"),
            new SpecialRange("2001:db8::/32", "documentation"),
            new SpecialRange("2002::/16", "6to4"),
            new SpecialRange("3fff::/20", "documentation"),
            new SpecialRange("fc00::/7", "unique local"),
            new SpecialRange("fe80::/10", "link-local"),
            new SpecialRange("ff00::/8", "multicast"));

    private static final SpecialRange GLOBAL_UNICAST = new SpecialRange("2000::/3", "global unicast");

    private final AddressRange range;
    private final String use;

    private SpecialRange(String range, String use) {
        this.range = AddressRange.parse(range);
        this.use = use;
    }

    /** What the range is for that the address is in; empty when it is public. */
    static Optional<String> use(byte[] address) {
        Optional<String> named = ALL.stream()
                .filter(special -> special.range.contains(address))
                .map(special -> special.use)
                .findFirst();
        boolean open = address.length == 4 || GLOBAL_UNICAST.range.contains(address);
        return named.isPresent() || open ? named : Optional.of("not global unicast");
    }
}
