package io.jobrelay.camel;

import static java.util.Objects.requireNonNull;
import static java.util.stream.Collectors.toMap;

import io.jobrelay.account.Account;
import io.jobrelay.account.RequestBudget;
import io.jobrelay.job.JobRecord;
import io.jobrelay.provider.PollFailedException;
import io.jobrelay.settings.Settings;
import io.jobrelay.signing.Acs3HmacSha256;
import io.jobrelay.signing.BceAuthV1;
import io.jobrelay.signing.RequestSigner;
import io.jobrelay.signing.SdkHmacSha256;
import io.jobrelay.signing.SdkHmacSha256Scoped;
import io.jobrelay.trust.Secrets;
import io.jobrelay.watch.ProviderApi;
import io.jobrelay.watch.Watch;
import io.jobrelay.watch.WatchReader;
import io.jobrelay.wire.BoundedClient;
import java.security.NoSuchAlgorithmException;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Function;
import javax.net.ssl.SSLContext;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.apache.camel.ProducerTemplate;
import org.apache.camel.spi.Registry;
import org.apache.hc.client5.http.SystemDefaultDnsResolver;

/** The beans that the routes of providers name, and what they share. */
public final class ProviderBeans {
    static final String SECRETS = "secrets";

    private final CamelContext context;
    private final Settings settings;
    private final Secrets secrets;
    private final RequestBudget budget;
    private final ProducerTemplate template;

    ProviderBeans(CamelContext context, Settings settings, Secrets secrets, Clock clock) {
        this.context = context;
        this.secrets = secrets;
        this.settings = settings;
        this.template = context.createProducerTemplate();
        this.budget = new RequestBudget(settings.accounts(), System::nanoTime);
        Registry registry = context.getRegistry();
        registry.bind(SECRETS, secrets);
        registry.bind(UriTemplateLanguage.NAME, new UriTemplateLanguage());
        registry.bind("mapping-scope", MappingScope.create());
        registry.bind("provider-client", client(settings));
        registry.bind("spend-request", new SpendRequest(budget));
        signers()
                .forEach(signer -> registry.bind(
                        signer.scheme(),
                        new SignRequest(signer, clock, () -> UUID.randomUUID().toString())));
        KeystoneTokenRoute keystone = new KeystoneTokenRoute(context, secrets, clock);
        registry.bind("keystone-token", keystone);
        registry.bind("renew-keystone-token", (Processor) keystone::renew);
        registry.bind("read-reply", new ReadReply(secrets));
        registry.bind("refuse-reply", new RefuseReply(clock));
        registry.bind("to-records", new ToRecords(clock));
    }

    private static List<RequestSigner> signers() {
        return List.of(new Acs3HmacSha256(), new SdkHmacSha256(), new SdkHmacSha256Scoped(), new BceAuthV1());
    }

    private static BoundedClient client(Settings settings) {
        return new BoundedClient(
                settings.poll().timeout(),
                settings.poll().replyLimit(),
                settings.poll().concurrency(),
                SystemDefaultDnsResolver.INSTANCE,
                defaultTls());
    }

    static SSLContext defaultTls() {
        try {
            return SSLContext.getDefault();
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has TLS", e);
        }
    }

    Secrets secrets() {
        return secrets;
    }

    RequestBudget budget() {
        return budget;
    }

    /** Reads watches of the APIs whose routes are loaded and of the accounts in the settings. */
    public WatchReader watchReader() {
        return new WatchReader(this::apis, settings.accounts(), secrets);
    }

    /** The provider APIs whose routes are loaded, by name. */
    public Map<String, ProviderApi> apis() {
        return context.getRegistry().findByType(ProviderApi.class).stream()
                .collect(toMap(ProviderApi::getName, Function.identity()));
    }

    /**
     * Polls the watch once.
     *
     * @throws PollFailedException if that brought no records
     */
    @SuppressWarnings("unchecked") // a provider's route ends with to-records
    public List<JobRecord> poll(Watch watch) {
        Account account = requireNonNull(settings.accounts().get(watch.account()), "the watch has a known account");
        Exchange answer =
                template.request("direct:" + watch.api(), exchange -> PollVariables.begin(exchange, watch, account));
        if (answer.getException() != null) {
            throw new PollFailedException(PollFailures.of(answer, answer.getException()));
        }
        return answer.getMessage().getBody(List.class);
    }
}
