package io.jobrelay.camel.provider;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Comparator.comparing;
import static java.util.Objects.requireNonNull;
import static java.util.stream.Collectors.toMap;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.jobrelay.account.Account;
import io.jobrelay.account.RateLimits;
import io.jobrelay.camel.watches.KeepReply;
import io.jobrelay.camel.watches.Poll;
import io.jobrelay.camel.watches.PollFailures;
import io.jobrelay.camel.watches.StopUnchanged;
import io.jobrelay.httpclient.BoundedClient;
import io.jobrelay.httpclient.TrustedServers;
import io.jobrelay.job.JobRecord;
import io.jobrelay.job.Json;
import io.jobrelay.provider.PollFailedException;
import io.jobrelay.provider.ProviderReply;
import io.jobrelay.secrets.Secrets;
import io.jobrelay.settings.Settings;
import io.jobrelay.signing.Acs3HmacSha256;
import io.jobrelay.signing.AwsSigV4;
import io.jobrelay.signing.BceAuthV1;
import io.jobrelay.signing.RequestSigner;
import io.jobrelay.signing.SdkHmacSha256;
import io.jobrelay.signing.SdkHmacSha256Scoped;
import io.jobrelay.watch.ProviderApi;
import io.jobrelay.watch.Watch;
import io.jobrelay.watch.WatchReader;
import java.io.ByteArrayInputStream;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.function.Supplier;
import net.thisptr.jackson.jq.BuiltinFunctionLoader;
import net.thisptr.jackson.jq.Scope;
import net.thisptr.jackson.jq.Versions;
import net.thisptr.jackson.jq.module.loaders.BuiltinModuleLoader;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.apache.camel.ProducerTemplate;
import org.apache.camel.component.http.HttpMethods;
import org.apache.camel.language.jq.JqFunctions;
import org.apache.camel.spi.Registry;
import org.apache.camel.support.SimpleTypeConverter;
import org.apache.hc.client5.http.SystemDefaultDnsResolver;
import org.jspecify.annotations.Nullable;

/** The beans that the routes of providers name, and what they share. */
public final class ProviderConfiguration {
    static final String SECRETS = "secrets";
    public static final String CLIENT = "provider-client";
    private static final int HTTPS = 443;

    private final CamelContext context;
    private final Supplier<Settings> settings;
    private final Secrets secrets;
    private final ProducerTemplate template;
    private final AccessTokenRoute tokens;
    private final RateLimits rateLimits = new RateLimits(this::accounts, System::nanoTime);
    private final Map<String, RequestSigner> awsSigners = new ConcurrentHashMap<>();
    private final PollEach pollEach = new PollEach(this);
    private volatile @Nullable Map<String, ProviderApi> held;

    /**
     * Binds the beans in the registry of the context, before its routes are built.
     *
     * @param settings asked each time, since they may be edited
     */
    public ProviderConfiguration(CamelContext context, Supplier<Settings> settings, Secrets secrets, Clock clock) {
        this.context = context;
        this.secrets = secrets;
        this.settings = settings;
        this.template = context.createProducerTemplate();
        SecretLookups.learn(context.getPropertiesComponent(), secrets);
        Registry registry = context.getRegistry();
        registry.bind(SECRETS, secrets);
        registry.bind("mapping-scope", mappingScope());
        registry.bind(CLIENT, client(settings.get()));
        registry.bind("acquire-permit", (Processor) this::acquirePermit);
        // Without it camel-http looks for such a converter at each request, which takes as long as the request.
        convert(String.class, HttpMethods.class, HttpMethods::valueOf);
        // Camel's own copies the bytes of a reply three times, and has buffers beside them.
        convert(ByteArrayInputStream.class, byte[].class, ByteArrayInputStream::readAllBytes);
        // Built only where a route or a mapping reads the watch.
        convert(Watch.class, JsonNode.class, watch -> Json.MAPPER.valueToTree(watch));
        signers().forEach(signer -> registry.bind(signer.scheme(), new SignRequest(exchange -> signer, clock)));
        registry.bind(AwsSigV4.SCHEME, new SignRequest(this::awsSigner, clock));
        registry.bind("bearer", new BearerToken(secrets));
        registry.bind("headers", (Processor)
                exchange -> Poll.account(exchange).headers().forEach(exchange.getMessage()::setHeader));
        tokens = new AccessTokenRoute(context, secrets, clock);
        registry.bind("access-token", tokens);
        registry.bind("renew-token", (Processor) tokens::renew);
        registry.bind("keep-reply", new KeepReply());
        registry.bind("stop-unchanged", new StopUnchanged());
        registry.bind("parse-reply", new ParseReply(secrets, this::api));
        registry.bind("require-success", new RequireSuccess(clock));
        registry.bind("to-records", new ToRecords(clock, this::api));
        registry.bind("poll-each", pollEach);
        registry.bind("set-since", (Processor) exchange -> setSince(exchange, clock));
    }

