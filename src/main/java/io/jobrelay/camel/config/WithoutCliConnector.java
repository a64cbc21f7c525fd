package io.jobrelay.camel.config;

import org.apache.camel.main.BaseMainSupport;
import org.apache.camel.main.MainListenerSupport;
import org.apache.camel.spi.CliConnectorFactory;

/**
 * Keeps Camel's own command line out of a context, where the jars of its connector lie beside Jobrelay's. It goes by files that
 * are named after the process, and takes their removal for the order to stop: a second context in the process, such as that of
 * a dry run, would stop the running one when it is closed.
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
