package io.jobrelay.api;

import io.jobrelay.httpclient.AddressRange;
import java.net.InetAddress;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** The address of a client, behind proxies that are trusted to forward it. */
final class ClientAddress {
    private static final Pattern WITH_PORT = Pattern.compile("\\[([^]]*)](?::\\d+)?|([0-9.]+):\\d+");

    private ClientAddress() {}

    /**
     * The peer, or if that is a trusted proxy, the last forwarded address that is not one as well. Anybody may have written
     * the addresses before that.
     *
     * @param forwarded the values of {@code X-Forwarded-For}, in their order
     */
    static String of(String peer, List<String> forwarded, List<AddressRange> proxies) {
        Optional<InetAddress> client = AddressRange.address(peer.replaceFirst("%.*", ""));
        String[] hops = String.join(",", forwarded).split(",", -1);
        for (int i = hops.length - 1;
                i >= 0 && client.filter(address -> isIn(proxies, address)).isPresent();
                i--) {
            Optional<InetAddress> hop =
                    AddressRange.address(WITH_PORT.matcher(hops[i].strip()).replaceFirst("$1$2"));
            if (hop.isEmpty()) {
                break;
            }
            client = hop;
        }
        return client.map(InetAddress::getHostAddress).orElse(peer);
    }

    private static boolean isIn(List<AddressRange> ranges, InetAddress address) {
        return ranges.stream().anyMatch(range -> range.contains(address.getAddress()));
    }
}
