package io.jobrelay.cli;

import io.jobrelay.camel.Relay;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code jobrelay run} */
@Command(
        name = "run",
        description = "Runs until it is stopped by a signal.",
        exitCodeList = {
            "0:stopped, or with --until-done every job succeeded",
            "1:could not start",
            "3:with --until-done: some job did not succeed",
            "4:with --until-done: some delivery is dead, or its destination is disabled or not there"
        })
final class RunCommand extends Subcommand {
    @Option(names = "--until-done", description = "Stop once every watch has ended and every delivery is settled.")
    private boolean untilDone;

    @Override
    public Integer call() throws InterruptedException {
        Relay relay = Relay.start(Relay.Scope.EVERYTHING, Map.of(), clock, change -> {});
        Running running = new Running(relay);
        try {
            running.serve(relay.settings().http());
            if (!untilDone) {
                running.untilStopped();
                return ExitStatus.OK;
            }
            return running.untilDone() ? Running.status(relay.engine()) : ExitStatus.OK;
        } finally {
            running.close();
        }
    }
}
