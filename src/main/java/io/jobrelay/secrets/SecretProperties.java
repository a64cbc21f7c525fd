package io.jobrelay.secrets;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.net.URLDecoder;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Which properties and environment variables are secrets: those whose name ends with a word that says so, headers of accounts,
 * and in an address the user before the host, the query, and long parts of its path, since many a webhook's key is there. In a
 * line of JAAS, which is how Kafka is signed in to, each of those that it has.
 */
public final class SecretProperties {
    private static final Pattern NAME = Pattern.compile(
            ".*(secret|secretkey|accesskey|accesskeyid|apikey|token|password|passphrase|privatekey|credential|credentials)");
    /** A header that proves who asks: {@code jobrelay.account.<name>.header.<header>}. */
    private static final Pattern HEADER = Pattern.compile("(jobrelay\\.account\\.[^.]+\\.)?header\\.[^.]+");

    private static final Pattern JAAS_OPTION = Pattern.compile("([A-Za-z]+)\\s*=\\s*[\"']([^\"']*)[\"']");
    private static final Pattern USER = Pattern.compile("://(?:([^/?#@:]*):)?([^/?#@]*)@");
    private static final Pattern PARAMETER = Pattern.compile("[?&;]([^=&;#?)]+)=([^&;#)]*)");
    private static final Pattern PATH = Pattern.compile("https?://[^/?#]+([^?#]*)");
    private static final Pattern WEBHOOK_PREFIX = Pattern.compile("whs(ec|k)_");

    /** From here on a part of an address may well be a key. */
    private static final int LONG_PART = 16;

    private SecretProperties() {}

    /** Learns what is secret in the value of a property or an environment variable. */
    public static void learn(String key, String value, Secrets secrets) {
        if (isSecret(key)) {
            secrets.add(value);
            for (String one : value.split("[,\\s]+", -1)) {
                learnWebhookKey(one, secrets);
            }
        }
        if (key.endsWith("jaas-config") || key.endsWith("jaasConfig")) {
            Matcher option = JAAS_OPTION.matcher(value);
            while (option.find()) {
                if (isSecret(option.group(1))) {
                    secrets.add(option.group(2));
                }
            }
        }
        if (value.contains("://")) {
            learnAddress(value, secrets);
        }
    }

    /** True if a property, a variable or a parameter of this name is a secret. */
    public static boolean isSecret(String name) {
        String last = name.substring(name.lastIndexOf('.') + 1);
        return NAME.matcher(last.toLowerCase(Locale.ROOT).replace("-", "").replace("_", ""))
                        .matches()
                || HEADER.matcher(name).matches();
    }

    /** The text and the bytes behind its Base64: the latter are the key. */
    private static void learnWebhookKey(String secret, Secrets secrets) {
        Matcher prefix = WEBHOOK_PREFIX.matcher(secret);
        if (prefix.lookingAt()) {
            String encoded = secret.substring(prefix.end());
            secrets.add(secret);
            secrets.add(encoded);
            try {
                secrets.add(Base64.getDecoder().decode(encoded));
            } catch (IllegalArgumentException notBase64) {
                // refused where it is read
            }
        }
    }

    private static void learnAddress(String address, Secrets secrets) {
        Matcher user = USER.matcher(address);
        while (user.find()) {
            learnPart(user.group(2), secrets);
        }
        Matcher parameter = PARAMETER.matcher(address);
        while (parameter.find()) {
            if (isSecret(parameter.group(1)) || parameter.group(2).length() >= LONG_PART) {
                learnPart(parameter.group(2), secrets);
            }
        }
        Matcher path = PATH.matcher(address);
        while (path.find()) {
            List.of(path.group(1).split("/", -1)).stream()
                    .filter(part -> part.length() >= LONG_PART)
                    .forEach(part -> learnPart(part, secrets));
        }
    }

    private static void learnPart(String part, Secrets secrets) {
        secrets.add(part);
        try {
            secrets.add(URLDecoder.decode(part, UTF_8));
        } catch (IllegalArgumentException notEncoded) {
            // then it is what it is
        }
    }
}
