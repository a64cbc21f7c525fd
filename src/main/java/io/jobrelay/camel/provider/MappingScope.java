package io.jobrelay.camel.provider;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.NullNode;
import io.jobrelay.camel.watches.Poll;
import io.jobrelay.job.Json;
import java.util.List;
import net.thisptr.jackson.jq.BuiltinFunctionLoader;
import net.thisptr.jackson.jq.Scope;
import net.thisptr.jackson.jq.Versions;
import net.thisptr.jackson.jq.module.loaders.BuiltinModuleLoader;
import org.apache.camel.Exchange;
import org.apache.camel.language.jq.JqFunctions;

/**
 * The jq variables of the mappings: exchange variables of the same name, as JSON. So a mapping reads {@code $watch}, and
 * runs unchanged in the jq program with {@code --argjson watch '{...}'}.
 */
final class MappingScope {
    /** {@code $pages}: what the pages before held, and what the next one is asked with, as {@code {found, next}}. */
    static final String PAGES = "pages";

    private static final List<String> VARIABLES = List.of(Poll.WATCH, Poll.WANTED, PAGES);

    private MappingScope() {}

    static Scope create() {
        Scope scope = Scope.newEmptyScope();
        scope.setModuleLoader(BuiltinModuleLoader.getInstance());
        BuiltinFunctionLoader.getInstance().loadFunctions(Versions.JQ_1_7, scope);
        VARIABLES.forEach(name -> scope.setValue(name, () -> variable(name)));
        return scope;
    }

    private static JsonNode variable(String name) {
        Exchange exchange = JqFunctions.EXCHANGE_LOCAL.get();
        Object value = exchange.getVariable(name);
        if (value instanceof JsonNode json) {
            // As it is: what the pages so far have brought is not copied for each further one.
            return json;
        }
        return value == null ? NullNode.getInstance() : Json.MAPPER.valueToTree(value);
    }
}
