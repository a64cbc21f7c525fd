package io.jobrelay.camel.reload;

import io.jobrelay.camel.config.ConfigSnapshot;
import io.jobrelay.camel.validation.RouteFile;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * Which route files have to be replaced for an edit: those that were edited, and those whose routes were built with something
 * that is another now: a mapping, a property, a destination, a policy, a template, a bean. A route too many costs a moment; one
 * too few would go on with what is no longer there.
 *
 * @param files by path
 */
record ReloadPlan(Set<String> files) {
    /**
     * Makes the plan.
     *
     * @param changed files, keys of properties, and outboxes of destinations that are opened again
     * @param reads what the routes of each file of the snapshot behind the edit were built with
     * @param beans names of beans that are bound again
     */
    static ReloadPlan of(
            ConfigSnapshot before,
            ConfigSnapshot after,
            Set<String> changed,
            Map<String, Set<String>> reads,
            Collection<String> beans) {
        Set<String> files = new TreeSet<>();
        changed.stream().filter(ConfigSnapshot::isRoute).forEach(files::add);
        reads.forEach((file, read) -> {
            if (read.stream().anyMatch(changed::contains)) {
                files.add(file);
            }
        });
        List<RouteFile> all = Stream.of(before, after)
                .flatMap(each -> RouteFile.all(each).stream())
                .toList();
        Set<String> given = new HashSet<>(beans);
        int size;
        do {
            size = files.size();
            all.stream().filter(file -> files.contains(file.name())).forEach(file -> given.addAll(file.gives()));
            all.stream().filter(file -> file.needs(given)).forEach(file -> files.add(file.name()));
        } while (files.size() > size);
        return new ReloadPlan(files);
    }

    /** The files to replace, as they are in a snapshot. */
    List<RouteFile> of(ConfigSnapshot snapshot) {
        return RouteFile.all(snapshot).stream()
                .filter(file -> files.contains(file.name()))
                .toList();
    }
}
