package io.jobrelay.settings;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Optional;
import java.util.regex.Pattern;

/** What this process is called among those that share its ledger. */
public final class NodeName {
    /** The property that says it; where nobody does it has a value all the same, for other properties to use. */
    public static final String KEY = "jobrelay.node";

    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9._-]{1,200}");

    private NodeName() {}

    static boolean isOne(String name) {
        return NAME.matcher(name).matches();
    }

    /** {@code <host>-<pid>} */
    public static String ofThisProcess() {
        String host = Optional.ofNullable(System.getenv("HOSTNAME")).orElseGet(NodeName::host);
        return "%s-%d"
                .formatted(
                        host.replaceAll("[^A-Za-z0-9._-]", "-"),
                        ProcessHandle.current().pid());
    }

    private static String host() {
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException e) {
            return "localhost";
        }
    }
}
