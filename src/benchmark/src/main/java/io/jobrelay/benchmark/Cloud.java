package io.jobrelay.benchmark;

import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * What the provider knows: in which state each job is, and what it was asked. A job changes its state with every
 * twentieth poll, so 5 % of polls bring a change, spread evenly. Used by one thread only.
 */
final class Cloud {
    static final int POLLS_PER_CHANGE = 20;

    private final int checkEvery;
    private final Map<Api, Reply> first = new EnumMap<>(Api.class);
    private final Map<Api, Reply> other = new EnumMap<>(Api.class);
    private final Reply refusal =
            Reply.plain("401 Unauthorized", "{\"error_code\":\"APIGW.0301\",\"code\":\"refused\"}");
    private int[] polls = new int[0];
    private byte[] states = new byte[0];
    private boolean held;
    private Counts counts = Counts.NONE;
    private final Set<String> received = new HashSet<>();

    /**
     * @param checkEvery of so many signatures one is made again and compared; of the others only the key is looked at
     */
    Cloud(int checkEvery) {
        this.checkEvery = checkEvery;
        for (Api api : Api.values()) {
            first.put(api, Reply.of(api, api.state));
            other.put(api, Reply.of(api, api.otherState));
        }
    }

    /** The reply to a poll. */
    Reply poll(Api api, String job, ReceivedPoll poll) {
        counts = counts.polled();
        boolean thorough = counts.polls() % checkEvery == 0;
        if (thorough) {
            counts = counts.verified();
        }
        if (!poll.isSignedBy(Api.KEYS.accessKey()) || (thorough && !poll.isSignedAsAWhole(api))) {
            counts = counts.denied();
            return refusal;
        }
        byte state = state(Integer.parseInt(job, job.length() - 8, job.length(), 16));
        return Objects.requireNonNull((state == 1 ? first : other).get(api));
    }

    private byte state(int job) {
        if (job >= polls.length) {
            polls = Arrays.copyOf(polls, Math.max(job + 1, polls.length * 2));
            states = Arrays.copyOf(states, polls.length);
        }
        byte last = states[job];
        if (held && last != 0) {
            return last;
        }
        int phase = (polls[job]++ + job) / POLLS_PER_CHANGE;
        states[job] = (byte) (1 + phase % 2);
        if (states[job] != last) {
            counts = counts.changed();
        }
        return states[job];
    }

    /** An event about a job was posted; one that comes again counts once. */
    void receive(String id) {
        if (id.isEmpty() || received.add(id)) {
            counts = counts.received();
        }
    }

    Counts counts() {
        return counts;
    }

    /** From now on no job changes any more. */
    void hold() {
        held = true;
    }

    /** Jobs that nobody has polled yet, and nothing counted. */
    void reset() {
        held = false;
        Arrays.fill(polls, 0);
        Arrays.fill(states, (byte) 0);
        counts = Counts.NONE;
        received.clear();
    }
}
