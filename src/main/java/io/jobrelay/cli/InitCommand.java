package io.jobrelay.cli;

import static java.util.stream.Collectors.joining;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code jobrelay init} */
@Command(
        name = "init",
        description = {
            "Copies what Jobrelay works with into a directory: application.properties, routes/, seeds/ and tests/; with"
                    + " --example the settings and a watch for one provider, routes/ and tests/; with --provider what one"
                    + " provider API needs, or the files of a new one, to be filled in.",
            "What is there already stays as it is."
        },
        exitCodeList = {"0:all is there", "1:it could not be copied"})
final class InitCommand extends Subcommand {
    /** Where the distribution is; {@code bin/jobrelay} sets it. */
    static final String HOME = "jobrelay.home";

    private static final String PROPERTIES = "application.properties";
    private static final String ACCOUNT = "account.properties";
    private static final List<String> EVERYTHING = List.of(PROPERTIES, "routes", "seeds", "tests");
    /** The seeds are of all providers; an example has the account of one. */
    private static final List<String> BESIDE_AN_EXAMPLE = List.of("routes", "tests");

    @Parameters(
            paramLabel = "DIR",
            arity = "0..1",
            defaultValue = "",
            description = "The directory; made if it is not there. Default: this one.")
    private Path directory = Path.of("");

    @Option(
            names = "--example",
            paramLabel = "NAME",
            description =
                    "What examples/NAME holds: the settings, a watch and, where known, the permissions for one provider API.")
    private @Nullable String example;

    @Option(
            names = "--provider",
            paramLabel = "NAME",
            description = {
                "For a provider API that 'jobrelay apis' lists: its seed, its account, a watch of it, and routes/.",
                "For a new one, such as acme-job: a provider file, its mappings, a seed and an account."
            })
    private @Nullable String provider;

    @Override
    public Integer call() {
        Path home = Path.of(System.getProperty(HOME, "")).toAbsolutePath();
        Path target = directory.toAbsolutePath().normalize();
        if (home.equals(target)) {
            throw new IllegalStateException(
                    "this is where Jobrelay itself is: name a directory, as in 'jobrelay init ../work'");
        }
        try {
            if (provider != null) {
                return Files.exists(home.resolve("routes/providers/" + provider + ".camel.yaml"))
                        ? prepare(provider, home, target)
                        : scaffold(new ProviderScaffold(provider), target);
            }
            int copied = example == null ? 0 : copy(example(home, example), target);
            for (String name : example == null ? EVERYTHING : BESIDE_AN_EXAMPLE) {
                copied += copy(home.resolve(name), target.resolve(name));
            }
            Files.createDirectories(target.resolve("watches"));
            err().println(copied + (copied == 1 ? " file" : " files") + " copied to " + target);
            err().println(
                            example == null
                                    ? "Next: 'jobrelay' there plays the sandbox, 'jobrelay check' tells what your accounts and watches need"
                                    : "Next: put into watches/ what to watch, set the keys that application.properties names, and 'jobrelay check'");
        } catch (FileAlreadyExistsException | NotDirectoryException e) {
            throw new IllegalStateException(e.getMessage() + ": is a file, and has to be a directory", e);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return ExitStatus.OK;
    }

    /** What a provider API of Jobrelay's own needs. */
    private int prepare(String api, Path home, Path target) throws IOException {
        Path seed = target.resolve("seeds").resolve(api);
        int copied = copy(home.resolve("routes"), target.resolve("routes"))
                + copy(home.resolve("tests"), target.resolve("tests"))
                + copy(home.resolve("seeds").resolve(api), seed);
        Path account = home.resolve("seeds").resolve(api).resolve(ACCOUNT);
        Path properties = target.resolve(PROPERTIES);
        if (Files.exists(account)) {
            String text = Files.readString(account);
            String name = text.replaceFirst("(?s).*?(jobrelay\\.account\\.[^.]+\\.).*", "$1");
            String before = Files.exists(properties) ? Files.readString(properties) : withoutAccounts(home);
            if (!before.contains(name)) {
                Files.writeString(properties, before + "\n" + text);
                copied++;
            }
        } else {
            copied += copy(home.resolve(PROPERTIES), properties);
        }
        copied += copy(
                home.resolve("seeds").resolve(api).resolve("watch.yaml"),
                target.resolve("watches").resolve(api + ".yaml"));
        err().println(copied + " files written to " + target);
        err().println(
                        "Next: set the keys that application.properties names, put into watches/%s.yaml what to watch, and 'jobrelay check'"
                                .formatted(api));
        return ExitStatus.OK;
    }

    /** The settings that Jobrelay comes with; each account has a paragraph. */
    private static String withoutAccounts(Path home) throws IOException {
        return Stream.of(Files.readString(home.resolve(PROPERTIES)).split("\n\n"))
                .filter(paragraph -> !paragraph.contains("jobrelay.account."))
                .collect(joining("\n\n"));
    }

    private int scaffold(ProviderScaffold scaffold, Path target) throws IOException {
        int written = scaffold.write(target);
        err().println(written + (written == 1 ? " file" : " files") + " written to " + target);
        err().println(
                        "Next: put documented replies into seeds/%1$s/replies/, see with 'jobrelay record' what becomes of them,"
                                        .formatted(scaffold.api())
                                + " and change routes/providers/%1$s.* until 'jobrelay check' finds no problem"
                                        .formatted(scaffold.api()));
        return ExitStatus.OK;
    }

    private static Path example(Path home, String name) throws IOException {
        Path examples = home.resolve("examples");
        try (Stream<Path> entries = Files.list(examples)) {
            List<Path> all = entries.filter(Files::isDirectory).sorted().toList();
            return all.stream()
                    .filter(entry -> entry.endsWith(name))
                    .findFirst()
                    .orElseThrow(() -> new IllegalStateException("--example: must be one of %s, was '%s'"
                            .formatted(
                                    all.stream()
                                            .map(entry -> entry.getFileName().toString())
                                            .collect(joining(", ")),
                                    name)));
        }
    }

    /** Copies the file, or all files below the directory, that are not there yet, and says how many. */
    private static int copy(Path source, Path target) throws IOException {
        int copied = 0;
        try (Stream<Path> files = Files.walk(source)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                Path copy = target.resolve(source.relativize(file).toString());
                Files.createDirectories(copy.toAbsolutePath().getParent());
                if (!Files.exists(copy)) {
                    Files.copy(file, copy);
                    copied++;
                }
            }
        }
        return copied;
    }
}
