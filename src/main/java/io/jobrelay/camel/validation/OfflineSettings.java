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
import java.util.Map;

/** Settings of the same names and parameters, with which nothing is written but in one directory, and no request is sent. */
final class OfflineSettings {
    private static final URI NOWHERE = URI.create("https://provider.invalid");
    private static final double UNBOUNDED = 1_000_000;

    private OfflineSettings() {}

    static Settings of(Settings settings, Path directory) {
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
                settings.accounts().values().stream()
                        .map(OfflineSettings::anonymous)
                        .collect(toMap(Account::name, identity())),
                settings.destinations().values().stream()
                        .map(each -> new Destination(each.name(), false, each.target()))
                        .collect(toMap(Destination::name, identity())));
    }

    private static Account anonymous(Account account) {
        return new Account(account.name(), NOWHERE, Signing.NONE, Map.of(), UNBOUNDED, null, account.batchedPolls());
    }
}
