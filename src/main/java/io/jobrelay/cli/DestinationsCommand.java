package io.jobrelay.cli;

import picocli.CommandLine.Command;

/** {@code jobrelay destinations} */
@Command(
        name = "destinations",
        description = "Lists destinations, and enables those that are disabled.",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        subcommands = {DestinationsListCommand.class, DestinationsEnableCommand.class})
final class DestinationsCommand {}
