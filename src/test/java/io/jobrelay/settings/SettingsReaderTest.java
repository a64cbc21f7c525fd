package io.jobrelay.settings;

import static java.util.Map.entry;
import static java.util.Objects.requireNonNull;
import static java.util.function.Function.identity;
import static java.util.stream.Collectors.toMap;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.jobrelay.account.Account;
import io.jobrelay.account.Signing;
import io.jobrelay.delivery.CircuitBreaker;
import io.jobrelay.delivery.DeliverySchedule;
import io.jobrelay.httpclient.AddressRange;
import io.jobrelay.secrets.Secrets;
import io.jobrelay.settings.Destination.AmqpTarget;
import io.jobrelay.settings.Destination.FileTarget;
import io.jobrelay.settings.Destination.KafkaTarget;
import io.jobrelay.settings.Destination.QueueTarget;
import io.jobrelay.settings.Destination.WebhookTarget;
import io.jobrelay.settings.Settings.DeliverySettings;
import io.jobrelay.settings.Settings.HttpSettings;
import io.jobrelay.settings.Settings.LedgerSettings;
import io.jobrelay.settings.Settings.PollSettings;
import java.io.IOException;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Properties;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SettingsReaderTest {
    private static final String ACME = """
            jobrelay.account.acme.endpoint=https://acme.example
            jobrelay.account.acme.signing=none
            """;
    private static final String SECRET = "whsec_bm90IGEgc2VjcmV0LCBidXQgbG9uZyBlbm91Z2g=";

    /** Those that Jobrelay comes with, most of which wait to be told where to. */
    private static final Map<String, Destination> SHIPPED = Stream.of(
                    new Destination("file", true, new FileTarget(Path.of("out/changes-{date}.ndjson"))),
                    new Destination("queue", true, new QueueTarget("jobrelay.changes", null, OptionalInt.empty())),
                    new Destination("webhook", false, new WebhookTarget(List.of(), false)),
                    new Destination("amqp", false, new AmqpTarget(null, null, null)),
                    new Destination("kafka", false, new KafkaTarget("")))
            .collect(toMap(Destination::name, identity()));

    private final Secrets secrets = new Secrets();

    @TempDir
    Path directory;

    @Test
    void no_properties_give_the_defaults() {
        assertThat(read(""))
                .isEqualTo(new Settings(
                        "local",
                        Keys.NODE.fallback(),
                        List.of("watches/*.yaml"),
                        new LedgerSettings("jdbc:sqlite:data/ledger.db"),
                        new PollSettings(64, Duration.ofSeconds(30), 8 * 1024 * 1024),
                        new DeliverySettings(
                                DeliverySchedule.parse("0s,5s,5m,30m,2h,5h,10h,14h,20h,24h", 0.2),
                                Duration.ofSeconds(20),
                                new CircuitBreaker(10, Duration.ofMinutes(1), Duration.ofDays(5))),
                        new HttpSettings(true, "127.0.0.1", 8080, null, List.of()),
                        Duration.ofDays(30),
                        Duration.ofDays(30),
                        Duration.ofSeconds(1),
                        Map.of(),
                        SHIPPED));
    }

    @Test
    void an_empty_value_is_the_default() {
        assertThat(read("jobrelay.poll.timeout=\njobrelay.watches=  \n")).isEqualTo(read(""));
    }

    @Test
    void every_property_has_its_effect() {
        Settings settings = read("""
                jobrelay.instance=berlin-1
                jobrelay.node=worker_3.berlin
                jobrelay.watches=a/*.yaml, b.yaml
                jobrelay.ledger.url=jdbc:sqlite:elsewhere.db
                jobrelay.poll.concurrency=3
                jobrelay.poll.timeout=5s
                jobrelay.poll.reply-limit=2048
                jobrelay.delivery.schedule=0s,1m
                jobrelay.delivery.jitter=0.5
                jobrelay.delivery.timeout=2s
                jobrelay.delivery.open-after=3
                jobrelay.delivery.probe-every=4s
                jobrelay.delivery.disable-after=1d
                jobrelay.http.enabled=false
                jobrelay.http.host=0.0.0.0
                jobrelay.http.port=0
                jobrelay.http.token=0123456789abcdef
                jobrelay.http.trusted-proxies=10.0.0.5, 10.1.0.0/16,fd00::/8
                jobrelay.retention=7d
                jobrelay.retention.jobs=0
                """);

        assertThat(settings)
                .isEqualTo(new Settings(
                        "berlin-1",
                        "worker_3.berlin",
                        List.of("a/*.yaml", "b.yaml"),
                        new LedgerSettings("jdbc:sqlite:elsewhere.db"),
                        new PollSettings(3, Duration.ofSeconds(5), 2048),
                        new DeliverySettings(
                                new DeliverySchedule(List.of(Duration.ZERO, Duration.ofMinutes(1)), 0.5),
                                Duration.ofSeconds(2),
                                new CircuitBreaker(3, Duration.ofSeconds(4), Duration.ofDays(1))),
                        new HttpSettings(
                                false,
                                "0.0.0.0",
                                0,
                                "0123456789abcdef",
                                Stream.of("10.0.0.5/32", "10.1.0.0/16", "fd00::/8")
                                        .map(AddressRange::parse)
                                        .toList()),
                        Duration.ofDays(7),
                        Duration.ZERO,
                        Duration.ofSeconds(1),
                        Map.of(),
                        SHIPPED));
    }

    @Test
    void every_property_of_an_account_has_its_effect() {
        Settings settings = read("""
                jobrelay.account.acme.endpoint=http://acme.example:8080/
                jobrelay.account.acme.signing=keystone-token
                jobrelay.account.acme.access-key=ak
                jobrelay.account.acme.secret-key=sk
                jobrelay.account.acme.security-token=st
                jobrelay.account.acme.region=eu-central-1
                jobrelay.account.acme.token=t
                jobrelay.account.acme.token-file=/run/token
                jobrelay.account.acme.auth-url=http://iam.acme.example/v3
                jobrelay.account.acme.user=u
                jobrelay.account.acme.password=p
                jobrelay.account.acme.domain=d
                jobrelay.account.acme.project=eu-de
                jobrelay.account.acme.client-id=c
                jobrelay.account.acme.client-secret=cs
                jobrelay.account.acme.token-url=http://login.acme.example/token?a=b
                jobrelay.account.acme.scope=read all
                jobrelay.account.acme.key-file=/etc/key.json
                jobrelay.account.acme.audience=https://acme.example/
                jobrelay.account.acme.ca-file=/etc/ca.pem
                jobrelay.account.acme.requests-per-second=2.5
                jobrelay.account.acme.time-zone=Asia/Shanghai
                jobrelay.account.acme.allow-http=true
                jobrelay.account.acme.batched-polls=true
                """);

        assertThat(settings.accounts())
                .containsOnlyKeys("acme")
                .containsValue(new Account(
                        "acme",
                        URI.create("http://acme.example:8080"),
                        Signing.KEYSTONE_TOKEN,
                        Map.ofEntries(
                                entry("access-key", "ak"),
                                entry("secret-key", "sk"),
                                entry("security-token", "st"),
                                entry("region", "eu-central-1"),
                                entry("token", "t"),
                                entry("token-file", "/run/token"),
                                entry("auth-url", "http://iam.acme.example/v3"),
                                entry("user", "u"),
                                entry("password", "p"),
                                entry("domain", "d"),
                                entry("project", "eu-de"),
                                entry("client-id", "c"),
                                entry("client-secret", "cs"),
                                entry("token-url", "http://login.acme.example/token?a=b"),
                                entry("scope", "read all"),
                                entry("key-file", "/etc/key.json"),
                                entry("audience", "https://acme.example/"),
                                entry("ca-file", "/etc/ca.pem")),
                        2.5,
                        ZoneId.of("Asia/Shanghai"),
                        true));
    }

    @Test
    void the_headers_of_an_account_are_secrets_of_any_name_that_a_request_does_not_have() {
        Account account = requireNonNull(read("""
                jobrelay.account.acme.endpoint=https://acme.example
                jobrelay.account.acme.signing=headers
                jobrelay.account.acme.header.X-SLURM-USER-NAME=relay-user
                jobrelay.account.acme.header.X-SLURM-USER-TOKEN=hush hush
                """).accounts().get("acme"));

        assertThat(account.headers())
                .isEqualTo(Map.of("X-SLURM-USER-NAME", "relay-user", "X-SLURM-USER-TOKEN", "hush hush"));
        assertThat(account.missing()).isEmpty();
        assertThat(secrets.mask("relay-user, hush hush")).isEqualTo("***, ***");
        assertThat(problems(ACME + "jobrelay.account.acme.header.Content-Length=7\n"))
                .anyMatch(problem ->
                        problem.toString().contains("header.Content-Length: unknown property of an account"));
    }

    @Test
    void an_account_says_what_its_scheme_needs_one_of() {
        assertThat(read("""
                jobrelay.account.acme.endpoint=https://acme.example
                jobrelay.account.acme.signing=bearer
                jobrelay.account.other.endpoint=https://acme.example
                jobrelay.account.other.signing=headers
                """).accounts().values().stream()
                        .map(account -> account.missing().orElse("")))
                .containsExactlyInAnyOrder(
                        "jobrelay.account.acme.token or token-file: required by signing=bearer, is not set",
                        "jobrelay.account.other.header.<header>: required by signing=headers, is not set");
    }

    @Test
    void an_account_without_keys_is_an_account() {
        assertThat(read(ACME).accounts().get("acme"))
                .isEqualTo(new Account(
                        "acme", URI.create("https://acme.example"), Signing.NONE, Map.of(), 10, null, false));
    }

    @Test
    void a_destination_that_is_off_until_it_is_told_where_to_is_on_then() {
        assertThat(read("").destinations()).isEqualTo(SHIPPED);

        Map<String, Destination> told = read("""
                jobrelay.destination.amqp.url=amqps://broker.example:5671?amqp.idleTimeout=9
                jobrelay.destination.amqp.queue=changes
                jobrelay.destination.amqp.user=u
                jobrelay.destination.amqp.password=hush-hush
                jobrelay.destination.kafka.brokers=one.example:9092, [::1]:9092
                jobrelay.destination.kafka.topic=changes
                jobrelay.destination.webhook.url=https://acme.example
                jobrelay.destination.webhook.secret=%s
                """.formatted(SECRET)).destinations();
        assertThat(told)
                .allSatisfy(
                        (name, destination) -> assertThat(destination.enabled()).isTrue());
        assertThat(told.values())
                .extracting(Destination::target)
                .contains(
                        new AmqpTarget("amqps://broker.example:5671?amqp.idleTimeout=9", "u", "hush-hush"),
                        new KafkaTarget("one.example:9092, [::1]:9092"),
                        new WebhookTarget(List.of(SECRET), false));
    }

    @Test
    void passwords_of_brokers_are_secrets() {
        String text = """
                jobrelay.destination.amqp.url=amqp://broker.example:5672
                jobrelay.destination.amqp.queue=changes
                jobrelay.destination.amqp.password=hush-amqp
                camel.component.kafka.sasl-jaas-config=org.example.ScramLoginModule required username="jobrelay" password="hush-kafka";
                camel.component.kafka.ssl-truststore-password=hush-store
                """;
        assertThat(reader(text).read().toString()).doesNotContain("hush");
        assertThat(secrets.mask("hush-amqp, hush-kafka, hush-store, jobrelay"))
                .doesNotContain("hush")
                .endsWith(", jobrelay");
    }

    @Test
    void a_destination_of_the_users_own_is_of_the_kind_whose_properties_it_has() {
        Map<String, Destination> destinations = read("""
                jobrelay.destination.archive.enabled=false
                jobrelay.destination.archive.path=out/archive-{date}.ndjson
                jobrelay.destination.crm.url=http://crm.example/hook?tenant=1
                jobrelay.destination.crm.secret=%1$s %1$s
                jobrelay.destination.crm.allow-private=true
                jobrelay.destination.crm.anything-else=of its own
                jobrelay.destination.chat.url=http://chat.example/hook
                jobrelay.destination.jms.queue=changes
                jobrelay.destination.jms.broker-url=tcp://broker.example:61616
                jobrelay.destination.inner.queue=changes
                jobrelay.destination.inner.port=5672
                jobrelay.destination.bus.url=amqp://bus.example
                jobrelay.destination.bus.queue=changes
                jobrelay.destination.bus.user=u
                jobrelay.destination.bus.password=p
                jobrelay.destination.log.brokers=log.example:9092
                """.formatted(SECRET)).destinations();

        assertThat(destinations.values())
                .filteredOn(destination -> !SHIPPED.containsKey(destination.name()))
                .containsExactlyInAnyOrder(
                        new Destination("archive", false, new FileTarget(Path.of("out/archive-{date}.ndjson"))),
                        new Destination("crm", true, new WebhookTarget(List.of(SECRET, SECRET), true)),
                        new Destination("chat", true, new WebhookTarget(List.of(), false)),
                        new Destination(
                                "jms",
                                true,
                                new QueueTarget("changes", "tcp://broker.example:61616", OptionalInt.empty())),
                        new Destination("inner", true, new QueueTarget("changes", null, OptionalInt.of(5672))),
                        new Destination("bus", true, new AmqpTarget("amqp://bus.example", "u", "p")),
                        new Destination("log", true, new KafkaTarget("log.example:9092")));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "jobrelay.instance | my laptop | must be letters, digits, dots and hyphens, was 'my laptop'",
                "jobrelay.watches | watches/{a | must be globs separated by commas, was 'watches/{a'",
                "jobrelay.ledger.url | data/ledger.db | must be jdbc:sqlite:<file>, or jdbc:postgresql://<host>[:<port>]/<database> without user and password, which are jobrelay.ledger.user and jobrelay.ledger.password, was 'data/ledger.db'",
                "jobrelay.ledger.url | jdbc:x://user:pw@host/db?password=pw | must be jdbc:sqlite:<file>, or jdbc:postgresql://<host>[:<port>]/<database> without user and password, which are jobrelay.ledger.user and jobrelay.ledger.password, was 'jdbc:x://***@host/db?***'",
                "jobrelay.ledger.url | jdbc:postgresql://host/db?ssl=true&password=pw | must be jdbc:sqlite:<file>, or jdbc:postgresql://<host>[:<port>]/<database> without user and password, which are jobrelay.ledger.user and jobrelay.ledger.password, was 'jdbc:postgresql://host/db?***'",
                "jobrelay.ledger.url | jdbc:postgresql://me:pw@host/db | must be jdbc:sqlite:<file>, or jdbc:postgresql://<host>[:<port>]/<database> without user and password, which are jobrelay.ledger.user and jobrelay.ledger.password, was 'jdbc:postgresql://***@host/db'",
                "jobrelay.ledger.url | jdbc:postgresql://host | must be jdbc:sqlite:<file>, or jdbc:postgresql://<host>[:<port>]/<database> without user and password, which are jobrelay.ledger.user and jobrelay.ledger.password, was 'jdbc:postgresql://host'",
                "jobrelay.http.host | a b | must be a name or an address, such as 127.0.0.1 or 0.0.0.0, was 'a b'",
                "jobrelay.http.port | 65536 | must be a whole number from 0 to 65535, was '65536'",
                "jobrelay.http.enabled | no | must be true or false, was 'no'",
                "jobrelay.http.token | 0123456789abcde | must be at least 16 of the characters A-Z a-z 0-9 . _ ~ + / -, was of 15 characters; make one with 'openssl rand -hex 32'",
                "jobrelay.http.token | 0123456789 abcdef | must be at least 16 of the characters A-Z a-z 0-9 . _ ~ + / -, was of 17 characters; make one with 'openssl rand -hex 32'",
                "jobrelay.http.trusted-proxies | proxy.example | must be addresses and ranges separated by commas, such as 10.0.0.5, 10.1.0.0/16 or fd00::/8, was 'proxy.example'",
                "jobrelay.http.trusted-proxies | 10.0.0.5 10.0.0.6 | must be addresses and ranges separated by commas, such as 10.0.0.5, 10.1.0.0/16 or fd00::/8, was '10.0.0.5 10.0.0.6'",
                "jobrelay.http.trusted-proxies | 10.0.0.0/33 | must be addresses and ranges separated by commas, such as 10.0.0.5, 10.1.0.0/16 or fd00::/8, was '10.0.0.0/33'",
                "jobrelay.http.trusted-proxies | 0.0.0.0/0 | must be addresses and ranges separated by commas, such as 10.0.0.5, 10.1.0.0/16 or fd00::/8, was '0.0.0.0/0'",
                "jobrelay.poll.concurrency | 0 | must be a whole number from 1 to 1000, was '0'",
                "jobrelay.poll.concurrency | 1001 | must be a whole number from 1 to 1000, was '1001'",
                "jobrelay.poll.timeout | 30 | must be a time above 0 and up to 10m with its unit, such as 30s, was '30'",
                "jobrelay.poll.timeout | 0s | must be a time above 0 and up to 10m with its unit, such as 30s, was '0s'",
                "jobrelay.poll.timeout | 601s | must be a time above 0 and up to 10m with its unit, such as 30s, was '601s'",
                "jobrelay.poll.reply-limit | 8MB | must be a whole number from 1024 to 1073741824, was '8MB'",
                "jobrelay.delivery.schedule | 5s;5m | must be waits separated by commas, such as 0s,5s,5m,30m, was '5s;5m'",
                "jobrelay.delivery.jitter | 1 | must be a share from 0 to below 1, was '1'",
                "jobrelay.delivery.open-after | 0 | must be a whole number from 1 to 1000000, was '0'",
                "jobrelay.delivery.probe-every | 0s | must be a time above 0 with its unit, such as 30s, 5m or 2h, was '0s'",
                "jobrelay.delivery.disable-after | 5 | must be a time above 0 with its unit, such as 30s, 5m or 2h, was '5'",
                "jobrelay.delivery.timeout | soon | must be a time above 0 and up to 1m with its unit, such as 30s, was 'soon'",
                "jobrelay.delivery.timeout | 61s | must be a time above 0 and up to 1m with its unit, such as 30s, was '61s'",
                "jobrelay.retention.jobs | -1d | must be a time with its unit, such as 30d, or 0 for ever, was '-1d'",
                "jobrelay.retention | -1d | must be a time above 0 with its unit, such as 30s, 5m or 2h, was '-1d'",
                "jobrelay.poll.timeuot | 3s | unknown property; did you mean 'jobrelay.poll.timeout'?",
                "jobrelay.colouring | red | unknown property",
                "jobrelay.account.acme.secretkey | k | unknown property of an account; did you mean 'secret-key'?",
                "jobrelay.account.acme.endpoint | `` | required, the base URL of the provider, such as https://res.cn-north-4.myhuaweicloud.com",
                "jobrelay.account.acme.endpoint | acme.example | must be an https URL with a host and without query, user or fragment, was 'acme.example'",
                "jobrelay.account.acme.endpoint | ftp://acme.example | must be an https URL with a host and without query, user or fragment, was 'ftp://acme.example'",
                "jobrelay.account.acme.endpoint | https://ann:pw@acme.example | must be an https URL with a host and without query, user or fragment, was 'https://***@acme.example'",
                "jobrelay.account.acme.endpoint | https://acme.example?key=pw | must be an https URL with a host and without query, user or fragment, was 'https://acme.example?***'",
                "jobrelay.account.acme.endpoint | https://acme.example/v1 | must end after the host, the route adds the path, was 'https://acme.example/v1'",
                "jobrelay.account.acme.endpoint | http://acme.example | must be https, was 'http://acme.example'; allow-http=true allows http beyond this machine",
                "jobrelay.account.acme.endpoint | http://127.0.0.1.acme.example | must be https, was 'http://127.0.0.1.acme.example'; allow-http=true allows http beyond this machine",
                "jobrelay.account.acme.auth-url | http://iam.example/v3 | must be https, was 'http://iam.example/v3'; allow-http=true allows http beyond this machine",
                "jobrelay.account.acme.signing | `` | required, one of acs3-hmac-sha256, sdk-hmac-sha256, sdk-hmac-sha256-scoped, bce-auth-v1, aws-sigv4, keystone-token, oauth2-client-credentials, password-token, google-service-account, bearer, headers, none",
                "jobrelay.account.acme.signing | v4 | must be one of acs3-hmac-sha256, sdk-hmac-sha256, sdk-hmac-sha256-scoped, bce-auth-v1, aws-sigv4, keystone-token, oauth2-client-credentials, password-token, google-service-account, bearer, headers, none, was 'v4'",
                "jobrelay.account.acme.requests-per-second | 0 | must be a number from 0.001 to 1000000, was '0'",
                "jobrelay.account.acme.requests-per-second | 1e-300 | must be a number from 0.001 to 1000000, was '1e-300'",
                "jobrelay.account.acme.requests-per-second | Infinity | must be a number from 0.001 to 1000000, was 'Infinity'",
                "jobrelay.account.acme.time-zone | CET+1 | must be a time zone such as Asia/Shanghai or +08:00, was 'CET+1'",
                "jobrelay.account.acme.allow-http | yes | must be true or false, was 'yes'",
                "jobrelay.destination.file.path | changes.ndjson | must be a file in a directory, with {date} in its name at most, was 'changes.ndjson'",
                "jobrelay.destination.file.path | out/{date}/changes | must be a file in a directory, with {date} in its name at most, was 'out/{date}/changes'",
                "jobrelay.destination.file.pth | out/x | unknown property of the file destination, which has enabled, path; did you mean 'path'?",
                "jobrelay.destination.amqp.url | tcp://u:hush@x | must be amqp://host:port, or amqps for TLS, was 'tcp://***@x'",
                "jobrelay.destination.kafka.brokers | broker-1, broker-2 | must be host:port, several separated by commas, was 'broker-1, broker-2'",
                "jobrelay.destination.queue.url | tcp://x | unknown property of the queue destination, which has broker-url, enabled, port, queue",
                "jobrelay.destination.queue.port | 65536 | must be a port from 1 to 65535, was '65536'",
                "jobrelay.destination.crm.path | changes.ndjson | must be a file in a directory, with {date} in its name at most, was 'changes.ndjson'",
                "jobrelay.destination.crm.enabled | on | must be true or false, was 'on'",
                "jobrelay.destination.crm.secret | hush | webhook secret 1 of 1 must begin with whsec_ (or whsk_ for ed25519)",
                "jobrelay.destination.crm.secret | whsec_c2hvcnQ= | webhook secret 1 of 1 must be 24 to 64 bytes, was 5 bytes: make one with: echo whsec_$(openssl rand -base64 32)",
            })
    void refuses_what_does_not_fit(String key, String value, String message) {
        String account = key.startsWith("jobrelay.account.acme.") ? without(key, ACME) : "";

        assertThat(problems(account + key + "=" + value + "\n"))
                .extracting(Problem::message)
                .containsExactly(key + ": " + message);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "https://ann:a/hush@acme.example",
                "https://ann:a@hush@acme.example",
                "https://ann:a?hush@acme.example",
                "https:/ann:hush@acme.example",
                "ann:hush@acme.example",
                "https://acme.example?a=\\n&key=hush",
                "https://acme.example#hush",
                "acme.example?key=hush",
            })
    void shows_no_secret_of_an_address_however_it_is_written(String address) {
        assertThat(problems("jobrelay.account.acme.signing=none\njobrelay.account.acme.endpoint=" + address))
                .extracting(Problem::message)
                .singleElement()
                .asString()
                .contains("***")
                .doesNotContain("hush");
    }

    @Test
    void http_is_allowed_on_this_machine() {
        for (String host : List.of("localhost", "127.0.0.1", "127.1.2.3:8080", "[::1]:8080")) {
            assertThat(problems("jobrelay.account.acme.signing=none\njobrelay.account.acme.endpoint=http://" + host))
                    .as(host)
                    .isEmpty();
        }
    }

    @Test
    void a_bad_property_of_an_account_hides_none_of_the_others() {
        assertThat(problems("""
                        jobrelay.account.acme.endpoint=http://acme.example/v1
                        jobrelay.account.acme.signing=v4
                        jobrelay.account.acme.access-key=hush one
                        jobrelay.account.acme.secret-key=hush two
                        jobrelay.account.acme.security-token=hush three
                        jobrelay.account.acme.auth-url=iam.example
                        jobrelay.account.acme.time-zone=CET+1
                        jobrelay.account.acme.requests-per-second=fast
                        jobrelay.account.acme.batched-polls=maybe
                        """))
                .extracting(problem -> problem.message().replaceAll("^jobrelay.account.acme.|(?<=[;,]).*$", ""))
                .containsExactlyInAnyOrder(
                        "endpoint: must be https,",
                        "endpoint: must end after the host,",
                        "signing: must be one of acs3-hmac-sha256,",
                        "access-key: must be without white space,",
                        "secret-key: must be without white space,",
                        "security-token: must be without white space,",
                        "auth-url: must be an https URL with a host and without query,",
                        "time-zone: must be a time zone such as Asia/Shanghai or +08:00,",
                        "requests-per-second: must be a number from 0.001 to 1000000,",
                        "batched-polls: must be true or false,");
    }

    @Test
    void a_bad_secret_of_a_webhook_does_not_hide_a_bad_url() {
        assertThat(problems("""
                        jobrelay.destination.webhook.secret=hush
                        jobrelay.destination.webhook.url=http://acme.example
                        """))
                .extracting(Problem::message)
                .containsExactly(
                        "jobrelay.destination.webhook.secret: webhook secret 1 of 1 must begin with whsec_ (or whsk_ for"
                                + " ed25519)",
                        "jobrelay.destination.webhook.url: must be https, was 'http://acme.example'; allow-private=true"
                                + " allows http and private addresses");
    }

    @Test
    void one_key_of_a_pair_is_a_problem() {
        assertThat(problems(ACME + "jobrelay.account.acme.access-key=ak\n"))
                .extracting(Problem::message)
                .containsExactly(
                        "jobrelay.account.acme.secret-key: required where the other key of the pair is given, is not set");
        assertThat(problems(ACME + "jobrelay.account.acme.secret-key=sk\n"))
                .extracting(Problem::message)
                .containsExactly(
                        "jobrelay.account.acme.access-key: required where the other key of the pair is given, is not set");
    }

    @Test
    void a_destination_that_is_on_has_what_it_needs() {
        assertThat(problems("""
                        jobrelay.destination.kafka.enabled=true
                        jobrelay.destination.webhook.url=https://acme.example
                        """))
                .extracting(Problem::toString)
                .containsExactly(
                        file()
                                + ": jobrelay.destination.kafka.brokers: required while the destination is on; switch it"
                                + " off with jobrelay.destination.kafka.enabled=false",
                        file()
                                + ": jobrelay.destination.webhook.secret: required while the destination is on; switch it"
                                + " off with jobrelay.destination.webhook.enabled=false");
        assertThat(problems("jobrelay.destination.webhook.url=\n")).isEmpty();
    }

    @Test
    void a_webhook_is_https_unless_it_may_be_private() {
        String webhook =
                "jobrelay.destination.webhook.secret=%s\njobrelay.destination.webhook.url=http://h.example/?key=pw\n"
                        .formatted(SECRET);

        assertThat(problems(webhook))
                .extracting(Problem::message)
                .containsExactly("jobrelay.destination.webhook.url: must be https, was 'http://h.example/?***';"
                        + " allow-private=true allows http and private addresses");
        assertThat(problems(webhook + "jobrelay.destination.webhook.allow-private=true\n"))
                .isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1", "127.0.0.2", "localhost", "::1"})
    void the_api_needs_no_token_where_only_this_machine_reaches_it(String host) {
        assertThat(problems("jobrelay.http.host=" + host)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"0.0.0.0", "::", "fe80::1", "192.168.1.1", "jobrelay.example", "127.0.0.1.example"})
    void the_api_needs_a_token_beyond_this_machine(String host) {
        assertThatExceptionOfType(InvalidSettingsException.class)
                .isThrownBy(() -> read("jobrelay.http.host=" + host))
                .withMessageContaining(
                        "jobrelay.http.token: required beyond this machine, jobrelay.http.host being " + host);
        assertThat(problems("jobrelay.http.host=" + host + "\njobrelay.http.enabled=false"))
                .isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "localhost/jobrelay",
                "LOCALHOST:5432/jobrelay?sslmode=disable",
                "127.0.0.1:5432,[::1],localhost/jobrelay?targetServerType=primary",
                "localhost/jobrelay?socketFactory=org.newsclub.net.unix.AFUNIXSocketFactory$FactoryArg&socketFactoryArg=/run/x",
                "db.example/jobrelay?sslmode=require",
                "db.example/jobrelay?ssl=true&sslmode=verify-ca",
                "a.example,[2001:db8::1]:5432/jobrelay?connectTimeout=3&sslmode=verify-full&sslrootcert=/etc/ssl/db.pem",
                "db.example/jobrelay?sslmode=Require",
                "db.example/jobrelay?ssl=true",
                "db.example/jobrelay?ssl"
            })
    void a_ledger_on_this_machine_or_behind_tls_is_taken(String url) {
        assertThat(problems("jobrelay.ledger.url=jdbc:postgresql://" + url)).isEmpty();
    }

    /** Judged by the name: whether it leads back to this machine is up to whoever answers for the name. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "db.example/jobrelay | none",
                "db.example:5432/jobrelay?targetServerType=primary | none",
                "db.example/jobrelay?sslmode=prefer | 'prefer'",
                "db.example/jobrelay?sslmode=Allow | 'allow'",
                "db.example/jobrelay?ssl=true&sslmode=disable | 'disable'",
                "db.example/jobrelay?sslmode=require&sslmode=prefer | 'prefer'",
                "db.example/jobrelay?sslmode=prefer&sslmode=require | 'prefer'",
                "db.example/jobrelay?sslmode=required-hush | none",
                "db.example/jobrelay?sslmode=prefer;password=hush | none",
                "db.example/jobrelay?sslMode=require | none",
                "db.example/jobrelay?ssl=false | none",
                "db.example/jobrelay?ssl=true&ssl=false | none",
                "db.example/jobrelay?sslrootcert=hush | none",
                "localhost,db.example/jobrelay | none",
                "localhost,/jobrelay | none",
                "localhost/jobrelay?PGHOST=db.example | none",
                "localhost/jobrelay?host=db.example | none",
                "[2001:db8::1]:5432/jobrelay | none",
                "192.168.0.1/jobrelay | none",
                "ip6-localhost/jobrelay | none",
                "127.0.0.1.example/jobrelay | none"
            })
    void a_ledger_on_another_machine_is_not_spoken_to_in_plain_text(String url, String was) {
        assertThat(problems("jobrelay.ledger.url=jdbc:postgresql://" + url))
                .extracting(Problem::message)
                .containsExactly(
                        "jobrelay.ledger.url: must have sslmode=verify-full, or at least sslmode=require, for a server"
                                + " beyond this machine, was " + was
                                + "; write jdbc:postgresql://<host>/<database>?sslmode=verify-full&sslrootcert=<file>");
    }

    @Test
    void the_token_of_the_api_is_never_shown() {
        HttpSettings settings = read("jobrelay.http.token=0123456789abcdef").http();

        assertThat(settings.token()).isEqualTo("0123456789abcdef");
        assertThat(settings.toString()).contains("token=***").doesNotContain("0123");
    }

    @Test
    void all_problems_come_at_once_with_their_lines() {
        assertThatExceptionOfType(InvalidSettingsException.class)
                .isThrownBy(() -> read("""
                                # The first line is a comment.
                                jobrelay.poll.concurrency = many
                                jobrelay.account.acme.signing=v4

                                jobrelay.watch=x
                                """))
                .withMessage("""
                        %1$s: jobrelay.account.acme.endpoint: required, the base URL of the provider, such as https://res.cn-north-4.myhuaweicloud.com
                        %1$s:3: jobrelay.account.acme.signing: must be one of acs3-hmac-sha256, sdk-hmac-sha256, sdk-hmac-sha256-scoped, bce-auth-v1, aws-sigv4, keystone-token, oauth2-client-credentials, password-token, google-service-account, bearer, headers, none, was 'v4'
                        %1$s:5: jobrelay.watch: unknown property; did you mean 'jobrelay.watches'?
                        %1$s:2: jobrelay.poll.concurrency: must be a whole number from 1 to 1000, was 'many'""".formatted(file()));
    }

    @Test
    void a_placeholder_that_cannot_be_resolved_is_a_problem_and_is_told_once() {
        PropertyFile file = write("jobrelay.account.acme.endpoint={{nowhere}}\njobrelay.account.acme.signing=none\n");
        SettingsReader reader = new SettingsReader(
                file,
                key -> {
                    if (key.equals("jobrelay.account.acme.endpoint")) {
                        throw new IllegalArgumentException("{{nowhere}} and perhaps a secret");
                    }
                    return key.endsWith("signing") ? Optional.of("none") : Optional.empty();
                },
                new Secrets());

        assertThat(reader.reading().problems())
                .extracting(Problem::toString)
                .containsExactly(file() + ":1: jobrelay.account.acme.endpoint: a placeholder cannot be resolved;"
                        + " give it a default, as in {{env:NAME:}}");
    }

    /** The secrets stand next to every kind of mistake. */
    @Test
    void a_secret_is_in_no_message_and_in_no_text_form() {
        String text = """
                jobrelay.account.acme.endpoint=https://ann:hush-1@acme.example
                jobrelay.account.acme.signing=bce
                jobrelay.account.acme.secret-key=hush-2
                jobrelay.account.acme.security-token=hush-3
                jobrelay.account.acme.password=hush-4
                jobrelay.account.acme.auth-url=https://iam.example/?token=hush-5
                jobrelay.destination.crm.secret=hush-6 whsec_hush-7 whsk_hush-8
                jobrelay.destination.webhook.secret=whsec_hush-9
                jobrelay.destination.queue.broker-url=tcp://ann:hush-0@broker.example:61616
                """;

        assertThat(problems(text))
                .hasSizeGreaterThan(5)
                .extracting(Problem::toString)
                .noneMatch(message -> message.contains("hush"));
        assertThat(reading(text).settings().toString()).doesNotContain("hush");
    }

    private static String without(String key, String text) {
        return text.replaceAll("(?m)^" + key.replace(".", "\\.") + "=.*\n", "");
    }

    private Path file() {
        return directory.resolve("application.properties");
    }

    private PropertyFile write(String text) {
        try {
            Files.writeString(file(), text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return PropertyFile.read(file());
    }

    private Settings read(String text) {
        return reader(text).read();
    }

    private List<Problem> problems(String text) {
        return reading(text).problems();
    }

    private SettingsReader.Reading reading(String text) {
        return reader(text).reading();
    }

    private SettingsReader reader(String text) {
        Properties properties = new Properties();
        try {
            properties.load(new StringReader(text));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return new SettingsReader(write(text), key -> Optional.ofNullable(properties.getProperty(key)), secrets);
    }
}
