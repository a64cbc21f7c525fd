package io.jobrelay.settings;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The rules for {@code jobrelay.ledger.url}. */
final class LedgerUrl {
    private static final Pattern FORM = Pattern.compile("jdbc:(sqlite:.+|postgresql://[^/?#@]+/[^/?#@]+(\\?[^#]*)?)");
    private static final Pattern CREDENTIALS = Pattern.compile("(?i)^jdbc:postgresql:.*[?&](user|password)=");
    /** A parameter may name other hosts than the address does. */
    private static final Pattern HOSTS = Pattern.compile("(?:^jdbc:postgresql://|[?&](?:host|PGHOST)=)([^/?&]*)");

    private static final Pattern SSLMODE = Pattern.compile("[?&]sslmode=([^&]*)");
    private static final Pattern SSL = Pattern.compile("[?&]ssl(?:=([^&]*))?(?=&|$)");
    private static final Set<String> ENCRYPTED = Set.of("require", "verify-ca", "verify-full");
    private static final Set<String> UNENCRYPTED = Set.of("disable", "allow", "prefer");

    /** A password in the URL would be shown wherever the URL is. */
    static final Rule<String> RULE = Rule.text(
            "jdbc:sqlite:<file>, or jdbc:postgresql://<host>[:<port>]/<database> without user and password,"
                    + " which are jobrelay.ledger.user and jobrelay.ledger.password",
            text -> FORM.matcher(text).matches() && !CREDENTIALS.matcher(text).find());

    private LedgerUrl() {}

    /**
     * The problem of a server beyond this machine that is spoken to in plain text. The driver takes the last of several values,
     * and of {@code ssl} only without {@code sslmode}; here each must do.
     */
    static Optional<String> unencrypted(String url) {
        boolean here = values(HOSTS, url)
                .flatMap(hosts -> Stream.of(hosts.split(",", -1)))
                .allMatch(host -> Settings.HttpSettings.isLoopback(host.replaceFirst(":\\d*$", "")));
        List<String> modes = values(SSLMODE, url).toList();
        List<String> ssl = values(SSL, url).toList();
        boolean encrypted =
                modes.isEmpty() ? !ssl.isEmpty() && Set.of("true", "").containsAll(ssl) : ENCRYPTED.containsAll(modes);
        if (here || encrypted) {
            return Optional.empty();
        }
        Optional<String> mode = modes.stream().filter(UNENCRYPTED::contains).findFirst();
        return Optional.of(
                "must have sslmode=verify-full, or at least sslmode=require, for a server beyond this machine, was "
                        + mode.map("'%s'"::formatted).orElse("none")
                        + "; write jdbc:postgresql://<host>/<database>?sslmode=verify-full&sslrootcert=<file>");
    }

    private static Stream<String> values(Pattern pattern, String url) {
        return pattern.matcher(url)
                .results()
                .map(found -> found.group(1) == null ? "" : found.group(1).toLowerCase(Locale.ROOT));
    }
}
