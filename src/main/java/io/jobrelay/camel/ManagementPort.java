package io.jobrelay.camel;

import io.jobrelay.settings.HttpSettings;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.camel.main.HttpManagementServerConfigurationProperties;
import org.apache.camel.main.MainConfigurationProperties;

/**
 * Camel's management port, which tells health and metrics and nothing else, on this machine only. Camel itself would
 * listen everywhere, and can be told to let anybody load routes into the running program; the password that it can ask for
 * has known ways around it (CVE-2026-40022, CVE-2026-66908).
 */
final class ManagementPort {
    static final String HOST = "camel.management.host";
    static final String THIS_MACHINE = "127.0.0.1";

    private ManagementPort() {}

    /**
     * Refuses a port that gives away more than it should, before it is opened.
     *
     * @throws IllegalStateException with every reason, and what to do
     */
    static void refuseWhatIsOpen(MainConfigurationProperties configuration) {
        if (!configuration.hasHttpManagementServerConfiguration()) {
            return;
        }
        HttpManagementServerConfigurationProperties server = configuration.httpManagementServer();
        if (!server.isEnabled()) {
            return;
        }
        List<String> reasons = new ArrayList<>();
        if (!HttpSettings.isLoopback(server.getHost())) {
            reasons.add(HOST + ": must be " + THIS_MACHINE + ", was '" + server.getHost()
                    + "'; put a proxy that asks for a password in front of it, since Camel's own can be walked around");
        }
        doors(server).forEach((option, open) -> {
            if (open) {
                reasons.add("camel.management." + option
                        + ": must be false, was true; whoever reaches the port would get into the program");
            }
        });
        if (!reasons.isEmpty()) {
            throw new IllegalStateException(String.join("\n", reasons));
        }
    }

    private static Map<String, Boolean> doors(HttpManagementServerConfigurationProperties server) {
        Map<String, Boolean> doors = new LinkedHashMap<>();
        doors.put("dev-console-enabled", server.isDevConsoleEnabled());
        doors.put("download-enabled", server.isDownloadEnabled());
        doors.put("info-enabled", server.isInfoEnabled());
        doors.put("jolokia-enabled", server.isJolokiaEnabled());
        doors.put("send-enabled", server.isSendEnabled());
        doors.put("upload-enabled", server.isUploadEnabled());
        return doors;
    }
}
