package io.jobrelay.http;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.net.URLDecoder;
import java.net.URLEncoder;

/** One part of a path; a job's id is one, slashes and all. */
final class PathPart {
    private PathPart() {}

    /** What the percent-encoded text stands for; a plus is a plus. */
    static String decode(String text) {
        try {
            return URLDecoder.decode(text.replace("+", "%2B"), UTF_8);
        } catch (IllegalArgumentException e) {
            throw RefusedException.of(400, "path: must be percent-encoded, was '%s'".formatted(text));
        }
    }

    static String encode(String text) {
        return URLEncoder.encode(text, UTF_8).replace("+", "%20");
    }
}
