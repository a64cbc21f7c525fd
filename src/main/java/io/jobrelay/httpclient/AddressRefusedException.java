package io.jobrelay.httpclient;

import java.net.InetAddress;
import java.net.UnknownHostException;

/** A host of a destination has an address that is not on the public Internet; nothing was sent. */
public final class AddressRefusedException extends UnknownHostException {
    private static final long serialVersionUID = 1L;

    AddressRefusedException(String host, InetAddress address, String use, String destination) {
        super(host + ": must have public addresses only, was " + address.getHostAddress() + " (" + use + "); set"
                + " jobrelay.destination." + destination + ".allow-private=true to send there all the same");
    }
}
