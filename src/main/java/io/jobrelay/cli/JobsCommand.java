package io.jobrelay.cli;

import picocli.CommandLine.Command;

/** {@code jobrelay jobs} */
@Command(
        name = "jobs",
        description = "Lists the jobs of a running Jobrelay, and what became of each.",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        subcommands = {JobsListCommand.class, JobsShowCommand.class, JobsChangesCommand.class})
final class JobsCommand {}
