package io.jobrelay.testbed;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.List;
import javax.net.ServerSocketFactory;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;

/**
 * Certificates made for one test: {@code trusted} for localhost, {@code wrong-host} as well trusted and for another host,
 * and {@code unknown} for localhost, signed by itself.
 */
public final class TestCertificates {
    private static final char[] PASSWORD = "changeit".toCharArray();

    private final Path directory;

    private TestCertificates(Path directory) {
        this.directory = directory;
    }

    public static TestCertificates in(Path directory) throws IOException, InterruptedException {
        TestCertificates certificates = new TestCertificates(directory);
        certificates.make("trusted", "dns:localhost");
        certificates.make("wrong-host", "dns:elsewhere.example");
        certificates.make("unknown", "dns:localhost");
        for (String trusted : List.of("trusted", "wrong-host")) {
            Path file = directory.resolve(trusted + ".pem");
            certificates.keytool(trusted, "-exportcert", "-rfc", "-file", file.toString());
            certificates.keytool("trust", "-importcert", "-noprompt", "-alias", trusted, "-file", file.toString());
        }
        return certificates;
    }

    public String password() {
        return String.valueOf(PASSWORD);
    }

    /** The trust store. */
    public Path trusted() {
        return directory.resolve("trust.p12");
    }

    /** Makes server sockets with one of the certificates. */
    public ServerSocketFactory server(String certificate) {
        try (InputStream in = Files.newInputStream(directory.resolve(certificate + ".p12"))) {
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(in, PASSWORD);
            KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
            keys.init(store, PASSWORD);
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(keys.getKeyManagers(), null, null);
            return context.getServerSocketFactory();
        } catch (IOException | GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private void make(String name, String host) throws IOException, InterruptedException {
        keytool(name, "-genkeypair", "-keyalg", "EC", "-dname", "CN=" + name, "-ext", "san=" + host, "-validity", "2");
    }

    private void keytool(String store, String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString()));
        command.addAll(List.of(arguments));
        command.addAll(List.of(
                "-keystore",
                directory.resolve(store + ".p12").toString(),
                "-storetype",
                "PKCS12",
                "-storepass",
                password()));
        Process keytool = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        if (keytool.waitFor() != 0) {
            throw new IOException("keytool: exit status " + keytool.exitValue());
        }
    }
}
