package io.jobrelay.camel.reload;

import io.jobrelay.camel.config.ConfigSnapshot;
import io.jobrelay.camel.config.LiveProperties;
import io.jobrelay.camel.destination.DestinationConfiguration;
import io.jobrelay.camel.provider.ProviderConfiguration;
import io.jobrelay.camel.validation.RouteFile;
import io.jobrelay.settings.Settings;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * What has to be replaced for an edit: the route files that were edited, and those whose routes were built with something
 * that is another now: a mapping, a property, a policy, a template, a bean. A route too many costs a moment; one too few would
 * go on with what is no longer there.
 *
 * @param files route files, by path
 * @param destinations those that are opened anew
 * @param client true if the client of providers is another
 */
record ReloadPlan(
        ConfigSnapshot before,
        ConfigSnapshot after,
        Settings settingsBefore,
        Settings settingsAfter,
        Set<String> files,
        Set<String> destinations,
        boolean client) {

    /**
     * Makes the plan.
     *
     * @param reads what the routes of each file of the snapshot behind the edit were built with
     */
    static ReloadPlan of(
            LiveProperties live,
            ConfigSnapshot before,
            ConfigSnapshot after,
            Settings settingsBefore,
            Settings settingsAfter,
            Map<String, Set<String>> reads) {
        Set<String> destinations = DestinationConfiguration.differences(settingsBefore, settingsAfter);
        boolean client = !settingsBefore.poll().equals(settingsAfter.poll());
        Set<String> names = new HashSet<>(client ? Set.of(ProviderConfiguration.CLIENT) : Set.of());
        destinations.forEach(name -> names.addAll(DestinationConfiguration.beans(name)));
        Set<String> changed = before.differences(after);
        changed.addAll(
                LiveProperties.differences(live.effective(before.properties()), live.effective(after.properties())));
        destinations.forEach(name -> changed.add("outbox:" + name));
        return new ReloadPlan(
                before,
                after,
                settingsBefore,
                settingsAfter,
                files(before, after, changed, names, reads),
                destinations,
                client);
    }

    /** The route files that were built with something of the changed, or name something of the names, or of what such a file gives. */
    static Set<String> files(
            ConfigSnapshot before,
            ConfigSnapshot after,
            Set<String> changed,
            Set<String> names,
            Map<String, Set<String>> reads) {
        Set<String> files = new TreeSet<>();
        changed.stream().filter(ConfigSnapshot::isRoute).forEach(files::add);
        reads.forEach((file, read) -> {
            if (read.stream().anyMatch(changed::contains)) {
                files.add(file);
            }
        });
        List<RouteFile> all = Stream.of(before, after)
                .map(RouteFile::all)
                .flatMap(Collection::stream)
                .toList();
        Set<String> given = new HashSet<>(names);
        int size;
        do {
            size = files.size();
            all.stream().filter(file -> files.contains(file.name())).forEach(file -> given.addAll(file.gives()));
            all.stream().filter(file -> file.needs(given)).forEach(file -> files.add(file.name()));
        } while (files.size() > size);
        return files;
    }

    /** The files to replace, as they are in a snapshot. */
    List<RouteFile> replaced(ConfigSnapshot snapshot) {
        return RouteFile.all(snapshot).stream()
                .filter(file -> files.contains(file.name()))
                .toList();
    }

    /** From behind the edit to before it. */
    ReloadPlan reversed() {
        return new ReloadPlan(after, before, settingsAfter, settingsBefore, files, destinations, client);
    }
}
