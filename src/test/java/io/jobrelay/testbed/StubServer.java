package io.jobrelay.testbed;

import static com.github.tomakehurst.wiremock.client.WireMock.get;
import static com.github.tomakehurst.wiremock.client.WireMock.getRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.noContent;
import static com.github.tomakehurst.wiremock.client.WireMock.okJson;
import static com.github.tomakehurst.wiremock.client.WireMock.post;
import static com.github.tomakehurst.wiremock.client.WireMock.postRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.urlPathMatching;
import static com.github.tomakehurst.wiremock.core.WireMockConfiguration.wireMockConfig;
import static java.util.stream.Collectors.toCollection;
import static java.util.stream.Collectors.toMap;

import com.github.tomakehurst.wiremock.WireMockServer;
import com.github.tomakehurst.wiremock.client.MappingBuilder;
import com.github.tomakehurst.wiremock.client.ResponseDefinitionBuilder;
import com.github.tomakehurst.wiremock.extension.ResponseDefinitionTransformerV2;
import com.github.tomakehurst.wiremock.http.HttpHeader;
import com.github.tomakehurst.wiremock.http.ResponseDefinition;
import com.github.tomakehurst.wiremock.stubbing.Scenario;
import com.github.tomakehurst.wiremock.stubbing.ServeEvent;
import com.github.tomakehurst.wiremock.verification.LoggedRequest;
import com.standardwebhooks.Webhook;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * WireMock at both ends of a Jobrelay: Huawei Cloud RES as far as single jobs are asked for, where a job without a life of
 * its own is RUNNING, and a receiver of webhooks. As a static extension it serves a class, and begins each test anew.
 */
public final class StubServer extends WireMockServer implements AutoCloseable, BeforeEachCallback, AfterAllCallback {
    private static final String JOBS = "/[^/]+/[^/]+/jobs/";
    private static final String HOOK = "/hook.*";
    private static final int ANY_JOB = 9;

    private final LastWord lastWord;

    /** Starts the server. */
    public StubServer() {
        this(new LastWord());
    }

    private StubServer(LastWord lastWord) {
        super(wireMockConfig()
                .bindAddress("127.0.0.1")
                .dynamicPort()
                .http2PlainDisabled(true)
                .gzipDisabled(true)
                .jettyAcceptors(1)
                .containerThreads(16)
                .asynchronousResponseEnabled(true) // a late reply holds up no other
                .asynchronousResponseThreads(4)
                .maxRequestJournalEntries(20_000)
                .extensions(lastWord));
        this.lastWord = lastWord;
        start();
        begin();
    }

    private void begin() {
        resetAll();
        replies(ServeEvent::getResponseDefinition);
        jobs(running());
        hook(noContent());
    }

    @Override
    public String baseUrl() {
        return "http://127.0.0.1:" + port();
    }

    public String hookUrl() {
        return baseUrl() + "/hook";
    }

    /** A job that goes on. */
    public static ResponseDefinitionBuilder running() {
        return job("{{request.pathSegments.[3]}}", "RUNNING").withTransformers("response-template");
    }

    private static ResponseDefinitionBuilder job(String id, String state) {
        return okJson("{\"is_success\":true,\"job\":{\"project_id\":\"p\",\"job_id\":\"%s\",\"job_status\":\"%s\"}}"
                .formatted(id, state));
    }

    /** What is said from now on of every job that has no life of its own. */
    public void jobs(ResponseDefinitionBuilder reply) {
        stubFor(get(urlPathMatching(JOBS + ".+")).atPriority(ANY_JOB).willReturn(reply));
    }

    /** The life of a job from now on, a state a poll. */
    public void job(String id, String... states) {
        play(
                () -> get(urlPathMatching(JOBS + id)),
                Stream.of(states).map(state -> job(id, state)).toArray(ResponseDefinitionBuilder[]::new));
    }

    /** What webhooks are answered from now on. */
    public void hook(ResponseDefinitionBuilder... replies) {
        play(() -> post(urlPathMatching(HOOK)), replies);
    }

    /** A scenario: each request gets the next of the replies, and when they have been given the last. */
    public void play(Supplier<MappingBuilder> request, ResponseDefinitionBuilder... replies) {
        String scenario = UUID.randomUUID().toString();
        for (int i = 0; i < replies.length; i++) {
            stubFor(request.get()
                    .inScenario(scenario)
                    .whenScenarioStateIs(i == 0 ? Scenario.STARTED : "reply " + i)
                    .willSetStateTo(i + 1 < replies.length ? "reply " + (i + 1) : null)
                    .willReturn(replies[i]));
        }
    }

    /** Has the last word on every reply. */
    public void replies(Function<ServeEvent, ResponseDefinition> reply) {
        lastWord.reply = reply;
    }

    /** How often the jobs that match were asked for. */
    public long asked(String job) {
        return countRequestsMatching(
                        getRequestedFor(urlPathMatching(JOBS + job)).build())
                .getCount();
    }

    /** How often any job was asked for. */
    public long asked() {
        return asked(".+");
    }

    /** The status of every reply, in order. */
    public List<Integer> statuses() {
        List<Integer> statuses = getAllServeEvents().stream()
                .map(event -> event.getResponse().getStatus())
                .collect(toCollection(ArrayList::new));
        Collections.reverse(statuses);
        return statuses;
    }

    /** The webhooks that came, in order. */
    public List<LoggedRequest> hooks() {
        return findAll(postRequestedFor(urlPathMatching(HOOK)));
    }

    /** Holds a webhook to its signature, as the official library sees it. */
    public static void verify(String secret, LoggedRequest hook) throws Exception {
        Map<String, List<String>> headers =
                hook.getHeaders().all().stream().collect(toMap(HttpHeader::key, HttpHeader::values));
        new Webhook(secret).verify(hook.getBodyAsString(), headers);
    }

    @Override
    public void beforeEach(ExtensionContext test) {
        begin();
    }

    @Override
    public void afterAll(ExtensionContext tests) {
        close();
    }

    @Override
    public void close() {
        stop();
    }

    private static final class LastWord implements ResponseDefinitionTransformerV2 {
        private volatile Function<ServeEvent, ResponseDefinition> reply = ServeEvent::getResponseDefinition;

        @Override
        public ResponseDefinition transform(ServeEvent event) {
            return reply.apply(event);
        }

        @Override
        public String getName() {
            return "last-word";
        }
    }
}
