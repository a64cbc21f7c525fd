package io.jobrelay.benchmark;

import java.util.List;
import java.util.Map;

/** Who takes part, the first being what the others are compared with. */
final class Contenders {
    private Contenders() {}

    static List<Contender> of(Api api, DurablePostgresql postgresql) {
        return List.of(
                new LoopContender("HttpClient 5, bare loop", api, BareClient.class),
                new JobrelayContender("Jobrelay, SQLite", api, Map::of, false),
                new JobrelayContender("Jobrelay, PostgreSQL", api, postgresql::ledger, false),
                LoopContender.vendor(api),
                new JobrelayContender("Jobrelay, SQLite, to a webhook", api, Map::of, true),
                new FlowContender("Camel, plain, in memory", api, PlainCamel.class),
                new FlowContender("Camel, tuned, in memory", api, TunedCamel.class),
                new FlowContender("Spring Integration, plain, in memory", api, PlainSpring.class));
    }
}
