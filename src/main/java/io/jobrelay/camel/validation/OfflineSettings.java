package io.jobrelay.camel.validation;

import static java.util.function.Function.identity;
import static java.util.stream.Collectors.toMap;

import io.jobrelay.account.Account;
import io.jobrelay.account.Signing;
import io.jobrelay.settings.Destination;
import io.jobrelay.settings.Settings;
import io.jobrelay.settings.Settings.LedgerSettings;
import java.net.URI;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/** Settings of the same names and parameters, with which nothing is written but in one directory, and no request is sent. */
final class OfflineSettings {
    private static final URI NOWHERE = URI.create("https://provider.invalid");
    private static final double UNBOUNDED = 1_000_000;

    private OfflineSettings() {}

    /**
     * @param accounts further ones, by name: what only replays a reply needs no account of the user's
     */
    static Settings of(Settings settings, Path directory, Set<String> accounts) {
        Map<String, Account> all = new HashMap<>();
        accounts.forEach(name -> all.put(name, anonymous(name, false)));
        settings.accounts().forEach((name, account) -> all.put(name, anonymous(name, account.batchedPolls())));
        return new Settings(
                settings.instance(),
                settings.node(),
                settings.watches(),
                new LedgerSettings("jdbc:sqlite:" + directory.resolve("ledger.db")),
                settings.poll(),
                settings.delivery(),
                settings.http(),
                settings.retention(),
                settings.jobRetention(),
                settings.lookEvery(),
                all,
                settings.destinations().values().stream()
                        .map(each -> new Destination(each.name(), false, each.target()))
                        .collect(toMap(Destination::name, identity())));
    }

    private static Account anonymous(String name, boolean batchedPolls) {
        return new Account(name, NOWHERE, Signing.NONE, Map.of(), UNBOUNDED, null, batchedPolls);
    }
}
