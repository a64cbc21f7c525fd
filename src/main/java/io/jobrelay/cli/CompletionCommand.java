package io.jobrelay.cli;

import picocli.AutoComplete;
import picocli.CommandLine.Command;

/** {@code jobrelay completion} */
@Command(
        name = "completion",
        description =
                "Prints a script that completes commands and options in bash and zsh: source <(jobrelay completion)",
        exitCodeList = "0:printed")
final class CompletionCommand extends Subcommand {
    @Override
    public Integer call() {
        out().print(AutoComplete.bash(spec.root().name(), spec.root().commandLine()));
        out().flush();
        return ExitStatus.OK;
    }
}
