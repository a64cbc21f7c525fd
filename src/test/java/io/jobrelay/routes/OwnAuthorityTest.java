package io.jobrelay.routes;

import static org.assertj.core.api.Assertions.assertThat;

import io.jobrelay.account.Account;
import io.jobrelay.testbed.RawServer;
import io.jobrelay.testbed.TestCertificates;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import org.apache.camel.Exchange;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Servers on this machine with certificates that Java does not trust. */
class OwnAuthorityTest extends RouteTestSupport {
    @TempDir
    private static Path directory;

    private static RawServer signed;
    private static RawServer same;
    private static RawServer unknown;

    OwnAuthorityTest() {
        super("file:routes/signing/call-provider.camel.yaml");
    }

    @BeforeAll
    static void start() throws IOException, InterruptedException {
        TestCertificates certificates = TestCertificates.in(directory);
        signed = new RawServer(certificates.server("trusted"));
        same = new RawServer(certificates.server("trusted"));
        unknown = new RawServer(certificates.server("unknown"));
    }

    @AfterAll
    static void stop() {
        signed.close();
        same.close();
        unknown.close();
    }

    @Override
    Map<String, String> accounts() {
        Map<String, String> accounts = new HashMap<>();
        accounts.putAll(account("signed", signed, directory.resolve("trusted.pem")));
        accounts.putAll(TestWatches.account("same", url(same), "none"));
        accounts.putAll(account("unknown", unknown, directory.resolve("trusted.pem")));
        return accounts;
    }

    @ParameterizedTest
    @CsvSource({
        "signed,  200,", // the account's server, whose certificate its file vouches for
        "same,    , unable to find valid certification path", // the file is another server's
        "unknown, , unable to find valid certification path", // the file does not vouch for it
    })
    void trusts_the_authority_of_an_account_for_its_own_server(String account, Integer status, String problem) {
        Exchange answer = ask(account);

        if (status != null) {
            assertThat(answer.getException()).isNull();
            assertThat(answer.getMessage().getHeader(Exchange.HTTP_RESPONSE_CODE))
                    .isEqualTo(status);
        } else {
            assertThat(answer.getException()).isInstanceOf(IOException.class).hasMessageContaining(problem);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "no certificate"})
    void reads_the_file_again_when_it_has_changed(String text) throws IOException {
        Path file = directory.resolve("trusted.pem");
        String before = Files.readString(file);
        try {
            Files.writeString(file, text);
            Files.setLastModifiedTime(file, FileTime.from(Instant.now().plusSeconds(5)));
            assertThat(ask("signed").getException())
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining(file + " holds no certificates in PEM");

            Files.delete(file);
            assertThat(ask("signed").getException())
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining(file + " cannot be read");
        } finally {
            Files.writeString(file, before);
        }
        assertThat(ask("signed").getException()).isNull();
    }

    private static Map<String, String> account(String name, RawServer server, Path file) {
        return TestWatches.account(name, url(server), "none", "ca-file", file.toString());
    }

    private static String url(RawServer server) {
        return server.url().replaceFirst("http://[^:]+", "https://localhost");
    }

    private Exchange ask(String name) {
        for (RawServer server : new RawServer[] {signed, same, unknown}) {
            server.reply(200, "{}", "Connection: close");
        }
        Account account = settings.accounts().get(name);
        return template.request("direct:call-provider", exchange -> {
            exchange.setVariable("account", account);
            exchange.setVariable("signing", "none");
            exchange.getMessage().setHeader(Exchange.HTTP_URI, account.endpoint() + "/job");
        });
    }
}
