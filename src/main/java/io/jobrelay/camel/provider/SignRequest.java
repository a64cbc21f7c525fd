package io.jobrelay.camel.provider;

import static java.util.Objects.requireNonNull;

import io.jobrelay.camel.watches.Poll;
import io.jobrelay.signing.RequestSigner;
import io.jobrelay.signing.UnsignedRequest;
import java.net.URI;
import java.time.Clock;
import java.util.Locale;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.Processor;

/**
 * Signs the message as the HTTP request that it is about to become: method and URI from Camel's headers, every other
 * header that is not Camel's own, and the body. What is signed is what goes on the wire: the body is made bytes here, and
 * a header of ours that the signature covers goes out as it was signed.
 *
 * @param signer gives the one that signs this request
 */
record SignRequest(Function<Exchange, RequestSigner> signer, Clock clock) implements Processor {
    private static final String CAMEL_HEADER = "camel";

    @Override
    public void process(Exchange exchange) {
        Message message = exchange.getMessage();
        URI uri = URI.create(requireNonNull(message.getHeader(Exchange.HTTP_URI, String.class), "no CamelHttpUri"));
        UnsignedRequest request = new UnsignedRequest(
                message.getHeader(Exchange.HTTP_METHOD, "GET", String.class),
                uri.getRawPath().isEmpty() ? "/" : uri.getRawPath(),
                uri.getRawQuery() == null ? "" : uri.getRawQuery(),
                headers(message, uri),
                body(message));
        signer.apply(exchange)
                .sign(request, Poll.account(exchange).credentials(), clock.instant())
                .forEach(message::setHeader);
    }

    private static SortedMap<String, String> headers(Message message, URI uri) {
        SortedMap<String, String> headers = new TreeMap<>();
        message.getHeaders().forEach((name, value) -> {
            String lowerCase = name.toLowerCase(Locale.ROOT);
            if (value != null && !lowerCase.startsWith(CAMEL_HEADER)) {
                headers.put(lowerCase, value.toString());
            }
        });
        headers.put("host", uri.getRawAuthority());
        return headers;
    }

    private static byte[] body(Message message) {
        if (message.getBody() == null) {
            return new byte[0];
        }
        byte[] body = requireNonNull(message.getBody(byte[].class), "the body cannot be made bytes");
        message.setBody(body);
        return body;
    }
}
