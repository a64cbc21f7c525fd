package io.jobrelay.delivery;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.OptionalInt;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.activemq.artemis.api.core.SimpleString;
import org.apache.activemq.artemis.api.core.TransportConfiguration;
import org.apache.activemq.artemis.core.config.Configuration;
import org.apache.activemq.artemis.core.config.impl.ConfigurationImpl;
import org.apache.activemq.artemis.core.remoting.impl.invm.InVMAcceptorFactory;
import org.apache.activemq.artemis.core.remoting.impl.invm.InVMConnector;
import org.apache.activemq.artemis.core.remoting.impl.netty.NettyAcceptorFactory;
import org.apache.activemq.artemis.core.remoting.impl.netty.TransportConstants;
import org.apache.activemq.artemis.core.server.ActiveMQServer;
import org.apache.activemq.artemis.core.server.JournalType;
import org.apache.activemq.artemis.core.server.impl.ActiveMQServerImpl;
import org.apache.activemq.artemis.core.settings.impl.AddressFullMessagePolicy;
import org.apache.activemq.artemis.core.settings.impl.AddressSettings;
import org.apache.activemq.artemis.core.settings.impl.DiskFullMessagePolicy;
import org.apache.activemq.artemis.core.settings.impl.PageFullMessagePolicy;
import org.apache.activemq.artemis.jms.client.ActiveMQConnectionFactory;

/**
 * An Artemis broker inside this process, for installations that have none. Queues are created when they are first used and
 * kept. Persistent messages are on the disk when {@code send} returns, and a message whose {@code _AMQ_DUPL_ID} the queue has
 * seen among its last 20,000 is dropped, also after a restart.
 *
 * <p>Messages beyond a few megabytes wait on the disk, not in memory. A queue that holds {@value #MOST_MESSAGES} there, and
 * a full disk, fail {@code send}. A message that consumers have failed on ten times goes to {@code DLQ}. There is no access
 * control, so the broker listens on the loopback interface only, and its files are private to their owner. A process can run
 * one.
 */
public final class EmbeddedBroker implements AutoCloseable {
    private static final int MEGABYTE = 1024 * 1024;
    /** Beyond what fits into memory. */
    private static final long MOST_MESSAGES = 1_000_000;

    private static final SimpleString PUT_ASIDE = SimpleString.of("DLQ");
    private static final long LOCK_WAIT_MILLIS = 2000;

    private final ActiveMQServer server;

    /**
     * Starts the broker.
     *
     * @param directory where its files are; created if absent
     * @param port where clients outside of this process reach it, {@code tcp://127.0.0.1:<port>} for Artemis' own and
     *     {@code amqp://127.0.0.1:<port>} for those of AMQP 1.0; none if empty
     * @throws IOException if it cannot start: another process uses the directory or the port
     */
    public EmbeddedBroker(Path directory, OptionalInt port) throws IOException {
        this(directory, port, MOST_MESSAGES);
    }

    EmbeddedBroker(Path directory, OptionalInt port, long most) throws IOException {
        OwnerOnly.directory(directory);
        server = new ActiveMQServerImpl(configuration(directory, port, most));
        AtomicReference<Exception> refused = new AtomicReference<>();
        server.registerActivationFailureListener(refused::set);
        try {
            server.start();
        } catch (Exception e) {
            refused.compareAndSet(null, e);
        }
        if (refused.get() != null || !server.isActive()) {
            close();
            throw new IOException("embedded broker in " + directory + ": did not start", refused.get());
        }
    }

    /** Connects within this process. Not pooled: a pool is the caller's. */
    public ActiveMQConnectionFactory connectionFactory() {
        return new ActiveMQConnectionFactory("vm://0");
    }

    /** How many messages it holds in all its queues. */
    public long messages() {
        return server.getTotalMessageCount();
    }

    @Override
    public void close() throws IOException {
        try {
            server.stop();
            // Its thread would keep the process alive for another minute.
            InVMConnector.resetThreadPool();
        } catch (Exception e) {
            throw new IOException("embedded broker: did not stop", e);
        }
    }

    private static Configuration configuration(Path directory, OptionalInt port, long most) throws IOException {
        Configuration configuration = new ConfigurationImpl()
                .setName("jobrelay")
                .setBindingsDirectory(directory.resolve("bindings").toString())
                .setJournalDirectory(directory.resolve("journal").toString())
                .setLargeMessagesDirectory(directory.resolve("large-messages").toString())
                .setPagingDirectory(directory.resolve("paging").toString())
                .setJournalType(JournalType.NIO)
                .setJournalFileSize(4 * MEGABYTE)
                .setJournalLockAcquisitionTimeout(LOCK_WAIT_MILLIS)
                .setPersistIDCache(true)
                .setGlobalMaxSize(16 * MEGABYTE)
                .setMaxDiskUsage(-1)
                .setMinDiskFree(64 * MEGABYTE)
                .setSecurityEnabled(false)
                .setJMXManagementEnabled(false)
                .addAddressSetting("#", queues(most))
                .addAcceptorConfiguration(new TransportConfiguration(InVMAcceptorFactory.class.getName()));
        if (port.isPresent()) {
            configuration.addAcceptorConfiguration(new TransportConfiguration(
                    NettyAcceptorFactory.class.getName(),
                    Map.of(
                            TransportConstants.PROTOCOLS_PROP_NAME,
                            "CORE,AMQP",
                            TransportConstants.HOST_PROP_NAME,
                            "127.0.0.1",
                            TransportConstants.PORT_PROP_NAME,
                            port.getAsInt())));
        }
        return configuration;
    }

    private static AddressSettings queues(long most) {
        return new AddressSettings()
                .setAutoCreateAddresses(true)
                .setAutoCreateQueues(true)
                .setAutoDeleteAddresses(false)
                .setAutoDeleteQueues(false)
                .setAddressFullMessagePolicy(AddressFullMessagePolicy.PAGE)
                .setPageLimitMessages(most)
                .setPageFullMessagePolicy(PageFullMessagePolicy.FAIL)
                .setDiskFullMessagePolicy(DiskFullMessagePolicy.FAIL)
                .setMaxSizeBytes(4 * MEGABYTE)
                .setPageSizeBytes(MEGABYTE)
                .setDeadLetterAddress(PUT_ASIDE)
                .setAutoCreateDeadLetterResources(true)
                .setExpiryAddress(PUT_ASIDE);
    }
}
