package io.jobrelay.httpclient;

import java.math.BigInteger;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The addresses that begin with the same bits, as CIDR notation has them.
 *
 * @param bits how many, at least one
 */
public record AddressRange(InetAddress first, int bits) {
    private static final Pattern LITERAL =
            Pattern.compile("((25[0-5]|2[0-4]\\d|1?\\d{1,2})(\\.(?!$)|$)){4}|[0-9A-Fa-f:][0-9A-Fa-f.]*:[0-9A-Fa-f:.]*");

    public AddressRange {
        if (bits < 1 || bits > first.getAddress().length * Byte.SIZE) {
            throw new IllegalArgumentException("bits of " + first + " must not be " + bits);
        }
    }

    /**
     * Reads {@code 10.1.0.0/16} or {@code fd00::/8}, or an address alone, which is a range of one.
     *
     * @throws IllegalArgumentException if it is none of these
     */
    public static AddressRange parse(String text) {
        String[] parts = text.split("/", 2);
        InetAddress first = address(parts[0]).orElseThrow(() -> new IllegalArgumentException("no address: " + text));
        return new AddressRange(
                first, parts.length == 1 ? first.getAddress().length * Byte.SIZE : Integer.parseInt(parts[1]));
    }

    /** The address that the text is; empty for a name, which is not looked up. */
    public static Optional<InetAddress> address(String text) {
        try {
            return LITERAL.matcher(text).matches() ? Optional.of(InetAddress.getByName(text)) : Optional.empty();
        } catch (UnknownHostException e) {
            return Optional.empty();
        }
    }

    /** True for one of these addresses. */
    public boolean contains(byte[] address) {
        byte[] prefix = first.getAddress();
        BigInteger difference = new BigInteger(prefix).xor(new BigInteger(address));
        return address.length == prefix.length
                && difference.shiftRight(prefix.length * Byte.SIZE - bits).signum() == 0;
    }
}
