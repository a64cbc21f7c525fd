package io.jobrelay.benchmark;

import java.io.IOException;
import java.nio.file.Path;

/** The same flow in another framework, which posts every change to the provider's webhook. */
record FlowContender(String label, Api api, Class<?> program) implements Contender {
    @Override
    public Program start(Path directory, Provider provider, Load load) throws IOException {
        return Program.ours(
                directory,
                directory.resolve("flow.log"),
                load.options(),
                program,
                FlowArguments.of(api, provider, load).toArray(String[]::new));
    }

    @Override
    public long arrived(Path directory, Counts counts) {
        return counts.posts();
    }
}
