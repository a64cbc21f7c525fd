package io.jobrelay.settings;

import static java.util.stream.Collectors.toList;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The rules for {@code jobrelay.ledger.url}. */
final class LedgerUrl {
    private static final String FORM = "jdbc:(sqlite:.+|postgresql://[^/?#@]+/[^/?#@]+(\\?[^#]*)?)";
    private static final Pattern CREDENTIALS = Pattern.compile("(?i)^jdbc:postgresql:.*[?&](user|password)=");
    /** A parameter may name other hosts than the address does. */
    private static final Pattern HOSTS = Pattern.compile("(?:^jdbc:postgresql://|[?&](?:host|PGHOST)=)([^/?&]*)");

    private static final Pattern SSLMODE = Pattern.compile("[?&]sslmode=([^&]*)");
    private static final Pattern SSL = Pattern.compile("[?&]ssl(?:=|(?=&|$))([^&]*)");

    /** A password in the URL would be shown wherever the URL is. */
    static final Rule<String> RULE = Rule.of(
            "jdbc:sqlite:<file>, or jdbc:postgresql://<host>[:<port>]/<database> without user and password,"
                    + " which are jobrelay.ledger.user and jobrelay.ledger.password",
            text -> text,
            text -> text.matches(FORM) && !CREDENTIALS.matcher(text).find());

    private LedgerUrl() {}

    /**
     * What is wrong where a server beyond this machine is spoken to in plain text. The driver takes the last of several values,
     * and of {@code ssl} only without {@code sslmode}; here each must do.
     */
    static Optional<String> unencrypted(String url) {
        boolean here = values(HOSTS, url).stream()
                .flatMap(hosts -> Stream.of(hosts.split(",", -1)))
                .allMatch(host -> Settings.HttpSettings.isLoopback(host.replaceFirst(":\\d*$", "")));
        List<String> modes = values(SSLMODE, url);
        List<String> ssl = values(SSL, url);
        boolean encrypted = modes.isEmpty()
                ? !ssl.isEmpty() && Set.of("true", "").containsAll(ssl)
                : Set.of("require", "verify-ca", "verify-full").containsAll(modes);
        modes.retainAll(Set.of("disable", "allow", "prefer")); // anything else may be a secret
        String problem =
                "must have sslmode=verify-full, or at least sslmode=require, for a server beyond this machine, was %s;"
                        + " write jdbc:postgresql://<host>/<database>?sslmode=verify-full&sslrootcert=<file>";
        return here || encrypted
                ? Optional.empty()
                : Optional.of(problem.formatted(modes.isEmpty() ? "none" : "'" + modes.get(0) + "'"));
    }

    private static List<String> values(Pattern pattern, String url) {
        return pattern.matcher(url)
                .results()
                .map(found -> found.group(1).toLowerCase(Locale.ROOT))
                .collect(toList());
    }
}
