package io.jobrelay.cli;

/** What a command's exit status says. 2 is picocli's own, for a command line that cannot be understood. */
final class ExitStatus {
    static final int OK = 0;
    static final int FAILED = 1;
    static final int JOB_NOT_SUCCEEDED = 3;
    static final int DELIVERY_DEAD = 4;
    static final int TIMED_OUT = 5;

    private ExitStatus() {}
}
