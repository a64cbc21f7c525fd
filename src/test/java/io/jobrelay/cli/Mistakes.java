package io.jobrelay.cli;

import static java.util.stream.Collectors.joining;

import io.jobrelay.docs.Documents;
import io.jobrelay.settings.Key;
import io.jobrelay.settings.Keys;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Ways to misspell, remove or break a file, a property or a name of a working installation. */
final class Mistakes {
    static final String PROPERTIES = "application.properties";
    static final String WATCH = "watches/good.yaml";

    private static final Path ROUTES = Path.of("routes");
    private static final String ROUTER = "routes/router.camel.yaml";
    private static final String REFUSED = " REFUSED";
    private static final String SEED = "seeds/huawei-res-job/";
    /** In which a bean is named; what is off, or a part of others, is not built for its own sake. */
    private static final List<String> BUILT = List.of(
            "routes/destinations/file.camel.yaml",
            "routes/destinations/webhook.camel.yaml",
            "routes/policies/poll-policy.camel.yaml",
            "routes/signing/call-provider.camel.yaml",
            "routes/signing/obtain-token.camel.yaml");

    private static final Pattern BEAN = Pattern.compile("[rR]ef: ([a-z0-9-]+)\n");

    private final List<Group> groups = new ArrayList<>();

    /**
     * One mistake.
     *
     * @param check what a line of {@code check} has in it, parts separated by {@code …}
     * @param warning true if it may be meant
     * @param running what a running Jobrelay says of it; empty where it does not read it
     */
    record Mistake(String name, String check, boolean warning, String running) {
        boolean namedBy(List<String> lines) {
            Pattern line = Pattern.compile(
                    Arrays.stream(check.split("…")).map(Pattern::quote).collect(joining(".*")));
            return lines.stream().anyMatch(each -> line.matcher(each).find());
        }
    }