    /** So a mapping reads {@code $watch}, and runs unchanged in the jq program with {@code --argjson watch '{...}'}. */
    private Scope mappingScope() {
        Scope scope = Scope.newEmptyScope();
        scope.setModuleLoader(BuiltinModuleLoader.getInstance());
        BuiltinFunctionLoader.getInstance().loadFunctions(Versions.JQ_1_7, scope);
        List.of(Poll.WATCH, Poll.WANTED, MakeRequest.PAGES, MakeRequest.SINCE)
                .forEach(name -> scope.setValue(name, () -> {
                    JsonNode value = JqFunctions.EXCHANGE_LOCAL.get().getVariable(name, JsonNode.class);
                    return value == null ? NullNode.getInstance() : value;
                }));
        scope.setValue("reply", () -> reply(JqFunctions.EXCHANGE_LOCAL.get()));
        return scope;
    }

    /** Puts the time since when a list of changes asks into the exchange. */
    private void setSince(Exchange exchange, Clock clock) {
        Poll poll = Poll.of(exchange);
        api(poll.watch().api())
                .filter(ProviderApi::listsChanges)
                .map(api -> api.since(poll.answered(), clock.instant()))
                .ifPresent(since -> exchange.setVariable(MakeRequest.SINCE, TextNode.valueOf(since.toString())));
    }

    /**
     * What a mapping reads of a reply beside its JSON, as {@code $reply}: status, headers by lower-case name, text that is no
     * JSON.
     */
    private JsonNode reply(Exchange exchange) {
        ObjectNode node = Json.MAPPER.createObjectNode();
        ProviderReply reply = KeepReply.of(exchange);
        if (reply != null) {
            node.put("status", reply.httpStatus());
            ObjectNode headers = node.putObject("headers");
            exchange.getMessage().getHeaders().forEach((name, value) -> {
                if (!name.startsWith("Camel") && value != null) {
                    headers.put(name.toLowerCase(Locale.ROOT), secrets.mask(value.toString()));
                }
            });
            if (exchange.getMessage().getBody() instanceof NullNode) {
                node.put("text", secrets.mask(new String(reply.body(), UTF_8)));
            }
        }
        return node;
    }

    private <F, T> void convert(Class<F> from, Class<T> to, Function<F, T> function) {
        context.getTypeConverterRegistry()
                .addTypeConverter(
                        to,
                        from,
                        new SimpleTypeConverter(false, (type, exchange, value) -> function.apply(from.cast(value))));
    }

    private static List<RequestSigner> signers() {
        return List.of(
                new Acs3HmacSha256(() -> UUID.randomUUID().toString()),
                new SdkHmacSha256(),
                new SdkHmacSha256Scoped(),
                new BceAuthV1());
    }

    /** One for each region and service, since a signer keeps its keys. */
    private RequestSigner awsSigner(Exchange exchange) {
        String region = Poll.account(exchange).given("region").orElse("");
        Watch watch = requireNonNull(exchange.getVariable(Poll.WATCH, Watch.class), "the exchange has no watch");
        String service = api(watch.api()).map(ProviderApi::getService).orElse("");
        return awsSigners.computeIfAbsent(region + "/" + service, scope -> new AwsSigV4(region, service));
    }

