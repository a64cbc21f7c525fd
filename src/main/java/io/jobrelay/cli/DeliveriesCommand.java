package io.jobrelay.cli;

import picocli.CommandLine.Command;

/** {@code jobrelay deliveries} */
@Command(
        name = "deliveries",
        description = "Lists deliveries, and sends dead ones again.",
        subcommands = {DeliveriesListCommand.class, DeliveriesRedeliverCommand.class})
final class DeliveriesCommand extends Subcommand {}
