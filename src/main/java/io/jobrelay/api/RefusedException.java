package io.jobrelay.api;

/** A request is refused, with this reply. */
final class RefusedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final transient Reply reply;

    private RefusedException(String message, Reply reply) {
        super(message);
        this.reply = reply;
    }

    static RefusedException of(int status, String detail, Reply.Violation... errors) {
        return new RefusedException(detail, Reply.problem(status, detail, errors));
    }

    RefusedException with(String header, String value) {
        return new RefusedException(String.valueOf(getMessage()), reply.with(header, value));
    }

    Reply reply() {
        return reply;
    }
}
