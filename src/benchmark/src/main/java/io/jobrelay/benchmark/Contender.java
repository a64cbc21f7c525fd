package io.jobrelay.benchmark;

import java.io.IOException;
import java.nio.file.Path;

/** One way to poll: a program that asks the provider for all jobs, again and again, as fast as it can. */
interface Contender {
    String label();

    Api api();

    Program start(Path directory, Provider provider, Load load) throws IOException;

    /**
     * How many changes have come to where this contender sends them; negative if it sends none. Once jobs stand still, as
     * many have to come as the provider has shown.
     */
    default long arrived(Path directory, Counts counts) throws IOException {
        return -1;
    }
}