    /** A change of a file: from its text, null where it is not there, to its text, null to remove it. */
    record Edit(String file, UnaryOperator<@Nullable String> change) {
        void apply() {
            Path path = Path.of(file);
            try {
                String text = change.apply(Files.exists(path) ? Files.readString(path) : null);
                if (text == null) {
                    Files.delete(path);
                } else {
                    Files.createDirectories(path.toAbsolutePath().getParent());
                    Files.writeString(path, text);
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    /** Mistakes that are made together, since none of them hides another. */
    record Group(List<Edit> edits, List<Mistake> mistakes) {
        private static Group of() {
            return new Group(new ArrayList<>(), new ArrayList<>());
        }

        private Group remove(String file, String check, String running) {
            edits.add(new Edit(file, text -> null));
            mistakes.add(new Mistake("remove " + file, check, false, running));
            return this;
        }

        private Group write(String file, String text, String check, String running) {
            edits.add(new Edit(file, before -> text));
            mistakes.add(new Mistake("write " + file, check, false, running));
            return this;
        }

        private Group replace(String file, String from, String to, String check, String running) {
            edits.add(new Edit(file, text -> replaced(file, String.valueOf(text), from, to)));
            mistakes.add(new Mistake("%s: %s for %s".formatted(file, to, from), check, false, running));
            return this;
        }

        private Group property(String key, String value, String check) {
            edits.add(new Edit(PROPERTIES, text -> text + "\n" + key + "=" + value));
            mistakes.add(new Mistake(
                    "%s=%s".formatted(key, value), PROPERTIES + ":…" + key + check, false, PROPERTIES + REFUSED));
            return this;
        }

        /** Another last line. */
        private Group edit(String file, String line, String check, String running) {
            edits.add(new Edit(file, text -> text + "\n" + line));
            mistakes.add(new Mistake(line, check, false, running));
            return this;
        }

        private Group warning(String name, Edit edit, String check, String running) {
            edits.add(edit);
            mistakes.add(new Mistake(name, check, true, running));
            return this;
        }
    }

    /** All of them, the same in every process: they follow from the keys and the shipped routes. */
    static List<Group> all() {
        Mistakes all = new Mistakes();
        all.removals();
        all.names();
        all.properties();
        all.watches();
        all.seeds();
        return all.groups;
    }

    private Group group() {
        Group group = Group.of();
        groups.add(group);
        return group;
    }

    private static String replaced(String file, String text, String from, String to) {
        if (!text.contains(from)) {
            throw new IllegalStateException(file + ": has no " + from);
        }
        return text.replace(from, to);
    }

    /** With its last two letters the other way round. */
    static String misspelt(String name) {
        int last = name.length() - 1;
        return name.charAt(last) == name.charAt(last - 1)
                ? name.substring(0, last)
                : name.substring(0, last - 1) + name.charAt(last) + name.charAt(last - 1);
    }

    private static Stream<String> files(String ending) {
        return Documents.filesBelow(ROUTES, ending).stream().map(Path::toString);
    }

    private void removals() {
        Map<String, String> needed = new LinkedHashMap<>();
        needed.put("routes/poll.camel.yaml", "routes/poll.camel.yaml: no route reads watches:due");
        needed.put(ROUTER, ROUTER + ": no route reads outbox:changes");
        needed.put("routes/policies/poll-policy.camel.yaml", "no routeConfiguration has the id poll-policy");
        needed.put("routes/templates/poll-provider.camel.yaml", "no routeTemplate has the id poll-provider");
        needed.put("routes/templates/ask-pages.camel.yaml", "no routeTemplate has the id ask-pages");
        needed.put("routes/signing/call-provider.camel.yaml", "direct:call-provider: no route reads it");
        needed.put("routes/signing/obtain-token.camel.yaml", "no route reads direct:obtain-token");
        needed.forEach((file, check) -> group().remove(file, check, file + REFUSED));
        Group destinations = group();
        for (String name : List.of("file", "queue", "amqp", "kafka", "webhook")) {
            String file = "routes/destinations/%s.camel.yaml".formatted(name);
            destinations.remove(file, ROUTER + ":…outbox:%s: no route reads it".formatted(name), file + REFUSED);
        }
        for (String kind : List.of(".failure.jq", ".page.jq", ".jq")) {
            Group mappings = group();
            files(kind)
                    .filter(file -> kind.length() > 3 || !file.matches(".*\\.(failure|page)\\.jq"))
                    .forEach(file -> mappings.remove(file, file + " does not exist", file + REFUSED));
        }
        group().remove(
                        "routes/providers/huawei-octopus-system-jobs.camel.yaml",
                        "seeds/huawei-octopus-system-jobs: has no route",
                        "file=routes/providers/huawei-octopus-system-jobs.camel.yaml result=REMOVED")
                .remove(
                        "routes/providers/huawei-res-job.camel.yaml",
                        WATCH + ":1: api: must be one of",
                        WATCH + " LOADED…api: must be one of");
        group().remove(PROPERTIES, PROPERTIES + ": is not there", PROPERTIES + REFUSED + "…is not there");
        group().warning(
                        "remove " + WATCH,
                        new Edit(WATCH, text -> null),
                        "warning: jobrelay.watches: watches/*.yaml matches no file",
                        "jobrelay.watches: watches/*.yaml matches no file");
    }

    private void names() {
        Group sent = group();
        Group read = group();
        for (String name : List.of("file", "queue", "amqp", "kafka", "webhook")) {
            String other = misspelt(name);
            sent.replace(
                    ROUTER,
                    "outbox:" + name,
                    "outbox:" + other,
                    "outbox:%s: no route reads it; did you mean '%s'?".formatted(other, name),
                    ROUTER + REFUSED);
            String file = "routes/destinations/%s.camel.yaml".formatted(name);
            read.replace(
                    file,
                    "outbox:" + name,
                    "outbox:" + other,
                    "outbox:%s: no route reads it; did you mean '%s'?".formatted(name, other),
                    file + REFUSED);
        }
        beans();
        group().replace("routes/poll.camel.yaml", "watches:due", "watches:deu", "watches:deu", "watches:deu");
        group().replace("routes/poll.camel.yaml", "watches:done", "watches:doen", "watches:doen", "watches:doen");
        group().replace(
                        "routes/poll.camel.yaml",
                        "poll-policy",
                        "pol-policy",
                        "no routeConfiguration has the id pol-policy; did you mean 'poll-policy'?",
                        "pol-policy");
        providers();
        routes();
    }

    /** A bean at a time in each file. */
    private void beans() {
        Map<String, List<String>> beans = new LinkedHashMap<>();
        for (String file : BUILT) {
            Matcher bean = BEAN.matcher(String.join("\n", Documents.lines(Path.of(file))) + "\n");
            List<String> names = new ArrayList<>();
            while (bean.find()) {
                if (!names.contains(bean.group(1))) {
                    names.add(bean.group(1));
                }
            }
            beans.put(file, names);
        }
        int most = beans.values().stream().mapToInt(List::size).max().orElse(0);
        for (int i = 0; i < most; i++) {
            Group group = group();
            for (Map.Entry<String, List<String>> each : beans.entrySet()) {
                if (i < each.getValue().size()) {
                    String name = each.getValue().get(i);
                    group.replace(
                            each.getKey(),
                            "ef: " + name + "\n",
                            "ef: " + misspelt(name) + "\n",
                            misspelt(name),
                            each.getKey() + REFUSED);
                }
            }
        }
    }

    private void providers() {
        String directory = "routes/providers/";
        group().replace(
                        directory + "airflow-dag-run.camel.yaml",
                        "routeTemplateRef: poll-provider",
                        "routeTemplateRef: poll-providre",
                        "no routeTemplate has the id poll-providre; did you mean 'poll-provider'?",
                        "poll-providre")
                .replace(
                        directory + "azure-ml-job.camel.yaml",
                        "name: uri",
                        "name: url",
                        "the template poll-provider has no 'url'; did you mean 'uri'?",
                        "has no 'url'")
                .replace(
                        directory + "baidu-qianfan-export-task.camel.yaml",
                        "        name: baidu-qianfan-export-task",
                        "        name: baidu-qianfan-export-taks",
                        "direct:baidu-qianfan-export-taks: no route reads it; did you mean 'baidu-qianfan-export-task'?",
                        "baidu-qianfan-export-taks")
                .replace(
                        directory + "gcp-dataflow-job.camel.yaml",
                        "required:",
                        "requird:",
                        "gcp-dataflow-job.camel.yaml:…'requird'",
                        "'requird'")
                .replace(
                        directory + "modelarts-training-job.camel.yaml",
                        "watch.ProviderApi",
                        "watch.ProviderAip",
                        "ProviderAip",
                        "ProviderAip")
                .replace(
                        directory + "octopus-data-job.camel.yaml",
                        "{ name: api, value: octopus-data-job }",
                        "{ name: api, value: octopus-data-jbo }",
                        "octopus-data-job",
                        "octopus-data-job.camel.yaml REFUSED");
        group().replace(
                        directory + "huawei-res-job.jq",
                        "    state: states",
                        "    status: states",
                        SEED + "records/…status",
                        directory + "huawei-res-job.jq REFUSED…status");
        group().replace(
                        directory + "huawei-res-job.failure.jq",
                        ".is_success",
                        ".success",
                        SEED + "errors/…failure",
                        directory + "huawei-res-job.failure.jq REFUSED");
        group().write(
                        directory + "huawei-res-job.jq",
                        "{a: [",
                        "huawei-res-job.jq:…is not valid jq",
                        "is not valid jq");
    }

    /** Each a file of its own, beside those that work. */
    private void routes() {
        Map<String, String> steps = new LinkedHashMap<>();
        steps.put("- too: { uri: direct:poll }", "'too' is unknown here; did you mean 'to'?");
        steps.put("- to: { uri: htp:crm }", "there is no component 'htp'");
        steps.put("- to: { uri: \"http:{{crm.host}}\" }", "crm.host");
        steps.put("- to: { uri: direct:call-providre }", "did you mean 'call-provider'?");
        steps.put("- process: { ref: sign-nothing }", "sign-nothing");
        steps.put("- bean: { beanType: io.jobrelay.Nothing }", "there is no class io.jobrelay.Nothing");
        steps.put("- setBody: { expression: { jq: { expression: .a | | .b } } }", "is not valid jq");
        steps.put("- setBody: { expression: { simple: { expression: \"${header.a\" } } }", "is not valid simple");
        steps.put("- setBody: { expression: { jq: { expression: \"resource:file:no.jq\" } } }", "no.jq");
        steps.put("- to: [", "not YAML");
        Group group = group();
        steps.forEach((step, check) -> {
            String id = "extra-" + group.mistakes.size();
            String file = "routes/extra/%s.camel.yaml".formatted(id);
            group.write(file, """
                    - route:
                        id: %1$s
                        from:
                          uri: direct:%1$s
                          steps:
                            %2$s
                    """.formatted(id, step), file + "…" + check, file + REFUSED);
        });
        group.write(
                        "routes/extra/empty.camel.yaml",
                        "",
                        "routes/extra/empty.camel.yaml: is empty",
                        "empty.camel.yaml REFUSED")
                .write(
                        "routes/extra/twice.camel.yaml",
                        "- route: { id: file, from: { uri: \"outbox:file\", steps: [ { stop: {} } ] } }\n",
                        "routes/extra/twice.camel.yaml:1: …reads it already",
                        "twice.camel.yaml REFUSED");
    }

    private void properties() {
        Group misspelt = group();
        Keys.all()
                .map(Key::name)
                .filter(key -> !key.matches(".*<name>\\.(enabled|allow-private)|.*<header>.*"))
                .map(key -> misspelt(key.replace("account.<name>", "account.huawei")))
                .forEach(key -> misspelt.property(key, "1", ": unknown property"));
        misspelt.property(
                        "jobrelay.destination.webhok.url",
                        "https://hooks.example",
                        ": no route reads outbox:webhok; did" + " you mean 'webhook'?")
                .property("jobrelay.polls.timeout", "1s", ": unknown property; did you mean 'jobrelay.poll.timeout'?");
        Group values = group();
        Map.ofEntries(
                        Map.entry("jobrelay.poll.timeout", "soon"),
                        Map.entry("jobrelay.poll.concurrency", "0"),
                        Map.entry("jobrelay.poll.reply-limit", "8MB"),
                        Map.entry("jobrelay.http.port", "99999"),
                        Map.entry("jobrelay.http.enabled", "yes"),
                        Map.entry("jobrelay.http.token", "short"),
                        Map.entry("jobrelay.http.trusted-proxies", "proxy"),
                        Map.entry("jobrelay.delivery.schedule", "now"),
                        Map.entry("jobrelay.delivery.jitter", "2"),
                        Map.entry("jobrelay.delivery.timeout", "5 minutes"),
                        Map.entry("jobrelay.delivery.open-after", "-1"),
                        Map.entry("jobrelay.retention", "30"),
                        Map.entry("jobrelay.retention.jobs", "month"),
                        Map.entry("jobrelay.instance", "a b"),
                        Map.entry("jobrelay.ledger.url", "ledger.db"),
                        Map.entry("jobrelay.account.huawei.endpoint", "huawei"),
                        Map.entry("jobrelay.account.huawei.signing", "sdk"),
                        Map.entry("jobrelay.account.otc.auth-url", "iam"),
                        Map.entry("jobrelay.account.octopus.requests-per-second", "many"),
                        Map.entry("jobrelay.account.octopus.time-zone", "Bejing"),
                        Map.entry("jobrelay.account.baidu.batched-polls", "maybe"),
                        Map.entry("jobrelay.destination.file.path", "changes"),
                        Map.entry("jobrelay.destination.queue.port", "0"),
                        Map.entry("jobrelay.destination.amqp.url", "http://broker"),
                        Map.entry("jobrelay.destination.kafka.brokers", "broker"),
                        Map.entry("jobrelay.destination.webhook.url", "hooks"))
                .forEach((key, value) -> values.property(key, value, ": must be "));
        for (String key : List.of("jobrelay.ledger.user", "jobrelay.http.host", "jobrelay.account.otc.time-zone")) {
            values.property(key, "{{env:JOBRELAY_IS_NOT_SET}}", ": a placeholder cannot be resolved");
        }
        values.edits.add(new Edit(PROPERTIES, text -> text + "\njobrelay.account.new.endpoint=https://cloud.example"));
        values.mistakes.add(new Mistake(
                "an account without signing",
                PROPERTIES + ":…jobrelay.account.new.signing: required",
                false,
                PROPERTIES + REFUSED));
        group().edit(PROPERTIES, "camel.main.nmae=x", "camel.main.nmae", "camel.main.nmae");
        group().edit(
                        PROPERTIES,
                        "acme=\\u12",
                        PROPERTIES + ": a backslash and a u must have",
                        "a backslash and a u must");
        group().warning(
                        "jobrelay.watches=wathces/*.yaml",
                        new Edit(PROPERTIES, text -> text + "\njobrelay.watches=wathces/*.yaml"),
                        "wathces/*.yaml matches no file; did you mean 'watches'?",
                        "wathces REFUSED…this directory is missing")
                .warning(
                        "a property twice",
                        new Edit(PROPERTIES, text -> text + "\njobrelay.retention=30d\njobrelay.retention=30d"),
                        "jobrelay.retention: stands in line",
                        "");
    }

    private void watches() {
        String good = """
                - api: huawei-res-job
                  account: huawei
                  parameters: { project_id: p, job_id: %s }
                """;
        Group group = group();
        Map<String, String> mistakes = new LinkedHashMap<>();
        mistakes.put(good.replace("res-job", "res-jbo"), "api: must be one of…did you mean 'huawei-res-job'?");
        mistakes.put(
                good.replace("account: huawei", "account: huawie"), "account: must be one of…did you mean 'huawei'?");
        mistakes.put(
                good.replace("account: huawei", "acount: huawei"), "acount: unknown member of a watch; did you mean");
        mistakes.put(good.replace(", job_id: %s", ""), "parameters.job_id: required");
        mistakes.put(good.replace("job_id", "jobid"), "parameters.jobid: unknown to…did you mean 'job_id'?");
        mistakes.put(good.replace("%s", "[]"), "parameters.job_id: must be a text");
        mistakes.put(good.replace("%s", "\"..\""), "parameters.job_id: must not be a dot segment");
        mistakes.put(good + "  every: often\n", "every: ");
        mistakes.put(good + "  progress: some\n", "progress: must be true or false");
        mistakes.put(good + "  stuckAfter: 0s\n", "stuckAfter: ");
        mistakes.put(good + "  labels: [a]\n", "labels: must be an object");
        mistakes.put(good + "  label: { team: a }\n", "label: unknown member of a watch; did you mean 'labels'?");
        mistakes.put(good.replace("- api", "api").replace("\n  ", "\n"), "must be a YAML list of watches");
        mistakes.put(good.replace("}", ""), "is not valid YAML");
        mistakes.put(good.replace("%s", "*job"), "");
        mistakes.put(good.replace("%s", "a-secret-key-of-this-account"), "must not have a secret in it");
        mistakes.put(good.replace("%s", "good"), "the same watch");
        mistakes.forEach((text, check) -> {
            String file = "watches/x-%02d.yaml".formatted(group.mistakes.size());
            group.write(file, text.replace("%s", file), file + "…" + check, file + " …" + check);
        });
    }

    private void seeds() {
        group().remove(SEED + "watch.yaml", SEED + "watch.yaml: is not there", "");
        group().remove(SEED + "records/01-running.json", SEED + "replies/01-running.json: has no record", "")
                .replace(
                        SEED + "records/02-succeeded-documented.json",
                        "\"SUCCEEDED\"",
                        "\"SUCCEDED\"",
                        SEED + "records/02-succeeded-documented.json: /state: the mapping gives \"SUCCEEDED\"",
                        "")
                .write(SEED + "replies/90.json", "{}", SEED + "replies/90.json: has no record", "")
                .write(SEED + "records/91.json", "{", SEED + "records/91.json:1: is not valid JSON", "")
                .write(
                        SEED + "errors/92.json",
                        "{\"status\": 700}",
                        SEED + "errors/92.json: status: must be an HTTP status",
                        "")
                .write(
                        SEED + "errors/93.json",
                        "{\"status\": 403, \"text\": \"\", \"failure\": {\"kind\": \"NOT_FOUND\"}}",
                        SEED + "errors/93.json: failure.kind: the mapping gives 'FORBIDDEN', was 'NOT_FOUND'",
                        "")
                .write("seeds/acme/watch.yaml", "[]", "seeds/acme: has no route", "");
    }
}
