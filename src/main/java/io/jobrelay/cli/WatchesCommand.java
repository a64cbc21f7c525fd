package io.jobrelay.cli;

import picocli.CommandLine.Command;

/** {@code jobrelay watches} */
@Command(
        name = "watches",
        description = "Lists what a running Jobrelay looks after, and lets it look after more or less.",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        subcommands = {
            WatchesListCommand.class,
            WatchesAddCommand.class,
            WatchesRemoveCommand.class,
            WatchesPollCommand.class
        })
final class WatchesCommand {}
