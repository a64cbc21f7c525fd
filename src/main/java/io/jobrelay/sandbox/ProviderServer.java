package io.jobrelay.sandbox;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.post;
import static com.github.tomakehurst.wiremock.client.WireMock.urlPathEqualTo;
import static com.github.tomakehurst.wiremock.core.WireMockConfiguration.wireMockConfig;

import com.github.tomakehurst.wiremock.WireMockServer;
import com.github.tomakehurst.wiremock.client.MappingBuilder;
import com.github.tomakehurst.wiremock.extension.ResponseDefinitionTransformerV2;
import com.github.tomakehurst.wiremock.extension.requestfilter.RequestFilterAction;
import com.github.tomakehurst.wiremock.extension.requestfilter.StubRequestFilterV2;
import com.github.tomakehurst.wiremock.http.Request;
import com.github.tomakehurst.wiremock.http.ResponseDefinition;
import com.github.tomakehurst.wiremock.stubbing.ServeEvent;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Function;

/**
 * The provider behind one account: an HTTP server on the loopback interface that lets in what the account has signed, plays
 * the seeds of its APIs to the requests that they document, and gives Keystone tokens. A request that no page documents
 * gets 404 and a text that says how it differs.
 */
final class ProviderServer implements AutoCloseable {
    private static final String ANSWER = "answer";

    private final SignatureCheck check;
    private final Seed voice;
    private final WireMockServer server;
    private final Map<String, Function<Request, ResponseDefinition>> answers = new ConcurrentHashMap<>();
    private final LongAdder let = new LongAdder();
    private final LongAdder refused = new LongAdder();

    /**
     * @param voice the API whose documented errors refuse a request
     */
    ProviderServer(Seed voice, SignatureCheck check, KeystoneService keystone) {
        this.voice = voice;
        this.check = check;
        server = new WireMockServer(wireMockConfig()
                .bindAddress("127.0.0.1")
                .dynamicPort()
                .http2PlainDisabled(true)
                .jettyAcceptors(1)
                .disableRequestJournal()
                .extensions(new Gate(), new Answers()));
        server.start();
        answer(post(urlPathEqualTo(KeystoneService.PATH)), request -> keystone.answer(request.getBody()));
    }

    /** Answers the requests that match. */
    void answer(MappingBuilder matching, Function<Request, ResponseDefinition> answer) {
        String name = "answer-" + answers.size();
        answers.put(name, answer);
        server.stubFor(matching.willReturn(aResponse().withTransformer(Answers.NAME, ANSWER, name)));
    }

    String url() {
        return "http://127.0.0.1:" + server.port();
    }

    /** How many requests were let in. */
    long let() {
        return let.sum();
    }

    /** How many requests were refused for their signature or token. */
    long refused() {
        return refused.sum();
    }

    @Override
    public void close() {
        server.stop();
    }

    /** Looks at the signature before anything else does. */
    private final class Gate implements StubRequestFilterV2 {
        @Override
        public RequestFilterAction filter(Request request, ServeEvent event) {
            ReceivedRequest received = ReceivedRequest.of(request);
            if (received.path().equals(KeystoneService.PATH)) {
                return RequestFilterAction.continueWith(request);
            }
            Optional<Refusal> refusal = check.check(received);
            if (refusal.isPresent()) {
                refused.increment();
                return RequestFilterAction.stopWith(voice.refusal(refusal.get()));
            }
            let.increment();
            return RequestFilterAction.continueWith(request);
        }

        @Override
        public String getName() {
            return "gate";
        }
    }

    /** Puts what is to be said now in the place of a stub's reply. */
    private final class Answers implements ResponseDefinitionTransformerV2 {
        private static final String NAME = "answers";

        @Override
        public ResponseDefinition transform(ServeEvent event) {
            Function<Request, ResponseDefinition> answer =
                    answers.get(event.getTransformerParameters().getString(ANSWER));
            return answer == null ? event.getResponseDefinition() : answer.apply(event.getRequest());
        }

        @Override
        public boolean applyGlobally() {
            return false;
        }

        @Override
        public String getName() {
            return NAME;
        }
    }
}
