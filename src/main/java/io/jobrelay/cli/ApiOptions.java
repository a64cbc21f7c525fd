package io.jobrelay.cli;

import io.jobrelay.api.ApiServer;
import io.jobrelay.camel.config.ContextSettings;
import io.jobrelay.ledger.Destinations;
import io.jobrelay.ledger.LedgerClock;
import io.jobrelay.ledger.LedgerDatabase;
import io.jobrelay.ledger.Nodes;
import io.jobrelay.settings.Settings;
import io.jobrelay.settings.Settings.HttpSettings;
import io.jobrelay.settings.Settings.LedgerSettings;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** Which Jobrelay a command asks: the one of this directory, or the one at a URL. */
final class ApiOptions {
    private static final String START = "start 'jobrelay run' here, or give --url";

    @Option(
            names = "--url",
            paramLabel = "URL",
            description = {
                "The Jobrelay to ask, such as http://127.0.0.1:8080; its token is read from the environment variable"
                        + " JOBRELAY_HTTP_TOKEN. Without it, the one that runs in this directory."
            })
    private @Nullable URI url;

    /** Asks the running Jobrelay. */
    <T> T askRunning(Function<AdminClient, T> question) {
        if (url != null) {
            return question.apply(remote(url));
        }
        HttpSettings http = ContextSettings.read("jobrelay.http.").http();
        requireAddress(http);
        try {
            return question.apply(local(http));
        } catch (ApiException e) {
            throw e.isUnreachable() ? new IllegalStateException(e.getMessage() + "; " + START, e) : e;
        }
    }

    /** Asks the running Jobrelay, or where none runs here or its API is off, the ledger of this directory. */
    <T> T ask(Function<AdminClient, T> question) {
        if (url != null) {
            return question.apply(remote(url));
        }
        Settings settings = ContextSettings.read("jobrelay.http.", "jobrelay.ledger.");
        LedgerSettings ledger = settings.ledger();
        HttpSettings http = settings.http();
        if (http.enabled() && http.port() != 0) {
            try {
                return question.apply(local(http));
            } catch (ApiException e) {
                if (!e.isUnreachable()) {
                    throw e;
                }
                LedgerDatabase.file(ledger).filter(file -> !Files.exists(file)).ifPresent(file -> {
                    throw new IllegalStateException(e.getMessage() + ", and there is no " + file + "; " + START, e);
                });
            }
        }
        return askLedger(ledger, question);
    }

    /** Serves the part of the API that needs nothing but the ledger, to this process alone. */
    private static <T> T askLedger(LedgerSettings settings, Function<AdminClient, T> question) {
        String token = UUID.randomUUID().toString();
        try (LedgerDatabase ledger = LedgerDatabase.openBeside(settings);
                ApiServer server = ApiServer.start(
                        new HttpSettings(true, "127.0.0.1", 0, token, List.of()),
                        ApiServer.ledgerResources(
                                ledger,
                                new Destinations(ledger, LedgerClock.of(ledger, Clock.systemUTC(), System::nanoTime)),
                                destination -> OptionalLong.empty(),
                                () -> Nodes.list(ledger)))) {
            return question.apply(new AdminClient(URI.create(server.url()), token));
        }
    }

    private static void requireAddress(HttpSettings http) {
        if (!http.enabled()) {
            throw new IllegalStateException("jobrelay.http.enabled=false: set it to true and start 'jobrelay run' here,"
                    + " or give --url of one that has an API");
        }
        if (http.port() == 0) {
            throw new IllegalStateException(
                    "jobrelay.http.port=0: give --url with the address that the running Jobrelay has logged");
        }
    }

    /** The token of this directory is for the Jobrelay of this directory alone. */
    private static AdminClient remote(URI url) {
        return new AdminClient(url, System.getenv("JOBRELAY_HTTP_TOKEN"));
    }

    private static AdminClient local(HttpSettings http) {
        String host = http.host();
        if (host.equals("0.0.0.0")) {
            host = "127.0.0.1";
        } else if (host.contains(":")) {
            host = host.equals("::") ? "[::1]" : "[" + host + "]";
        }
        // By default every directory has the same port.
        return new AdminClient(URI.create("http://" + host + ":" + http.port()), http.token())
                .of(Path.of("").toAbsolutePath());
    }

    /** Parses the address of a server, without a path. */
    static URI parseUrl(String value) {
        URI url = URI.create(value);
        if (!String.valueOf(url.getScheme()).matches("https?")
                || url.getHost() == null
                || url.getRawUserInfo() != null
                || url.getRawQuery() != null
                || url.getRawFragment() != null) {
            throw new TypeConversionException(
                    "must be http:// or https://, a host and maybe a port, such as http://127.0.0.1:8080");
        }
        return url;
    }
}
