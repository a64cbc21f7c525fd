package io.jobrelay.camel.provider;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_16BE;
import static java.nio.charset.StandardCharsets.UTF_16LE;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.jobrelay.camel.watches.KeepReply;
import io.jobrelay.secrets.Secrets;
import java.nio.charset.Charset;
import java.util.List;
import org.apache.camel.Exchange;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.DefaultExchange;
import org.junit.jupiter.api.Test;

class ParseReplyTest {
    private final Secrets secrets = new Secrets();
    private final ParseReply readReply = new ParseReply(secrets);

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

    private JsonNode read(String reply, Charset charset) {
        Exchange exchange = new DefaultExchange(new DefaultCamelContext());
        exchange.getMessage().setHeader(Exchange.HTTP_RESPONSE_CODE, 200);
        exchange.getMessage().setBody(reply.replace('\'', '"').getBytes(charset));
        new KeepReply().process(exchange);
        readReply.process(exchange);
        return exchange.getMessage().getBody(JsonNode.class);
    }
}
