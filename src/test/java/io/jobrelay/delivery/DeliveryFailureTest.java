package io.jobrelay.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import io.jobrelay.delivery.DeliveryFailedException.Consequence;
import io.jobrelay.secrets.Secrets;
import jakarta.jms.JMSException;
import java.net.ConnectException;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class DeliveryFailureTest {
    private final Secrets secrets = new Secrets();

    @Test
    void shows_no_secret_in_its_error() {
        secrets.add("swordfish");

        assertThat(error("tcp://jo:swordfish@host?key=c3dvcmRmaXNo: refused"))
                .isEqualTo("tcp://jo:***@host?key=***: refused");
    }

    @Test
    void has_one_line_that_does_nothing_to_a_terminal() {
        assertThat(error("one\ntwo\u001b[2J")).isEqualTo("one\\ntwo\\u001b[2J");
    }

    @Test
    void keeps_a_thousand_characters_and_cuts_no_secret_in_two() {
        secrets.add("swordfish");

        assertThat(error("x".repeat(1_000))).isEqualTo("x".repeat(1_000));
        assertThat(error("x".repeat(2_000))).isEqualTo("x".repeat(1_000) + "… (2000 characters)");
        assertThat(error("x".repeat(995) + "swordfish")).isEqualTo("x".repeat(995) + "***");
    }

    @Test
    void takes_what_nobody_has_judged_for_the_destination_s() {
        DeliveryFailure failure = DeliveryFailure.of(new IllegalStateException("no route"), secrets);

        assertThat(failure)
                .isEqualTo(new DeliveryFailure(
                        Consequence.UNAVAILABLE, "java.lang.IllegalStateException: no route", Duration.ZERO));
    }

    @Test
    void says_what_the_network_and_the_broker_say_without_their_classes() {
        Exception refused = new ConnectException("Connect to http://127.0.0.1:1 failed: Connection refused");
        Exception full = new RuntimeException("in JMS", new JMSException("AMQ229102: Address \"changes\" is full."));

        assertThat(DeliveryFailure.of(refused, secrets).error()).isEqualTo(refused.getMessage());
        assertThat(DeliveryFailure.of(full, secrets).error())
                .isEqualTo("the queue is full, read its messages: AMQ229102: Address \"changes\" is full.");
    }

    private String error(String message) {
        return DeliveryFailure.of(new DeliveryFailedException(message, Consequence.REFUSED, null), secrets)
                .error();
    }
}
