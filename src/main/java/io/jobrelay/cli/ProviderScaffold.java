package io.jobrelay.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * The files of a new provider API, to be filled in: its provider file and mappings, a seed, and an account in the properties.
 * They are of an API that does not exist, and {@code check} accepts them as they are.
 *
 * @param api its name; what stands before the first hyphen names the account
 */
record ProviderScaffold(String api) {
    private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9]*(-[a-z0-9]+)*");
    private static final List<String> FILES = List.of(
            "routes/providers/@api@.camel.yaml",
            "routes/providers/@api@.jq",
            "routes/providers/@api@.failure.jq",
            "seeds/@api@/README.md",
            "seeds/@api@/watch.yaml",
            "seeds/@api@/replies/01-running.json",
            "seeds/@api@/replies/02-done.json",
            "seeds/@api@/records/01-running.json",
            "seeds/@api@/records/02-done.json",
            "seeds/@api@/errors/too-many-requests.json",
            "tests/@api@.yaml");

    ProviderScaffold {
        if (!NAME.matcher(api).matches()) {
            throw new IllegalStateException(
                    "--provider: must be words of lower case and digits with hyphens, such as acme-job, was '%s'"
                            .formatted(api));
        }
    }

    /**
     * Writes what is not there yet, and says how many files.
     *
     * @throws IllegalStateException if the directory has no templates that the provider file could use
     */
    int write(Path directory) throws IOException {
        if (!Files.isDirectory(directory.resolve("routes/templates"))) {
            throw new IllegalStateException(
                    "there is no routes/templates in %s: 'jobrelay init' copies it there".formatted(directory));
        }
        int written = 0;
        for (String file : FILES) {
            Path target = directory.resolve(filled(file));
            Files.createDirectories(target.getParent());
            if (!Files.exists(target)) {
                Files.writeString(target, filled(text(file)));
                written++;
            }
        }
        Path properties = directory.resolve("application.properties");
        String before = Files.exists(properties) ? Files.readString(properties) : "";
        if (!before.contains("jobrelay.account." + account() + ".")) {
            Files.writeString(properties, before + filled(text("account.properties")));
        }
        return written;
    }

    private String account() {
        return api.replaceFirst("-.*", "");
    }

    private String filled(String text) {
        return text.replace("@api@", api)
                .replace("@account@", account())
                .replace("@ACCOUNT@", account().toUpperCase(Locale.ROOT));
    }

    private static String text(String file) throws IOException {
        try (InputStream in = ProviderScaffold.class.getResourceAsStream("/scaffold/" + file)) {
            return new String(requireNonNull(in, file).readAllBytes(), UTF_8);
        }
    }
}
