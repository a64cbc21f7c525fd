package io.jobrelay.camel.destination;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.jobrelay.delivery.DeliveryFailedException;
import io.jobrelay.delivery.DeliveryFailedException.Consequence;
import java.time.Clock;
import org.apache.camel.Exchange;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.DefaultExchange;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ReadReceiptTest {
    private final ReadReceipt receipt = new ReadReceipt(Clock.systemUTC());

    @ParameterizedTest
    @ValueSource(ints = {200, 201, 202, 204, 299})
    void a_2xx_is_a_receipt(int status) {
        assertThatCode(() -> receipt.process(answered(status))).doesNotThrowAnyException();
    }

    @ParameterizedTest
    @CsvSource({
        "REFUSED, 400 401 403 404 405 409 413 415 422 451 499",
        "UNAVAILABLE, 0 100 199 300 302 307 308 408 500 501 505 599 600 999",
        "SLOW_DOWN, 429 502 503 504",
        "DISABLE, 410"
    })
    void any_other_is_a_failure_with_its_consequence(Consequence consequence, String statuses) {
        for (String status : statuses.split(" ", -1)) {
            Exchange exchange = answered(Integer.parseInt(status));
            DeliveryFailedException failure =
                    catchThrowableOfType(DeliveryFailedException.class, () -> receipt.process(exchange));

            assertThat(failure.consequence()).as(status).isEqualTo(consequence);
            assertThat(failure).hasMessage("HTTP status " + status);
        }
    }

    private static Exchange answered(int status) {
        Exchange exchange = new DefaultExchange(new DefaultCamelContext());
        exchange.getMessage().setHeader(Exchange.HTTP_RESPONSE_CODE, status);
        return exchange;
    }
}
