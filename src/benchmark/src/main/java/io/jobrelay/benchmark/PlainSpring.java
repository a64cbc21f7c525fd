package io.jobrelay.benchmark;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.apache.hc.client5.http.impl.classic.HttpClientBuilder;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManagerBuilder;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.http.HttpMethod;
import org.springframework.http.client.ClientHttpRequestInterceptor;
import org.springframework.http.client.HttpComponentsClientHttpRequestFactory;
import org.springframework.integration.channel.ExecutorChannel;
import org.springframework.integration.config.EnableIntegration;
import org.springframework.integration.dsl.IntegrationFlow;
import org.springframework.integration.http.dsl.Http;
import org.springframework.messaging.Message;
import org.springframework.messaging.MessageChannel;
import org.springframework.messaging.support.GenericMessage;
import org.springframework.web.client.RestTemplate;

/**
 * The same flow as a user of Spring Integration writes it: poll, parse, filter what has not changed, post to a webhook. A job
 * that was polled queues up again, and what is known of jobs is in memory.
 */
@Configuration(proxyBeanMethods = false)
@EnableIntegration
class PlainSpring {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Map<String, String> states = new ConcurrentHashMap<>();

    public static void main(String[] arguments) {
        FlowArguments flow = FlowArguments.of(arguments);
        AnnotationConfigApplicationContext context = new AnnotationConfigApplicationContext();
        context.registerBean(FlowArguments.class, () -> flow);
        context.register(PlainSpring.class);
        context.refresh();
        MessageChannel due = context.getBean("due", MessageChannel.class);
        for (int job = 0; job < flow.jobs(); job++) {
            due.send(new GenericMessage<>(Api.job(job)));
        }
    }

    @Bean(destroyMethod = "shutdownNow")
    ExecutorService threads(FlowArguments flow) {
        return Executors.newFixedThreadPool(flow.concurrency());
    }

    @Bean
    ExecutorChannel due(ExecutorService threads) {
        return new ExecutorChannel(threads);
    }

    @Bean
    HttpComponentsClientHttpRequestFactory connections(FlowArguments flow) {
        return new HttpComponentsClientHttpRequestFactory(HttpClientBuilder.create()
                .setConnectionManager(PoolingHttpClientConnectionManagerBuilder.create()
                        .setMaxConnPerRoute(2 * flow.concurrency())
                        .setMaxConnTotal(2 * flow.concurrency())
                        .build())
                .build());
    }

    @Bean
    IntegrationFlow poll(FlowArguments flow, ExecutorChannel due, HttpComponentsClientHttpRequestFactory connections) {
        RestTemplate provider = new RestTemplate(connections);
        provider.setInterceptors(List.of(signing(flow.api())));
        return IntegrationFlow.from(due)
                .enrichHeaders(headers -> headers.headerExpression("job", "payload"))
                .transform(String.class, flow.api()::body)
                .handle(Http.<byte[]>outboundGateway(message -> flow.api().uri(flow.provider(), job(message)), provider)
                        .httpMethod(HttpMethod.valueOf(flow.api().method))
                        // Otherwise the length of the reply would be sent as that of the next request.
                        .mappedResponseHeaders()
                        .expectedResponseType(byte[].class))
                .transform(byte[].class, PlainSpring::state)
                .publishSubscribeChannel(polled -> polled.subscribe(changed -> changed.filter(
                                        Message.class, this::hasChanged)
                                .<String>handle((state, headers) -> Api.event(job(headers), state))
                                .handle(Http.outboundChannelAdapter(
                                                flow.provider().resolve("/webhook"), new RestTemplate(connections))
                                        .httpMethod(HttpMethod.POST)))
                        .subscribe(again -> again.transform("headers.job").channel(due)))
                .get();
    }

    private static ClientHttpRequestInterceptor signing(Api api) {
        return (request, body, execution) -> {
            api.signed(request.getURI(), body).forEach(request.getHeaders()::set);
            return execution.execute(request, body);
        };
    }

    private static String state(byte[] reply) {
        try {
            return Api.state(JSON.readTree(reply));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private boolean hasChanged(Message<?> polled) {
        return !polled.getPayload().equals(states.put(job(polled), (String) polled.getPayload()));
    }

    private static String job(Message<?> message) {
        return job(message.getHeaders());
    }

    private static String job(Map<String, Object> headers) {
        return (String) requireNonNull(headers.get("job"));
    }
}
