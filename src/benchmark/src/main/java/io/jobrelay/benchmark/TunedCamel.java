package io.jobrelay.benchmark;

import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.stream.IntStream;
import org.apache.camel.Exchange;
import org.apache.camel.component.direct.DirectConsumer;
import org.apache.camel.component.http.HttpMethods;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.impl.engine.PooledExchangeFactory;
import org.apache.camel.support.SimpleTypeConverter;

/**
 * The flow of {@link PlainCamel} as an expert tunes it: threads of its own in the place of a queue, pooled exchanges, no
 * headers copied, and the converter that camel-http looks for in vain at each request.
 */
final class TunedCamel {
    private TunedCamel() {}

    public static void main(String[] arguments) throws Exception {
        FlowArguments flow = FlowArguments.of(arguments);
        BlockingQueue<String> due = new LinkedBlockingQueue<>();
        DefaultCamelContext context = PlainCamel.context(flow);
        context.getCamelContextExtension().setExchangeFactory(new PooledExchangeFactory());
        context.getTypeConverterRegistry()
                .addTypeConverter(
                        HttpMethods.class,
                        String.class,
                        new SimpleTypeConverter(false, (type, exchange, name) -> HttpMethods.valueOf((String) name)));
        context.addRoutes(new PlainCamel(
                flow, "direct:poll", "disableStreamCache=true&copyHeaders=false&skipResponseHeaders=true", due::add));
        context.start();
        DirectConsumer consumer = (DirectConsumer) context.getRoute("poll").getConsumer();
        IntStream.range(0, flow.jobs()).mapToObj(Api::job).forEach(due::add);
        for (int i = 0; i < flow.concurrency(); i++) {
            new Thread(() -> poll(due, consumer)).start();
        }
        Thread.sleep(Duration.ofDays(1).toMillis());
    }

    private static void poll(BlockingQueue<String> due, DirectConsumer consumer) {
        try {
            while (true) {
                Exchange exchange = consumer.createExchange(false);
                exchange.getMessage().setBody(due.take());
                consumer.getProcessor().process(exchange);
                consumer.releaseExchange(exchange, false);
            }
        } catch (Exception e) {
            throw new IllegalStateException("a poll ended the program", e);
        }
    }
}
