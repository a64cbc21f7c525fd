package io.jobrelay.reliability;

import java.util.Map;
import java.util.Set;

/**
 * One request of a provider and what it said, noted before it was said.
 *
 * @param life who asked: a process, up to the next thing that happens to it
 * @param watch what was asked for
 * @param states the provider's states by subject; empty for an answer that was refused, cut off or no answer at all
 * @param undisturbed the lives to which nothing had happened yet
 */
record Answer(int life, String watch, Map<String, String> states, Set<Integer> undisturbed) {
    Answer {
        states = Map.copyOf(states);
        undisturbed = Set.copyOf(undisturbed);
    }

    /** An answer to one who is alone. */
    Answer(int life, String watch, Map<String, String> states) {
        this(life, watch, states, Set.of(life));
    }
}
