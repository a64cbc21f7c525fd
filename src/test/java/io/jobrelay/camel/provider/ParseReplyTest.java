package io.jobrelay.camel.provider;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_16BE;
import static java.nio.charset.StandardCharsets.UTF_16LE;
import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.jobrelay.camel.watches.KeepReply;
import io.jobrelay.camel.watches.Poll;
import io.jobrelay.provider.PollFailedException;
import io.jobrelay.secrets.Secrets;
import io.jobrelay.watch.Pace;
import io.jobrelay.watch.ProviderApi;
import io.jobrelay.watch.Watch;
import java.nio.charset.Charset;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.camel.Exchange;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.DefaultExchange;
import org.junit.jupiter.api.Test;

class ParseReplyTest {
    private final Secrets secrets = new Secrets();
    private final ProviderApi confidential = new ProviderApi();
    private final ParseReply readReply = new ParseReply(secrets, api -> Optional.of(confidential));
    private final Exchange exchange = new DefaultExchange(new DefaultCamelContext());

    @Test
    void masks_a_secret_in_texts_and_in_names_at_any_depth() {
        secrets.add("hush-hush");

        assertThat(read("{'a':['x hush-hush y',{'hush-hush':1}],'b':'hush'}", UTF_8))
                .hasToString("{\"a\":[\"x *** y\",{\"***\":1}],\"b\":\"hush\"}");
    }

    @Test
    void masks_a_secret_however_it_is_escaped() {
        secrets.add("hush/hush");

        assertThat(read("{'a':'\\u0068ush\\/hus\\u0068'}", UTF_8)).hasToString("{\"a\":\"***\"}");
    }

    @Test
    void masks_a_secret_that_is_not_ascii_and_one_that_was_decoded_byte_for_byte() {
        secrets.add("geheim-ß中😀");

        assertThat(read(
                        "{'a':'geheim-ß中😀','b':'geheim-\\u00df\\u4e2d\\ud83d\\ude00','c':'%s'}"
                                .formatted(new String("geheim-ß中😀".getBytes(UTF_8), ISO_8859_1)),
                        UTF_8))
                .hasToString("{\"a\":\"***\",\"b\":\"***\",\"c\":\"***\"}");
    }

    @Test
    void masks_a_secret_in_a_reply_in_utf_16() {
        secrets.add("hush-hush");

        for (Charset charset : List.of(UTF_16BE, UTF_16LE)) {
            assertThat(read("{'a':'hush-hush'}", charset)).hasToString("{\"a\":\"***\"}");
        }
    }

    @Test
    void removes_what_is_confidential_wherever_it_is_in_a_reply() {
        confidential.setConfidential("ImageConfig.Password, Envs");

        assertThat(read(
                        "{'Password':1,'Envs':{'A':'b'},'Jobs':[{'Specs':[{'ImageConfig':{'Password':'c','Auth':'d'}}],'Envs':'e'}]}",
                        UTF_8))
                .hasToString("{\"Password\":1,\"Jobs\":[{\"Specs\":[{\"ImageConfig\":{\"Auth\":\"d\"}}]}]}");
        assertThat(kept()).doesNotContain("'c'", "'e'", "Envs").contains("Auth");
    }

    @Test
    void keeps_no_body_of_a_reply_that_may_hold_confidential_members_and_cannot_be_parsed() {
        confidential.setConfidential("Envs");

        assertThatThrownBy(() -> read("{'Envs':{'A':'hunter2'},'B':hunter2", UTF_8))
                .isInstanceOf(PollFailedException.class)
                .hasMessage("MALFORMED: the reply is not valid JSON");
        assertThat(kept()).isEmpty();
    }

    @Test
    void keeps_the_reply_as_it_came_where_nothing_is_confidential_in_it() {
        confidential.setConfidential("Envs");

        read("{ 'A': 1 }", UTF_8);

        assertThat(kept()).isEqualTo("{ \"A\": 1 }");
    }

    private String kept() {
        return new String(requireNonNull(KeepReply.of(exchange)).body(), UTF_8);
    }

    private JsonNode read(String reply, Charset charset) {
        exchange.setVariable(
                Poll.WATCH, new Watch("acme-job", "acme", Map.of(), Pace.DEFAULT, Map.of(), false, null, false));
        exchange.getMessage().setHeader(Exchange.HTTP_RESPONSE_CODE, 200);
        exchange.getMessage().setBody(reply.replace('\'', '"').getBytes(charset));
        new KeepReply().process(exchange);
        readReply.process(exchange);
        return exchange.getMessage().getBody(JsonNode.class);
    }
}
