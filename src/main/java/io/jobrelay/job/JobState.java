package io.jobrelay.job;

/**
 * The life of a job in the words of <a href="https://google.aip.dev/216">AIP-216</a>: finished states are past
 * participles, passing ones end in -ING. The set is closed; why a job is in a state is said by an open reason code.
 */
public enum JobState {
    /** The provider said nothing that we can map; never a guess, and never a failure. */
    UNKNOWN(false),
    QUEUED(false),
    STARTING(false),
    RUNNING(false),
    /** Halted after it had started to run; a job that is held back before that is QUEUED. */
    PAUSED(false),
    CANCELLING(false),
    SUCCEEDED(true),
    PARTIALLY_SUCCEEDED(true),
    FAILED(true),
    CANCELLED(true);

    private final boolean terminal;

    JobState(boolean terminal) {
        this.terminal = terminal;
    }

    /** True when the job has ended: no other state follows in the same attempt. */
    public boolean terminal() {
        return terminal;
    }
}
