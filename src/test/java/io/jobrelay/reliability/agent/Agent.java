package io.jobrelay.reliability.agent;

import static net.bytebuddy.matcher.ElementMatchers.hasDescriptor;
import static net.bytebuddy.matcher.ElementMatchers.named;

import java.lang.instrument.Instrumentation;
import net.bytebuddy.agent.builder.AgentBuilder;
import net.bytebuddy.asm.Advice;
import net.bytebuddy.dynamic.DynamicType;

/**
 * Changes the program as it is loaded. Its argument is a list of orders, with {@code &} between them: {@code
 * halt|<name>|<n>|<place>...} ends the process as SIGKILL would when the last of the places is reached for the n-th time
 * since the places before it were, {@code freeze|...} stops it there as SIGSTOP would, once it is told to, and {@code
 * break|<variant>} turns the program into one that does not keep its word.
 * A place is {@code <class>|<method>|<descriptor>|ENTER or EXIT|<what an argument must name, or nothing>}.
 */
public final class Agent {
    private static final int PLACE = 3;
    private static final int PARTS_OF_PLACE = 5;

    private Agent() {}

    public static void premain(String orders, Instrumentation instrumentation) {
        AgentBuilder builder = new AgentBuilder.Default();
        for (String order : orders.split("&", -1)) {
            String[] parts = order.split("\\|", -1);
            builder = switch (parts[0]) {
                case "halt", "freeze" -> halt(builder, parts);
                case "break" -> Variant.valueOf(parts[1]).breakIn(builder);
                default -> throw new IllegalArgumentException("unknown order: " + order);
            };
        }
        builder.installOn(instrumentation);
    }

    private static AgentBuilder halt(AgentBuilder builder, String[] parts) {
        int places = (parts.length - PLACE) / PARTS_OF_PLACE;
        AgentBuilder all = builder;
        for (int place = 0; place < places; place++) {
            int at = PLACE + place * PARTS_OF_PLACE;
            Class<?> advice = parts[at + 3].equals("ENTER") ? OnEnter.class : OnExit.class;
            int number = place;
            Halt.add(place, parts[at + 4]);
            all = all.type(named(parts[at]))
                    .transform((type, description, loader, module, domain) ->
                            visit(type, advice, number, parts[at + 1], parts[at + 2]));
        }
        Halt.at(parts[1], Integer.parseInt(parts[2]), parts[0].equals("freeze"));
        return all;
    }

    private static DynamicType.Builder<?> visit(
            DynamicType.Builder<?> type, Class<?> advice, int place, String method, String descriptor) {
        return type.visit(Advice.withCustomMapping()
                .bind(Place.class, place)
                .to(advice)
                .on(named(method).and(hasDescriptor(descriptor))));
    }
}
