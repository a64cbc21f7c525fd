package io.jobrelay.httpclient;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.Objects;
import java.util.Optional;
import org.apache.hc.client5.http.DnsResolver;

/**
 * Lets a destination be reached at public addresses only, so that a user who may write its URL cannot make Jobrelay call
 * the machines beside it. Asked at every connect, with the addresses that are then connected to: a name that changes
 * its address after registration, and a number such as {@code 2130706433}, are judged by what they come to.
 *
 * <p>Public is what the IANA special-purpose registries leave. A host with one refused address is refused whole.
 * NAT64 addresses of the well-known prefix are judged by the IPv4 address inside.
 */
public final class PublicAddresses implements DnsResolver {
    private static final byte[] NAT64 = {0, 0x64, (byte) 0xff, (byte) 0x9b, 0, 0, 0, 0, 0, 0, 0, 0};

    private final String destination;
    private final Lookup lookup;

    /** The addresses of a host, at least one. */
    @FunctionalInterface
    public interface Lookup {
        InetAddress[] addresses(String host) throws UnknownHostException;
    }

    /**
     * @param destination the name of the destination, for the message
     * @param lookup {@code InetAddress::getAllByName}, but for tests
     */
    public PublicAddresses(String destination, Lookup lookup) {
        this.destination = Objects.requireNonNull(destination, "destination is null");
        this.lookup = Objects.requireNonNull(lookup, "lookup is null");
    }

    /**
     * Gives the addresses of a host.
     *
     * @throws AddressRefusedException when one of them is not public
     */
    @Override
    public InetAddress[] resolve(String host) throws UnknownHostException {
        InetAddress[] addresses = lookup.addresses(host);
        for (InetAddress address : addresses) {
            Optional<String> use = specialUse(address);
            if (use.isPresent()) {
                throw new AddressRefusedException(host, address, use.get(), destination);
            }
        }
        return addresses;
    }

    @Override
    public String resolveCanonicalHostname(String host) {
        return host;
    }

    /** Java itself unwraps IPv4-mapped addresses. */
    private static Optional<String> specialUse(InetAddress address) {
        byte[] bytes = address.getAddress();
        boolean nat64 = bytes.length == 16 && Arrays.mismatch(bytes, NAT64) == NAT64.length;
        return SpecialRange.use(nat64 ? Arrays.copyOfRange(bytes, NAT64.length, bytes.length) : bytes);
    }
}
