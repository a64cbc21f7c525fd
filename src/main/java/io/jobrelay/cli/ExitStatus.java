package io.jobrelay.cli;

/** The exit statuses of commands. 2 is picocli's own, for an invalid command line. */
final class ExitStatus {
    static final int OK = 0;
    static final int FAILED = 1;
    static final int JOB_NOT_SUCCEEDED = 3;
    static final int DELIVERY_DEAD = 4;
    static final int TIMED_OUT = 5;

    private ExitStatus() {}
}
