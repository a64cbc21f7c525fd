package io.jobrelay.cli;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MappingIterator;
import io.jobrelay.account.Account;
import io.jobrelay.camel.validation.DirectoryValidator;
import io.jobrelay.camel.validation.DryRun;
import io.jobrelay.camel.validation.RequestPreview;
import io.jobrelay.camel.validation.RoutingPreview;
import io.jobrelay.job.Json;
import io.jobrelay.logging.PlainLine;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** What {@code check} prints besides problems: the requests that would be sent, and where changes would go. */
record CheckReport(DryRun dryRun, PrintWriter out) {
    /** Prints the request of each watch. */
    void requests(DirectoryValidator.Findings findings) {
        RequestPreview preview = new RequestPreview(dryRun);
        for (DirectoryValidator.Placed placed : findings.watches()) {
            Account account =
                    requireNonNull(findings.accounts().get(placed.watch().account()), "a known account");
            say(placed.place() + ": " + placed.watch().api() + ", account " + account.name());
            account.missing().ifPresent(missing -> say("  would not be polled: " + missing));
            List<RequestPreview.Request> requests = preview.requests(placed.watch(), account);
            if (requests.isEmpty()) {
                say("  sends nothing: its route ends before the request");
            }
            requests.forEach(this::request);
            List<RequestPreview.Request> batched = preview.batchedRequests(placed.watch(), account);
            if (!batched.isEmpty()) {
                say("  instead of many such requests, since the account has batched-polls=true:");
                batched.forEach(this::request);
            }
        }
    }

    private void request(RequestPreview.Request request) {
        say("  " + request.method() + " " + request.url());
        request.headers()
                .forEach(header -> say(
                        "    %s: %s%s".formatted(header.name(), header.value(), header.signed() ? "  (signed)" : "")));
        if (!request.body().isEmpty()) {
            say("    " + request.body());
        }
    }

    /** Prints where the router sends each change of a file; false if there is no router, or it fails. */
    boolean routing(String file) {
        RoutingPreview preview = new RoutingPreview(dryRun);
        if (!preview.hasRouter()) {
            say("routes/: no route reads outbox:changes, so no change goes anywhere");
            return false;
        }
        boolean good = true;
        try {
            for (JsonNode document : documents(file)) {
                good &= routing(preview, preview.route(document));
            }
            return good;
        } catch (IOException | IllegalArgumentException e) {
            String why = String.valueOf(e.getMessage()).lines().findFirst().orElse("");
            throw new IllegalStateException("--change: " + file + ": " + why, e);
        }
    }

    private boolean routing(RoutingPreview preview, RoutingPreview.Outcome outcome) {
        say(outcome.subject());
        TextTable table = new TextTable("  TO", "BY", "");
        Set<String> left = new TreeSet<>(preview.destinations());
        for (RoutingPreview.Step step : outcome.steps()) {
            String what = step.description();
            if (step.outbox()) {
                boolean read = left.remove(step.to()) || preview.destinations().contains(step.to());
                what = preview.off(step.to())
                        ? "not while jobrelay.destination." + step.to() + ".enabled=false"
                        : read ? what : "no route reads outbox:" + step.to();
            } else {
                what = "(not called here) " + what;
            }
            table.row("  " + step.to(), step.route() + "/" + step.step(), what);
        }
        left.forEach(destination -> table.row("  " + destination, "", "not sent there"));
        table.lines().forEach(out::println);
        if (!outcome.failure().isEmpty()) {
            say("  the router fails and would try again: " + outcome.failure());
        }
        return outcome.failure().isEmpty();
    }

    private static List<JsonNode> documents(String file) throws IOException {
        String text = Subcommand.contents(file);
        List<JsonNode> documents = new ArrayList<>();
        try (MappingIterator<JsonNode> values =
                Json.MAPPER.readerFor(JsonNode.class).readValues(text)) {
            values.forEachRemaining(documents::add);
        } catch (RuntimeException e) {
            throw new IllegalArgumentException("is not valid JSON: " + e.getMessage(), e);
        }
        if (documents.isEmpty()) {
            throw new IllegalArgumentException("is empty");
        }
        return documents;
    }

    private void say(String line) {
        out.println(PlainLine.of(line));
    }
}
