package io.jobrelay.camel;

import static org.assertj.core.api.Assertions.assertThat;

import io.jobrelay.reload.Edition;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.apache.camel.Consumer;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.PluginHelper;
import org.apache.camel.support.service.ServiceHelper;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class RouteSwapTest {
    private static final String ROUTE = """
            - route:
                id: reader
                from:
                  uri: seda:work
                  parameters:
                    pollTimeout: 2000
                  steps:
                    - setBody:
                        simple: did ${body}
            """;

    @TempDir
    private Path directory;

    private final DefaultCamelContext context = new DefaultCamelContext();
    private final RouteSwap swap = new RouteSwap(context, System::nanoTime);
    private String file;

    @BeforeEach
    void loads() throws Exception {
        Path path = Files.writeString(directory.resolve("reader.camel.yaml"), ROUTE);
        file = Path.of("").toAbsolutePath().relativize(path).toString();
        context.start();
        PluginHelper.getRoutesLoader(context)
                .loadRoutes(PluginHelper.getResourceLoader(context).resolveResource("file:" + path));
    }

    @AfterEach
    void stops() {
        context.stop();
    }

    @Test
    void what_a_suspended_reader_of_a_queue_still_takes_is_let_finish() throws Exception {
        assertThat(ask("one")).isEqualTo("did one");

        Consumer reader = context.getRoute("reader").getConsumer();
        CompletableFuture<Void> removed = CompletableFuture.runAsync(this::remove);
        Awaitility.await().until(() -> !ServiceHelper.isStarted(reader));

        assertThat(ask("two")).isEqualTo("did two");
        removed.join();
        assertThat(context.getRoute("reader")).isNull();
    }

    private String ask(String work) {
        return context.createFluentProducerTemplate()
                .to("seda:work?timeout=5000")
                .withBody(work)
                .request(String.class);
    }

    private void remove() {
        try {
            assertThat(swap.remove(Set.of(file), new Edition(Map.of(file, ROUTE), Map.of())))
                    .isTrue();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }
}
