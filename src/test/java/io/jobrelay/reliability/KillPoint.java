package io.jobrelay.reliability;

import static java.util.stream.Collectors.joining;

import io.jobrelay.camel.Relay;
import io.jobrelay.camel.engine.EngineConfiguration;
import io.jobrelay.delivery.EventFile;
import io.jobrelay.delivery.OwnerOnly;
import io.jobrelay.ledger.DueWatches;
import io.jobrelay.ledger.Lease;
import io.jobrelay.ledger.Outbox;
import io.jobrelay.ledger.Purge;
import java.lang.reflect.Method;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import net.bytebuddy.description.method.MethodDescription;
import org.flywaydb.core.internal.sqlscript.ParsedSqlStatement;
import org.jdbi.v3.core.Handle;

/** Where a life may end: places in the program, named by class and method, so that a rename shows at once. */
enum KillPoint {
    /** A statement of a migration was executed; the others of the same migration were not. */
    IN_MIGRATION(after(ParsedSqlStatement.class, "execute")),
    /** The newest file is open, and what a crash tore is not yet removed. */
    IN_FILE_REPAIR(after(in("delivery.EventLines"), "startOfLast")),
    /** Watches that are due were read, and nobody has asked for them. */
    AFTER_READING_WATCHES(
            after(DueWatches.class, "due", Lease.class, Instant.class, String.class, Instant.class, int.class)),
    /** When watches are due again is written behind the polls, and not committed. */
    WHILE_NOTING(before(DueWatches.class, "noteAll"), before(Handle.class, "commit")),
    /** The provider has answered, the answer is not taken in. */
    AFTER_REPLY(before(in("camel.watches.Settlement"), "done")),
    /** The job is written, its change is not. */
    IN_TRANSACTION(after(in("ledger.Jobs"), "write", Handle.class)),
    /** All is written, nothing is committed. */
    BEFORE_COMMIT(after(in("ledger.Jobs"), "write", Handle.class), before(Handle.class, "commit")),
    /** All is committed, nobody has been told. */
    AFTER_COMMIT(after(in("ledger.Jobs"), "write", Handle.class), after(Handle.class, "commit")),
    /** The change has passed one outbox of several, and is in none. */
    IN_ROUTING(after(in("camel.outbox.OutboxProducer"), "process")),
    /** The change has passed all its outboxes, and neither that nor that it is routed is written. */
    AFTER_ROUTING(before(Outbox.class, "delivered").of("destination=changes")),
    BEFORE_SEND_TO_FILE(before(in("camel.outbox.OutboxConsumer"), "deliver").of("destination=file")),
    BEFORE_SEND_TO_QUEUE(before(in("camel.outbox.OutboxConsumer"), "deliver").of("destination=queue")),
    BEFORE_SEND_TO_WEBHOOK(before(in("camel.outbox.OutboxConsumer"), "deliver").of("destination=webhook")),
    /** The file is about to be written. */
    BEFORE_APPEND_TO_FILE(before(in("delivery.EventLines"), "append")),
    /** The event is in the file, the ledger does not know. */
    AFTER_APPEND_TO_FILE(after(in("delivery.EventLines"), "append")),
    AFTER_SEND_TO_QUEUE(before(Outbox.class, "delivered").of("destination=queue")),
    AFTER_SEND_TO_WEBHOOK(before(Outbox.class, "delivered").of("destination=webhook")),
    /** That it is delivered is written, and not committed. */
    WHILE_MARKING(before(Outbox.class, "delivered").of("destination=webhook"), before(Handle.class, "commit")),
    /** The last attempt has failed, and that is not committed. */
    IN_MOVE_TO_DEAD(before(Outbox.class, "failed").of("DEAD"), before(Handle.class, "commit")),
    /** What was settled long ago is deleted, and that is not committed. */
    IN_CLEAN_UP(before(Purge.class, "deliveries"), before(Handle.class, "commit")),
    /** The file was moved away and a new one is there, empty. */
    IN_ROTATION(before(EventFile.class, "append"), after(OwnerOnly.class, "file")),
    /** The stop has begun. */
    IN_SHUTDOWN(before(Relay.class, "close")),
    /** Everything has stopped, the ledger is still open. */
    AT_THE_END_OF_SHUTDOWN(before(EngineConfiguration.class, "close"));

    private final String places;

    KillPoint(Place... places) {
        this.places = Arrays.stream(places).map(Place::toString).collect(joining("|"));
    }

    /** What the agent is told, to end the process when this point is reached for the n-th time. */
    String order(int nth) {
        return "halt|%s|%d|%s".formatted(name(), nth, places);
    }

    /** What the agent is told, to freeze the process there. */
    String freezeOrder(int nth) {
        return order(nth).replaceFirst("halt", "freeze");
    }

    private record Place(Method method, String when, String required) {
        private Place of(String argument) {
            return new Place(method, when, argument);
        }

        @Override
        public String toString() {
            return String.join(
                    "|",
                    method.getDeclaringClass().getName(),
                    method.getName(),
                    new MethodDescription.ForLoadedMethod(method).getDescriptor(),
                    when,
                    required);
        }
    }

    private static Place before(Class<?> type, String method, Class<?>... parameters) {
        return new Place(method(type, method, parameters), "ENTER", "");
    }

    private static Place after(Class<?> type, String method, Class<?>... parameters) {
        return new Place(method(type, method, parameters), "EXIT", "");
    }

    /** A class that only its own package sees. */
    private static Class<?> in(String name) {
        try {
            return Class.forName("io.jobrelay." + name);
        } catch (ClassNotFoundException e) {
            throw new IllegalStateException("a kill point names a class that is no more", e);
        }
    }

    private static Method method(Class<?> type, String name, Class<?>... parameters) {
        List<Method> found = Arrays.stream(type.getDeclaredMethods())
                .filter(method -> method.getName().equals(name) && !method.isSynthetic())
                .filter(method -> parameters.length == 0 || Arrays.equals(method.getParameterTypes(), parameters))
                .toList();
        if (found.size() != 1) {
            throw new IllegalStateException(
                    "a kill point names a method that is not there, or there twice: " + type.getName() + "." + name);
        }
        return found.get(0);
    }
}
