package io.jobrelay.logging;

import io.jobrelay.job.Event;
import org.slf4j.MDC;

/**
 * What the log says beside each line that is written in the course of a poll or a delivery: the keys of
 * the mapped diagnostic context.
 */
public final class LogContext {
    private static final String WATCH = "watch";
    private static final String JOB = "job";
    private static final String DESTINATION = "destination";

    private LogContext() {}

    /** From now on this thread polls a watch. */
    public static void polls(String watch) {
        MDC.put(WATCH, watch);
    }

    /** From now on this thread is about a job. */
    public static void about(String job) {
        MDC.put(JOB, job);
    }

    /** From now on this thread delivers a change of a job, or of a watch. */
    public static void delivers(String destination, String eventType, String subject) {
        MDC.put(DESTINATION, destination);
        MDC.put(eventType.equals(Event.WATCH_HEALTH_CHANGED) ? WATCH : JOB, subject);
    }

    /** That is over. */
    public static void ends() {
        MDC.remove(WATCH);
        MDC.remove(JOB);
        MDC.remove(DESTINATION);
    }
}
