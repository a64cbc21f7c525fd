package io.jobrelay.cli;

import io.jobrelay.camel.config.ContextSettings;
import io.jobrelay.ledger.LedgerDatabase;
import io.jobrelay.settings.Settings;
import io.jobrelay.settings.Settings.HttpSettings;
import io.jobrelay.settings.Settings.LedgerSettings;
import io.jobrelay.trust.PlainLine;
import java.io.PrintWriter;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** Which running Jobrelay a command speaks to: that of this directory, or the one at a URL. */
final class ApiOptions {
    private static final String START = "start 'jobrelay run' here, or give --url";

    @Option(
            names = "--url",
            paramLabel = "URL",
            converter = UrlConverter.class,
            description = {
                "The Jobrelay to ask, such as http://127.0.0.1:8080; its token is read from the environment variable"
                        + " JOBRELAY_HTTP_TOKEN. Without it, the one that jobrelay.http.* of this directory say."
            })
    private @Nullable URI url;

    /** Does what only a Jobrelay that runs can do. */
    <T> T ask(Function<Api, T> question) {
        if (url != null) {
            return question.apply(elsewhere(url));
        }
        HttpSettings http = ContextSettings.read("jobrelay.http.").http();
        requireAddress(http);
        try {
            return question.apply(here(http));
        } catch (ApiException e) {
            throw e.reason() == ApiException.Reason.UNREACHABLE
                    ? new IllegalStateException(e.getMessage() + "; " + START, e)
                    : e;
        }
    }

    /** Asks one question for each id, and tells of those that are refused, which is the exit status. */
    int askEach(List<String> ids, BiConsumer<Api, String> question, PrintWriter err) {
        return ask(relay -> {
            int status = ExitStatus.OK;
            for (String id : ids) {
                try {
                    question.accept(relay, id);
                } catch (ApiException e) {
                    if (e.reason() != ApiException.Reason.NOT_FOUND && e.reason() != ApiException.Reason.CONFLICT) {
                        throw e;
                    }
                    err.println(PlainLine.of(id + ": " + e.getMessage()));
                    status = ExitStatus.FAILED;
                }
            }
            return status;
        });
    }

    /** Does what can be done without one too, on the ledger of this directory, while none runs or its API is off. */
    <T> T askOrLook(Function<Desk, T> question) {
        if (url != null) {
            return question.apply(new ApiDesk(elsewhere(url)));
        }
        Settings settings = ContextSettings.read("jobrelay.http.", "jobrelay.ledger.");
        LedgerSettings ledger = settings.ledger();
        HttpSettings http = settings.http();
        if (http.enabled() && http.port() != 0) {
            try {
                return question.apply(new ApiDesk(here(http)));
            } catch (ApiException e) {
                if (e.reason() != ApiException.Reason.UNREACHABLE) {
                    throw e;
                }
                LedgerDatabase.file(ledger).filter(file -> !Files.exists(file)).ifPresent(file -> {
                    throw new IllegalStateException(e.getMessage() + ", and there is no " + file + "; " + START, e);
                });
            }
        }
        try (LedgerDatabase database = LedgerDatabase.openBeside(ledger)) {
            return question.apply(new LedgerDesk(database));
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
    private static Api elsewhere(URI url) {
        return new Api(url, System.getenv("JOBRELAY_HTTP_TOKEN"));
    }

    private static Api here(HttpSettings http) {
        String host = http.host();
        if (host.equals("0.0.0.0")) {
            host = "127.0.0.1";
        } else if (host.contains(":")) {
            host = host.equals("::") ? "[::1]" : "[" + host + "]";
        }
        Api api = new Api(URI.create("http://" + host + ":" + http.port()), http.token());
        // Two directories that were never told of each other have the same port.
        return api.of(Path.of("").toAbsolutePath());
    }

    /** Reads the address of a server, without a path. */
    static final class UrlConverter implements ITypeConverter<URI> {
        @Override
        public URI convert(String value) {
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
}
