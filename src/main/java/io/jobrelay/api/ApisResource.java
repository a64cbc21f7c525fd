package io.jobrelay.api;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.jobrelay.account.Account;
import io.jobrelay.job.Json;
import io.jobrelay.watch.ProviderApi;
import io.jobrelay.watch.WatchReader;

/** {@code /api/apis}: what a new watch can be made of. */
record ApisResource(WatchReader reader) {
    void addTo(Routes routes) {
        routes.get("/api/apis", request -> {
            ObjectNode all = Json.MAPPER.createObjectNode();
            ArrayNode apis = all.putArray("apis");
            reader.apis().forEach(api -> apis.add(json(api)));
            ArrayNode accounts = all.putArray("accounts");
            reader.accounts().forEach(account -> accounts.add(json(account)));
            return Reply.json(200, all);
        });
    }

    private static ObjectNode json(ProviderApi api) {
        return Json.MAPPER
                .createObjectNode()
                .put("name", api.getName())
                .put("list", api.isList())
                .putPOJO("required", api.getRequired())
                .putPOJO("optional", api.getOptional());
    }

    private static ObjectNode json(Account account) {
        ObjectNode node = Json.MAPPER.createObjectNode().put("name", account.name());
        account.missing().ifPresent(missing -> node.put("missing", missing));
        return node;
    }
}
