package io.jobrelay.settings;

import static java.util.Objects.requireNonNull;

/**
 * Something in a file that a user should change.
 *
 * @param file as the user would name it
 * @param line from 1, or 0 where the problem is not on one line
 * @param message key, rule, value (never a secret) and what to do
 */
public record Problem(String file, int line, String message) {
    public Problem {
        requireNonNull(file, "file is null");
        requireNonNull(message, "message is null");
    }

    /** {@code file:line: message}, the form that editors and terminals turn into a link. */
    @Override
    public String toString() {
        return line > 0 ? file + ":" + line + ": " + message : file + ": " + message;
    }
}
