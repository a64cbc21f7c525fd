package io.jobrelay.reliability;

import java.util.Map;

/**
 * One request of a provider and what it said, noted before it was said.
 *
 * @param life which start of Jobrelay asked
 * @param watch what was asked for
 * @param states the provider's states by subject; empty for an answer that was refused, cut off or no answer at all
 */
record Answer(int life, String watch, Map<String, String> states) {
    Answer {
        states = Map.copyOf(states);
    }
}
