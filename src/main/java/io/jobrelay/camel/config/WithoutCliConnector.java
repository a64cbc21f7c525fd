package io.jobrelay.camel.config;

import org.apache.camel.main.BaseMainSupport;
import org.apache.camel.main.MainListenerSupport;
import org.apache.camel.spi.CliConnectorFactory;

/**
 * Camel's own command line, which reaches into a running line where the jars of its connector lie beside Jobrelay's. It goes by
 * files that are named after the process, and takes their removal for the order to stop: a second context in the process, such
 * as a trial's, would bring the running line down when it is closed. So every context that listens
 * to this is kept from it.
 */
public final class WithoutCliConnector extends MainListenerSupport {
    @Override
    public void beforeInitialize(BaseMainSupport support) {
        CliConnectorFactory connector =
                support.getCamelContext().getCamelContextExtension().getContextPlugin(CliConnectorFactory.class);
        if (connector != null) {
            connector.setEnabled(false);
        }
    }
}
