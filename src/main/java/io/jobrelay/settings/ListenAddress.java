package io.jobrelay.settings;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;

/**
 * Where a part of Jobrelay listens.
 *
 * @param property the one that says the port
 * @param port 0 for any that is free
 */
public record ListenAddress(String property, String host, int port) {
    /**
     * Requires that all of these can be listened at. Another program may still take one before Jobrelay does.
     *
     * @throws PortInUseException naming each that cannot be, two of them that are the same as well
     */
    public static void requireFree(List<ListenAddress> addresses) {
        List<String> refused = new ArrayList<>();
        List<ServerSocket> held = new ArrayList<>();
        for (ListenAddress address : addresses) {
            try {
                held.add(new ServerSocket(address.port, 1, InetAddress.getByName(address.host)));
            } catch (IOException e) {
                refused.add(address.refused(e));
            }
        }
        try {
            for (ServerSocket socket : held) {
                socket.close();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        if (!refused.isEmpty()) {
            throw new PortInUseException(String.join("\n", refused));
        }
    }

    /** What there is to say where listening has failed after all. */
    public PortInUseException cannotListen(Throwable reason) {
        return new PortInUseException(refused(reason));
    }

    private String refused(Throwable reason) {
        return "%s: cannot listen at %s:%d (%s); stop the program that listens there, or set another port"
                .formatted(property, host, port, reason.getMessage());
    }
}
