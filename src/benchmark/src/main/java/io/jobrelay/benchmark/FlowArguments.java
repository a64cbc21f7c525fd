package io.jobrelay.benchmark;

import java.net.URI;
import java.util.List;

/** What a program that polls for ever is told. */
record FlowArguments(Api api, URI provider, int concurrency, int jobs) {
    static FlowArguments of(String... arguments) {
        return new FlowArguments(
                Api.valueOf(arguments[0]),
                URI.create(arguments[1]),
                Integer.parseInt(arguments[2]),
                Integer.parseInt(arguments[3]));
    }

    static List<String> of(Api api, Provider provider, Load load) {
        return List.of(
                api.name(),
                provider.address().toString(),
                String.valueOf(load.concurrency()),
                String.valueOf(load.jobs()));
    }
}
