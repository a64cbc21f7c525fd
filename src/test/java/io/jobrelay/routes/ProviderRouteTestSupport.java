package io.jobrelay.routes;

import static com.github.tomakehurst.wiremock.client.WireMock.any;
import static com.github.tomakehurst.wiremock.client.WireMock.anyUrl;
import static com.github.tomakehurst.wiremock.client.WireMock.okJson;
import static com.github.tomakehurst.wiremock.stubbing.Scenario.STARTED;

import io.jobrelay.job.JobRecord;
import io.jobrelay.provider.PollFailedException;
import io.jobrelay.provider.PollFailure;
import io.jobrelay.watch.Watch;
import io.jobrelay.watch.WatchFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** Tests the route of one provider. Nothing polls by itself: a test stubs first and polls then. */
abstract class ProviderRouteTestSupport extends RouteTestSupport {
    /** No id of a provider is like this; what is right for it is right for all. */
    static final String AWKWARD = "d a/b*c~d+e%f中";

    static final String ENCODED = "d%20a%2Fb%2Ac~d%2Be%25f%E4%B8%AD";

    private final String api;
    private final String account;
    private final String signing;

    /**
     * @param account as in the watch of the seed
     */
    ProviderRouteTestSupport(String api, String account, String signing) {
        super("file:routes/signing/*.camel.yaml,file:routes/templates/*.camel.yaml,file:routes/providers/" + api
                + ".camel.yaml");
        this.api = api;
        this.account = account;
        this.signing = signing;
    }

    @Override
    Map<String, String> accounts() {
        return TestWatches.account(account, provider.baseUrl(), signing);
    }

    /** The provider gives these replies of the seed, one for each request. */
    void plays(String... replies) throws IOException {
        String state = STARTED;
        for (String reply : replies) {
            provider.stubFor(any(anyUrl())
                    .inScenario(api)
                    .whenScenarioStateIs(state)
                    .willReturn(okJson(Files.readString(seed("replies/" + reply + ".json"))))
                    .willSetStateTo(reply));
            state = reply;
        }
    }

    /** Polls the watch of the seed. */
    List<JobRecord> poll() {
        return beans.poll(seeded());
    }

    /** The failure of a poll that has to fail, of the watch of the seed. */
    PollFailure failure() {
        return failure(seeded());
    }

    /** The same of a watch with these parameters, in YAML. */
    PollFailure failure(String parameters) {
        return failure(TestWatches.watch(
                beans.watchReader(),
                "{ api: %s, account: %s, parameters: { %s } }".formatted(api, account, parameters)));
    }

    private PollFailure failure(Watch watch) {
        List<JobRecord> records;
        try {
            records = beans.poll(watch);
        } catch (PollFailedException e) {
            return e.failure();
        }
        throw new AssertionError("brought records: " + records);
    }

    private Watch seeded() {
        return new WatchFile(beans.watchReader())
                .read(seed("watch.yaml"))
                .entries()
                .get(0)
                .watch();
    }

    private Path seed(String file) {
        return Path.of("seeds", api, file);
    }
}