    /** The authority of a server, as an account has it: that of its endpoint, and of where it obtains its token. */
    private Optional<Path> caFile(String host, int port) {
        return accounts().values().stream()
                .filter(account -> account.servers()
                        .anyMatch(url -> url.getHost().equalsIgnoreCase(host)
                                && (url.getPort() < 0 ? HTTPS : url.getPort()) == port))
                .sorted(comparing(Account::name))
                .flatMap(account -> account.given("ca-file").stream())
                .map(Path::of)
                .findFirst();
    }

    private BoundedClient client(Settings settings) {
        return new BoundedClient(
                settings.poll().timeout(),
                settings.poll().replyLimit(),
                settings.poll().concurrency(),
                SystemDefaultDnsResolver.INSTANCE,
                new TrustedServers(this::caFile));
    }

    public Secrets secrets() {
        return secrets;
    }

    /** The accounts by name. */
    public Map<String, Account> accounts() {
        return settings.get().accounts();
    }

    /** Makes the client one of the settings as they are now; what is in flight through the old one is cut. */
    public void renewClient() {
        Registry registry = context.getRegistry();
        BoundedClient old = registry.lookupByNameAndType(CLIENT, BoundedClient.class);
        registry.bind(CLIENT, client(settings.get()));
        old.stop();
    }

    /** Forgets the tokens of accounts that are no longer what they were. */
    public void renewTokens() {
        tokens.keepOnly(accounts().values());
    }

    /** Keeps an account within its rate limit; the permit for the first request of a poll comes with the poll. */
    private void acquirePermit(Exchange exchange) throws InterruptedException {
        KeepReply.forget(exchange);
        if (!Poll.acquirePermit(exchange)) {
            rateLimits.take(Poll.account(exchange).name());
        }
    }

    /** The limits that every request of this process is held to. */
    public RateLimits rateLimits() {
        return rateLimits;
    }

    /** Reads watches of the APIs whose routes are loaded and of the accounts in the settings. */
    public WatchReader watchReader() {
        return new WatchReader(this::apis, this::accounts, secrets);
    }

    /** The provider APIs whose routes are loaded, by name; while routes are replaced, those of before. */
    public Map<String, ProviderApi> apis() {
        Map<String, ProviderApi> before = held;
        return before != null ? before : loadedApis();
    }

    /** The provider API of this name; empty if there is none. */
    public Optional<ProviderApi> api(String name) {
        return Optional.ofNullable(context.getRegistry().lookupByNameAndType(name, ProviderApi.class))
                .or(() -> Optional.ofNullable(apis().get(name)));
    }

    /** Routes begin to be replaced: watches are read as if they stood all the while. */
    public void holdApis() {
        held = loadedApis();
    }

    /** Routes have been replaced. */
    public void releaseApis() {
        held = null;
        pollEach.forget();
    }

    private Map<String, ProviderApi> loadedApis() {
        return context.getRegistry().findByType(ProviderApi.class).stream()
                .collect(toMap(ProviderApi::getName, Function.identity()));
    }

    /**
     * Polls the watch once.
     *
     * @throws PollFailedException if that brought no records
     */
    public List<JobRecord> poll(Watch watch) {
        return poll(Poll.of(watch));
    }

    /** The same where its provider has given this reply already. */
    List<JobRecord> poll(Watch watch, JsonNode reply) {
        return poll(Poll.of(watch, reply));
    }

    private List<JobRecord> poll(Poll poll) {
        Watch watch = poll.watch();
        Account account = requireNonNull(accounts().get(watch.account()), "the watch has a known account");
        Exchange answer = template.request("direct:" + watch.api(), exchange -> poll.begin(exchange, account));
        if (answer.getException() != null) {
            throw new PollFailedException(PollFailures.of(answer, answer.getException(), secrets));
        }
        return Poll.records(answer);
    }
}
