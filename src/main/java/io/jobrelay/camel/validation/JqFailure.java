package io.jobrelay.camel.validation;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What is wrong with a jq program, in words that its parser does not have.
 *
 * @param line in the program, from 1; 0 if the parser does not say
 */
record JqFailure(int line, String message) {
    private static final Pattern UNEXPECTED =
            Pattern.compile("Encountered \".*?(?:(<EOF>)|\"?([^\"\\s]+)) ?\"* at line (\\d+), column (\\d+)");

    /** What a parser of jq says in this text. */
    static JqFailure of(String text) {
        Matcher unexpected = UNEXPECTED.matcher(text);
        if (!unexpected.find()) {
            return new JqFailure(0, "is not valid jq: " + text);
        }
        String token = unexpected.group(1) == null ? "'" + unexpected.group(2) + "'" : "the end";
        int line = Integer.parseInt(unexpected.group(3));
        return new JqFailure(
                line,
                "is not valid jq: %s is not expected at line %d, column %s"
                        .formatted(token, line, unexpected.group(4)));
    }
}
