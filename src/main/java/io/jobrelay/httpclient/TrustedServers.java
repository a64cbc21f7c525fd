package io.jobrelay.httpclient;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiFunction;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;
import org.jspecify.annotations.Nullable;

/**
 * Which certificates a server may show: those that this Java trusts and, where the server has an authority of its own, those of
 * the file that says which. The file is read again when it has changed.
 */
public final class TrustedServers {
    private final BiFunction<String, Integer, Optional<Path>> files;
    private final Map<Path, Trust> held = new ConcurrentHashMap<>();

    /**
     * @param files of certificates in PEM, by host and port
     */
    public TrustedServers(BiFunction<String, Integer, Optional<Path>> files) {
        this.files = files;
    }

    private record Trust(FileTime modified, SSLContext context) {}

    /**
     * What to connect to the server with.
     *
     * @throws IOException if its file cannot be read
     */
    SSLContext tls(String host, int port) throws IOException {
        try {
            Optional<Path> file = files.apply(host, port);
            return file.isEmpty() ? SSLContext.getDefault() : trusting(file.get());
        } catch (GeneralSecurityException e) {
            throw new IOException(files.apply(host, port).orElseThrow() + " holds no certificates in PEM", e);
        }
    }

    private SSLContext trusting(Path file) throws IOException, GeneralSecurityException {
        if (!Files.isReadable(file)) {
            throw new IOException(file + " cannot be read: it should hold the certificates of an authority");
        }
        FileTime modified = Files.getLastModifiedTime(file);
        Trust before = held.get(file);
        if (before != null && before.modified.equals(modified)) {
            return before.context;
        }
        KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
        store.load(null, null);
        for (TrustManager manager : managers(null)) {
            for (X509Certificate certificate : ((X509TrustManager) manager).getAcceptedIssuers()) {
                store.setCertificateEntry("java-" + store.size(), certificate);
            }
        }
        try (InputStream in = Files.newInputStream(file)) {
            Collection<? extends Certificate> own =
                    CertificateFactory.getInstance("X.509").generateCertificates(in);
            if (own.isEmpty()) {
                throw new CertificateException("no certificates");
            }
            for (Certificate certificate : own) {
                store.setCertificateEntry("own-" + store.size(), certificate);
            }
        }
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, managers(store), null);
        held.put(file, new Trust(modified, context));
        return context;
    }

    /** Those of this Java where there is no store. */
    private static TrustManager[] managers(@Nullable KeyStore store) throws GeneralSecurityException {
        TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        factory.init(store);
        return factory.getTrustManagers();
    }
}
