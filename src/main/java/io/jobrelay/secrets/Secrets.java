package io.jobrelay.secrets;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The secrets that this process knows. Whatever may repeat one, such as a reply, an error or a line of the log, is passed
 * through {@link #mask} before it is kept or shown.
 *
 * <p>A secret is found as it is and in the forms that providers, libraries and formats give it ({@link SecretForms}). What is
 * shorter than {@value #SHORTEST} characters is none: no provider gives such keys, and to mask it would tear ordinary words.
 *
 * <p>For any number of threads. Never shows a secret.
 */
public final class Secrets {
    /** What stands where a secret was. */
    public static final String MASK = "***";

    /** Characters, or bytes, from which on something is a secret. */
    public static final int SHORTEST = 6;

    private static final int MOST_PASSING = 64;

    private final Set<String> lasting = new LinkedHashSet<>();
    private final Deque<String> passing = new ArrayDeque<>();
    private volatile MultiPatternMatcher matcher = new MultiPatternMatcher(Set.of());

    /** Learns a secret for as long as the process runs. */
    public synchronized void add(String secret) {
        if (secret.length() >= SHORTEST) {
            add(secret.getBytes(UTF_8));
        }
    }

    /** Learns a secret that is bytes, such as the key behind a text in Base64. */
    public synchronized void add(byte[] secret) {
        if (secret.length >= SHORTEST && lasting.addAll(SecretForms.of(secret))) {
            index();
        }
    }

    /** Learns a secret that comes and goes, such as a token; the last {@value #MOST_PASSING} are remembered. */
    public synchronized void addPassing(String secret) {
        if (secret.length() < SHORTEST || passing.contains(secret)) {
            return;
        }
        passing.addLast(secret);
        if (passing.size() > MOST_PASSING) {
            passing.removeFirst();
        }
        index();
    }

    private void index() {
        matcher = new MultiPatternMatcher(Stream.concat(
                        lasting.stream(),
                        passing.stream().flatMap(secret -> SecretForms.of(secret.getBytes(UTF_8)).stream()))
                .collect(Collectors.toSet()));
    }

    /** The text with every secret masked; the same text if it shows none. */
    public String mask(String text) {
        return matcher.replaceIn(text, MASK);
    }

    /** True if one of the texts shows a secret. */
    public boolean shownIn(String... texts) {
        MultiPatternMatcher known = matcher;
        for (String text : texts) {
            if (!known.replaceIn(text, MASK).equals(text)) {
                return true;
            }
        }
        return false;
    }

    /** Stands for all secrets that are known now: another object as soon as one more is. */
    public Object known() {
        return matcher;
    }

    @Override
    public String toString() {
        return "Secrets[" + MASK + "]";
    }
}
