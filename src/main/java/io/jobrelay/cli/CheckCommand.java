package io.jobrelay.cli;

import java.time.Clock;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/** {@code jobrelay check} */
@Command(name = CheckCommand.NAME, description = "x", mixinStandardHelpOptions = true, versionProvider = Version.class)
final class CheckCommand implements Callable<Integer> {
    static final String NAME = "check";

    CheckCommand(Clock clock) {}

    @Override
    public Integer call() {
        return 0;
    }
}
