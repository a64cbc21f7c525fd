package io.jobrelay.benchmark;

import java.time.Duration;
import java.util.List;

/**
 * What every contender is given.
 *
 * @param jobs how many jobs are polled, one after the other and again
 * @param concurrency polls in flight
 * @param warmUp from the first poll until measuring begins
 * @param window how long is measured
 * @param options for Java, the same for all
 */
record Load(int jobs, int concurrency, Duration warmUp, Duration window, List<String> options) {
    Load {
        options = List.copyOf(options);
    }
}
