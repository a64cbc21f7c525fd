package io.jobrelay.reliability.agent;

import static net.bytebuddy.matcher.ElementMatchers.named;
import static net.bytebuddy.matcher.ElementMatchers.takesArguments;

import net.bytebuddy.agent.builder.AgentBuilder;
import net.bytebuddy.asm.Advice;
import net.bytebuddy.description.method.MethodDescription;
import net.bytebuddy.matcher.ElementMatcher;

/** Programs that look like Jobrelay and do not keep its word. The names are not classes, so that none is loaded too early. */
public enum Variant {
    /** A change counts as delivered to the file once it is read from the outbox; it is sent afterwards. */
    NO_OUTBOX {
        @Override
        AgentBuilder breakIn(AgentBuilder builder) {
            return in(builder, "io.jobrelay.ledger.Outbox", named("pending"), NoOutbox.class);
        }
    },
    /** A change is in the file before it is in the ledger. */
    ANNOUNCE_BEFORE_COMMIT {
        @Override
        AgentBuilder breakIn(AgentBuilder builder) {
            AgentBuilder opening =
                    in(builder, "io.jobrelay.delivery.EventFile", named("open"), AnnounceBeforeCommit.Opened.class);
            return in(
                    opening,
                    "io.jobrelay.ledger.Announcements$Batch",
                    named("append"),
                    AnnounceBeforeCommit.Appended.class);
        }
    },
    /** The HTTP client sends a request again by itself. */
    AUTOMATIC_RETRY {
        @Override
        AgentBuilder breakIn(AgentBuilder builder) {
            return in(
                    builder,
                    "org.apache.hc.client5.http.impl.classic.HttpClientBuilder",
                    named("disableAutomaticRetries"),
                    AutomaticRetry.class);
        }
    },
    /** What has been begun once counts as known, as in an idempotent consumer that is eager. */
    EAGER_DEDUPLICATION {
        @Override
        AgentBuilder breakIn(AgentBuilder builder) {
            return in(
                    builder,
                    "io.jobrelay.delivery.EventFile",
                    named("append").and(takesArguments(2)),
                    EagerDeduplication.class);
        }
    },
    /** The file says that it has what is still in a buffer. */
    ACKNOWLEDGE_BEFORE_FLUSH {
        @Override
        AgentBuilder breakIn(AgentBuilder builder) {
            AgentBuilder appending = in(
                    builder,
                    "io.jobrelay.delivery.EventLines",
                    named("append").and(takesArguments(byte[].class)),
                    AcknowledgeBeforeFlush.Appending.class);
            return in(
                    appending, "io.jobrelay.delivery.EventLines", named("close"), AcknowledgeBeforeFlush.Closing.class);
        }
    },
    /** What is written for an account is written even if another node has taken that since. */
    NO_FENCING {
        @Override
        AgentBuilder breakIn(AgentBuilder builder) {
            return in(builder, "io.jobrelay.ledger.Fence", named("lost"), NoFencing.class);
        }
    },
    /** An account is handed over while polls of it are under way. */
    NO_DRAIN {
        @Override
        AgentBuilder breakIn(AgentBuilder builder) {
            return in(builder, "io.jobrelay.camel.watches.ScheduleKeeper", named("ended"), NoDrain.class);
        }
    },
    /** When a watch was answered and is due again is said to be written, and is not. */
    NO_NOTES {
        @Override
        AgentBuilder breakIn(AgentBuilder builder) {
            return in(builder, "io.jobrelay.ledger.DueWatches", named("note"), NoNotes.class);
        }
    },
    /** Each attempt at a webhook is an event of its own. */
    NEW_ID_ON_EACH_ATTEMPT {
        @Override
        AgentBuilder breakIn(AgentBuilder builder) {
            return in(builder, "io.jobrelay.camel.destination.SignWebhook", named("process"), NewIdOnEachAttempt.class);
        }
    };

    abstract AgentBuilder breakIn(AgentBuilder builder);

    private static AgentBuilder in(
            AgentBuilder builder, String type, ElementMatcher<? super MethodDescription> method, Class<?> advice) {
        return builder.type(named(type))
                .transform((changed, description, loader, module, domain) ->
                        changed.visit(Advice.to(advice).on(method)));
    }
}
