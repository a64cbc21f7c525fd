package io.jobrelay.settings;

import io.jobrelay.settings.Settings.LedgerSettings;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Reads {@code jobrelay.ledger.*}. */
record LedgerReader(PropertyReader properties) {
    private static final String URL = "jobrelay.ledger.url";
    private static final Pattern FORM = Pattern.compile("jdbc:(sqlite:.+|postgresql://[^/?#@]+/[^/?#@]+(\\?[^#]*)?)");
    private static final Pattern CREDENTIALS = Pattern.compile("(?i)^jdbc:postgresql:.*[?&](user|password)=");
    /** A parameter may name other hosts than the address does. */
    private static final Pattern HOSTS = Pattern.compile("(?:^jdbc:postgresql://|[?&](?:host|PGHOST)=)([^/?&]*)");

    private static final Pattern SSLMODE = Pattern.compile("[?&]sslmode=([^&]*)");
    private static final Pattern SSL = Pattern.compile("[?&]ssl(?:=([^&]*))?(?=&|$)");
    private static final Set<String> ENCRYPTED = Set.of("require", "verify-ca", "verify-full");
    private static final Set<String> UNENCRYPTED = Set.of("disable", "allow", "prefer");

    /** A password in the URL would be shown wherever the URL is. */
    LedgerSettings read() {
        String url = properties.text(
                URL,
                "jdbc:sqlite:<file>, or jdbc:postgresql://<host>[:<port>]/<database> without user and password,"
                        + " which are jobrelay.ledger.user and jobrelay.ledger.password",
                text -> FORM.matcher(text).matches()
                        && !CREDENTIALS.matcher(text).find());
        requireEncryption(url);
        return new LedgerSettings(
                url,
                properties.text("jobrelay.ledger.user").orElse(null),
                properties.text("jobrelay.ledger.password").orElse(null));
    }

    /** The driver takes the last of several values, and of {@code ssl} only without {@code sslmode}; here each must do. */
    private void requireEncryption(String url) {
        boolean here = values(HOSTS, url).stream()
                .flatMap(hosts -> Stream.of(hosts.split(",", -1)))
                .allMatch(host -> HttpSettings.isLoopback(host.replaceFirst(":\\d*$", "")));
        List<String> modes = values(SSLMODE, url);
        List<String> ssl = values(SSL, url);
        boolean encrypted =
                modes.isEmpty() ? !ssl.isEmpty() && Set.of("true", "").containsAll(ssl) : ENCRYPTED.containsAll(modes);
        if (!here && !encrypted) {
            properties.problem(
                    URL,
                    "must have sslmode=verify-full, or at least sslmode=require, for a server beyond this machine, was %s;"
                                    .formatted(modes.stream()
                                            .filter(UNENCRYPTED::contains)
                                            .findFirst()
                                            .map("'%s'"::formatted)
                                            .orElse("none"))
                            + " write jdbc:postgresql://<host>/<database>?sslmode=verify-full&sslrootcert=<file>");
        }
    }

    private static List<String> values(Pattern pattern, String url) {
        return pattern.matcher(url)
                .results()
                .map(found -> found.group(1) == null ? "" : found.group(1).toLowerCase(Locale.ROOT))
                .toList();
    }
}
