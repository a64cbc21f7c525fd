package io.jobrelay.settings;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.net.URLDecoder;
import java.util.HashSet;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Collects what of some properties' values must not be shown to anybody. */
final class Confidential {
    private static final Pattern SECRET_KEY =
            Pattern.compile(".*[.-](secret|secret-key|access-key|api-key|token|access-token|password|private-key)");
    private static final Pattern USER = Pattern.compile("://([^/@?]*)@");
    private static final Pattern QUERY = Pattern.compile("\\?(.+)");
    private static final Pattern KEY_PREFIX = Pattern.compile("^wh(sec|sk)_");
    /** What is shorter would take harmless words out of a text, and be guessed anyway. */
    private static final int SHORTEST = 4;

    private final Set<String> texts = new HashSet<>();

    void add(String key, String value) {
        if (SECRET_KEY.matcher(key).matches()) {
            for (String secret : value.split("[,\\s]+", -1)) {
                add(secret);
                add(KEY_PREFIX.matcher(secret).replaceFirst(""));
            }
        }
        for (Matcher user = USER.matcher(value); user.find(); ) {
            add(user.group(1));
            for (String part : user.group(1).split(":", 2)) {
                add(part);
            }
        }
        Matcher query = QUERY.matcher(value);
        if (value.contains("://") && query.find()) {
            add(query.group(1));
            for (String parameter : query.group(1).split("[&;]", -1)) {
                add(parameter.substring(parameter.indexOf('=') + 1));
            }
        }
    }

    private void add(String text) {
        for (String form : new String[] {text, decoded(text)}) {
            if (form.length() >= SHORTEST) {
                texts.add(form);
            }
        }
    }

    private static String decoded(String text) {
        try {
            return URLDecoder.decode(text, UTF_8);
        } catch (IllegalArgumentException e) {
            return text; // a percent sign that is none
        }
    }

    Set<String> texts() {
        return Set.copyOf(texts);
    }
}
