package io.jobrelay.durability;

import static org.assertj.core.api.Assertions.assertThat;

import io.jobrelay.testbed.Installation;
import io.jobrelay.testbed.JobrelayProcess;
import io.jobrelay.testbed.RawServer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every class of address that a webhook must not be on, as a number and behind a name, tried by a running Jobrelay whose
 * names stand in a file. A listener on this machine tells whether anything got through.
 */
@Timeout(120)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class PrivateAddressesIT {
    /** Address, and the word for what it is in the refusal. */
    private static final List<String> ADDRESSES = List.of(
            "0.0.0.0 this network",
            "10.1.2.3 private",
            "100.64.0.1 carrier-grade",
            "100.100.100.200 cloud metadata",
            "127.0.0.1 loopback",
            "127.255.255.254 loopback",
            "168.63.129.16 Azure's host",
            "169.254.1.1 link-local",
            "169.254.169.254 cloud metadata",
            "169.254.170.2 cloud metadata",
            "172.16.0.1 private",
            "172.31.255.255 private",
            "192.0.0.192 protocol assignments",
            "192.0.2.1 documentation",
            "192.88.99.1 6to4",
            "192.168.1.1 private",
            "198.18.0.1 benchmarking",
            "198.51.100.1 documentation",
            "203.0.113.1 documentation",
            "224.0.0.1 multicast",
            "240.0.0.1 reserved",
            "255.255.255.255 broadcast",
            "[::] IPv4-compatible",
            "[::1] loopback",
            "[::127.0.0.1] IPv4-compatible",
            "[::ffff:127.0.0.1] loopback",
            "[::ffff:7f00:1] loopback",
            "[::ffff:169.254.169.254] cloud metadata",
            "[64:ff9b::127.0.0.1] loopback",
            "[64:ff9b::a9fe:a9fe] cloud metadata",
            "[64:ff9b:1::7f00:1] local NAT64",
            "[100::1] not global unicast",
            "[2001::1] Teredo",
            "[2001:0:4136:e378:8000:63bf:80ff:fffe] Teredo",
            "[2001:db8::1] documentation",
            "[2002:7f00:1::] 6to4",
            "[2002:a9fe:a9fe::1] 6to4",
            "[3fff::1] documentation",
            "[5f00::1] not global unicast",
            "[fc00::1] unique local",
            "[fd00:ec2::254] unique local",
            "[fe80::1] link-local",
            "[fec0::1] not global unicast",
            "[ff02::1] multicast");

    /** Forms that Java takes for an address though RFC 3986 does not; it refuses the shorter ones, such as 127.1. */
    private static final List<String> NUMBERS = List.of("2130706433 loopback", "0127.0.0.1 loopback");

    /** Global unicast that nobody has been given: public by every rule, and nobody is there. */
    private static final String NOBODY = "2d00::1";

    @TempDir
    static Path directory;

    private final RawServer listener = new RawServer();
    private final RawServer allowed = new RawServer();
    private final List<Target> targets = new ArrayList<>();
    private Installation installation;
    private JobrelayProcess jobrelay;
    private Path hosts;

    private record Target(String destination, String host, String use) {
        @Override
        public String toString() {
            return host;
        }
    }

    @BeforeAll
    void sends_to_all_of_them() throws Exception {
        hosts = directory.resolve("hosts");
        List<String> names = new ArrayList<>();
        for (String line : ADDRESSES) {
            String[] parts = line.split(" ", 2);
            String name = "host-" + names.size() + ".test";
            names.add(parts[0].replaceAll("[\\[\\]]", "") + " " + name);
            add(parts[0], parts[1]);
            add(name, parts[1]);
        }
        NUMBERS.forEach(line -> add(line.split(" ", 2)[0], line.split(" ", 2)[1]));
        names.add(NOBODY + " rebound.test");
        Files.write(hosts, names);
        installation = new Installation(directory)
                .set("jobrelay.delivery.timeout", "10s")
                .set("jobrelay.delivery.jitter", "0")
                .set("jobrelay.delivery.schedule", "0s" + ",500ms".repeat(100))
                .set("jobrelay.delivery.open-after", "1000");
        for (Target target : targets) {
            installation.webhook(target.destination, url(target.host), false);
        }
        installation.webhook("rebound", url("rebound.test"), false);
        allowed.reply(204, "");
        installation.webhook("allowed", "http://2130706433:" + allowed.port(), true);
        List<String> destinations = Stream.concat(
                        targets.stream().map(Target::destination), Stream.of("rebound", "allowed"))
                .toList();
        PendingDeliveries.add(installation.ledgerFile(), 1, 1, destinations);
        jobrelay = installation.start("-Djdk.net.hosts.file=" + hosts, "-Dsun.net.inetaddr.ttl=0");
        soon().until(() -> installation
                .ledger("select destination from delivery where attempts = 0 and status = 'PENDING'")
                .isEmpty());
    }

    @AfterAll
    void stop() {
        jobrelay.close();
        listener.close();
        allowed.close();
    }

    private void add(String host, String use) {
        targets.add(new Target("hook-" + targets.size(), host, use));
    }

    private String url(String host) {
        return "https://" + host + ":" + listener.port() + "/";
    }

    Stream<Target> targets() {
        return targets.stream();
    }

    @ParameterizedTest
    @MethodSource("targets")
    void is_refused(Target target) {
        assertThat(installation.ledger("select status || ': ' || error from delivery where destination = '"
                        + target.destination + "'"))
                .singleElement()
                .asString()
                .startsWith("PENDING: ")
                .contains("must have public addresses only")
                .contains(target.use);
    }

    @Test
    void a_name_that_was_public_is_refused_once_it_is_private() throws Exception {
        String error = "select error from delivery where destination = 'rebound'";
        assertThat(installation.ledger(error).get(0)).doesNotContain("must have public addresses only");
        List<String> names = new ArrayList<>(Files.readAllLines(hosts));
        names.set(names.size() - 1, "127.0.0.1 rebound.test");
        Files.write(hosts, names);

        soon().until(() -> installation.ledger(error).get(0).contains("127.0.0.1 (loopback)"));
    }

    @Test
    void nothing_reaches_this_machine_but_where_it_is_allowed() {
        assertThat(listener.connections()).isZero();
        assertThat(installation.ledger("select status from delivery where destination = 'allowed'"))
                .containsExactly("DELIVERED");
        assertThat(allowed.connections()).isEqualTo(1);
    }

    private ConditionFactory soon() {
        return Awaitility.await()
                .atMost(Duration.ofSeconds(40))
                .pollInterval(Duration.ofMillis(100))
                .conditionEvaluationListener(condition ->
                        assertThat(jobrelay.alive()).as(jobrelay.log()).isTrue());
    }
}
