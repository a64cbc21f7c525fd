package io.jobrelay.cli;

import java.time.Clock;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/** {@code jobrelay sandbox} */
@Command(
        name = SandboxCommand.NAME,
        description = "x",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class)
final class SandboxCommand implements Callable<Integer> {
    static final String NAME = "sandbox";

    SandboxCommand(Clock clock) {}

    @Override
    public Integer call() {
        return 0;
    }
}
