package io.jobrelay.camel.outbox;

/** The headers of a message that comes out of an outbox. The body is the event's bytes. */
public final class OutboxHeaders {
    /** The destination that it is for. */
    public static final String DESTINATION = "JobrelayDestination";
    /** The event's id, the same on every delivery of it. */
    public static final String EVENT_ID = "JobrelayEventId";
    /** The event's type. */
    public static final String EVENT_TYPE = "JobrelayEventType";
    /** The job, or the watch, that changed. */
    public static final String SUBJECT = "JobrelaySubject";
    /** Which attempt this is, from 1. */
    public static final String ATTEMPT = "JobrelayAttempt";

    private OutboxHeaders() {}
}
