package io.jobrelay.camel.destination;

import static org.assertj.core.api.Assertions.assertThat;

import io.jobrelay.delivery.DeliveryFailedException;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.DefaultExchange;

/** Any status with any header: a receipt, or a failure with its consequence. */
class ReadReceiptFuzzTest {
    private static final CamelContext CONTEXT = new DefaultCamelContext();

    private final ReadReceipt receipt = new ReadReceipt(Clock.systemUTC());

    /** A header that comes twice is a list. */
    @Provide
    Arbitrary<Object> headers() {
        Arbitrary<String> texts = Arbitraries.oneOf(
                Arbitraries.strings(),
                Arbitraries.of("0", "120", "99999999999999999999", "Sun, 22 Nov 2026 12:05:00 GMT"));
        return Arbitraries.oneOf(
                texts.map(Object.class::cast), texts.list().ofMaxSize(3).map(List::copyOf));
    }

    @Property
    void is_a_receipt_or_a_failure(
            @ForAll @IntRange(min = -1, max = 1000) int status, @ForAll("headers") Object header) {
        Exchange exchange = new DefaultExchange(CONTEXT);
        exchange.getMessage().setHeader(Exchange.HTTP_RESPONSE_CODE, status);
        exchange.getMessage().setHeader("Retry-After", header);
        boolean taken;
        try {
            receipt.process(exchange);
            taken = true;
        } catch (DeliveryFailedException e) {
            taken = false;
            assertThat(e).hasMessage("HTTP status " + status);
            assertThat(e.retryAfter().stream())
                    .allSatisfy(wait -> assertThat(wait).isBetween(Duration.ZERO, Duration.ofDays(1)));
        }
        assertThat(taken).isEqualTo(status >= 200 && status <= 299);
    }
}
