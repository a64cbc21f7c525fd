package io.jobrelay.camel;

import static java.util.Objects.requireNonNullElse;

import io.jobrelay.camel.config.ContextSettings;
import io.jobrelay.settings.ListenAddress;
import io.jobrelay.settings.PortInUseException;
import io.jobrelay.settings.Settings.HttpSettings;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import org.apache.camel.main.HttpManagementServerConfigurationProperties;
import org.apache.camel.main.MainConfigurationProperties;
import org.apache.camel.spi.Registry;

/**
 * Camel's management port, which tells health and metrics and nothing else, on this machine only. Camel itself would
 * listen everywhere, and can be told to let anybody load routes into the running program; the password that it can ask for
 * has known ways around it (CVE-2026-40022, CVE-2026-66908).
 */
final class ManagementPort implements AutoCloseable {
    static final String HOST = "camel.management.host";
    static final String THIS_MACHINE = "127.0.0.1";
    private static final String PORT = "camel.management.port";

    private final ListenAddress address;
    private final AtomicReference<Throwable> failure = new AtomicReference<>();
    private final Vertx network = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(1));

    /** Gives Camel's server a network that notes what fails in it: Camel itself would run on where it cannot listen. */
    ManagementPort(ListenAddress address, Registry registry) {
        this.address = address;
        network.exceptionHandler(failure::set);
        registry.bind("management-network", network);
    }

    /** Where the properties say that it is; empty where it is switched off, or Camel will refuse what they say. */
    static Optional<ListenAddress> address(Function<String, Optional<String>> properties) {
        return properties
                .apply(ContextSettings.MANAGEMENT)
                .filter("true"::equals)
                .map(enabled -> properties.apply(PORT).orElse("9876"))
                .filter(port -> port.matches("\\d{1,5}"))
                .map(port ->
                        new ListenAddress(PORT, properties.apply(HOST).orElse(THIS_MACHINE), Integer.parseInt(port)));
    }

    /**
     * Requires that Camel's server, once it is started, listens.
     *
     * @throws PortInUseException if another program was faster
     */
    void requireListening() {
        CompletableFuture<Void> noted = new CompletableFuture<>();
        network.runOnContext(nothing -> noted.complete(null)); // on its one thread, behind what has failed
        noted.join();
        network.exceptionHandler(null);
        Throwable refused = failure.get();
        if (refused != null) {
            throw address.cannotListen(requireNonNullElse(refused.getCause(), refused));
        }
    }

    @Override
    public void close() {
        network.close();
    }

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
                    + "'; put a proxy that asks for a password in front of it, since Camel's own can be bypassed");
        }
        options(server).forEach((option, open) -> {
            if (open) {
                reasons.add("camel.management." + option
                        + ": must be false, was true; the port would give access to the program");
            }
        });
        if (!reasons.isEmpty()) {
            throw new IllegalStateException(String.join("\n", reasons));
        }
    }

    private static Map<String, Boolean> options(HttpManagementServerConfigurationProperties server) {
        Map<String, Boolean> options = new LinkedHashMap<>();
        options.put("dev-console-enabled", server.isDevConsoleEnabled());
        options.put("download-enabled", server.isDownloadEnabled());
        options.put("info-enabled", server.isInfoEnabled());
        options.put("jolokia-enabled", server.isJolokiaEnabled());
        options.put("send-enabled", server.isSendEnabled());
        options.put("upload-enabled", server.isUploadEnabled());
        return options;
    }
}
