package io.jobrelay.provider;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.DecimalNode;
import com.fasterxml.jackson.databind.node.DoubleNode;
import com.fasterxml.jackson.databind.node.LongNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.LongRange;

/** Whatever a provider gives for a time: a time of RFC 3339, none, or nothing that can be understood. */
class ReplyTimeFuzzTest {
    private static final Instant FIRST = Instant.parse("0000-01-01T00:00:00Z");
    private static final Instant LAST = Instant.parse("9999-12-31T23:59:59.999999999Z");
    private static final ZoneId SHANGHAI = ZoneId.of("Asia/Shanghai");

    @Provide
    Arbitrary<JsonNode> values() {
        return Arbitraries.oneOf(
                Arbitraries.longs().map(LongNode::valueOf),
                Arbitraries.doubles().map(DoubleNode::valueOf),
                Arbitraries.of(Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY)
                        .map(DoubleNode::valueOf),
                Arbitraries.of("1e999999999", "-1e999999999", "1e-999999999", "0e999999999")
                        .map(number -> DecimalNode.valueOf(new BigDecimal(number))),
                Arbitraries.strings().map(TextNode::valueOf),
                Arbitraries.of(
                                "2024",
                                "+999999999",
                                "-0001",
                                "0000",
                                "9999",
                                "-",
                                "02",
                                "30",
                                "T",
                                " ",
                                "24:00:00",
                                "23:59:60",
                                "08:00",
                                ":00",
                                ".999999999",
                                ".",
                                "Z",
                                "+08:00",
                                "-18:00",
                                "+99:99",
                                "\u0000")
                        .list()
                        .ofMaxSize(9)
                        .map(pieces -> TextNode.valueOf(String.join("", pieces))));
    }

    @Property
    void is_a_time_that_a_record_can_hold_or_none(@ForAll("values") JsonNode value) {
        ReplyTime.isAbsent(value);
        assertThat(ReplyTime.parse(value, SHANGHAI).stream())
                .allSatisfy(time -> assertThat(time).isBetween(FIRST, LAST));
    }

    /** Asia/Shanghai has had one offset since 1992. */
    @Property
    void every_form_is_the_same_time(
            @ForAll @LongRange(min = 946_684_800_000L, max = 253_402_000_000_000L) long millis) {
        Instant time = Instant.ofEpochMilli(millis);
        String wallClock = DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss.SSS")
                .withZone(SHANGHAI)
                .format(time);

        assertThat(ReplyTime.parse(LongNode.valueOf(millis), SHANGHAI)).contains(time);
        assertThat(ReplyTime.parse(TextNode.valueOf(time.toString()), SHANGHAI)).contains(time);
        assertThat(ReplyTime.parse(TextNode.valueOf(wallClock), SHANGHAI)).contains(time);
    }
}
