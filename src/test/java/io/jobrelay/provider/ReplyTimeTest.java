package io.jobrelay.provider;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.DoubleNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.jobrelay.job.Json;
import java.time.Instant;
import java.time.ZoneId;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ReplyTimeTest {
    private static final ZoneId SHANGHAI = ZoneId.of("Asia/Shanghai");

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            1640966400000                | 2021-12-31T16:00:00Z
            -1                           | 1969-12-31T23:59:59.999Z
            "2021-01-30T12:51:33.028Z"   | 2021-01-30T12:51:33.028Z
            "2021-01-30T12:51:33+08:00"  | 2021-01-30T04:51:33Z
            "2024-05-01 08:00:00"        | 2024-05-01T00:00:00Z
            "2024-05-01 08:00:00.5"      | 2024-05-01T00:00:00.500Z
            " 2024-05-01 08:00:00 "      | 2024-05-01T00:00:00Z
            """)
    void reads_the_times_that_providers_write(String json, Instant expected) throws JsonProcessingException {
        JsonNode value = read(json);

        assertThat(ReplyTime.isAbsent(value)).isFalse();
        assertThat(ReplyTime.parse(value, SHANGHAI)).contains(expected);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\"yesterday\"",
                "\"2021-01-30\"",
                "\"2021-01-30T12:51:33\"",
                "\"2021-13-30 12:51:33\"",
                "true",
                "1.5",
                "{}",
                "99999999999999999999999"
            })
    void understands_nothing_else(String json) throws JsonProcessingException {
        JsonNode value = read(json);

        assertThat(ReplyTime.isAbsent(value)).isFalse();
        assertThat(ReplyTime.parse(value, SHANGHAI)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "null",
                "\"\"",
                "\"  \"",
                "0",
                "\"0000-00-00T00:00:00Z\"",
                "\"0001-01-01T00:00:00Z\"",
                "\"0000-00-00 00:00:00\""
            })
    void takes_what_stands_for_no_time_as_none(String json) throws JsonProcessingException {
        assertThat(ReplyTime.isAbsent(read(json))).isTrue();
    }

    /** RFC 3339 has years of four digits, and a number that is no whole one is no time. */
    @Test
    void understands_no_time_that_a_record_cannot_hold() throws JsonProcessingException {
        for (String json : new String[] {
            "\"+999999999-12-31T23:59:59Z\"", "\"-0001-12-31T23:59:59Z\"", "253402300800000", "1e999999999", "0.5"
        }) {
            JsonNode value = Json.MAPPER.readTree(json);
            assertThat(ReplyTime.isAbsent(value)).as(json).isFalse();
            assertThat(ReplyTime.parse(value, SHANGHAI)).as(json).isEmpty();
        }
    }

    /** A mapping may make one where it reckons. */
    @Test
    void understands_no_number_without_end() {
        for (double number : new double[] {Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY}) {
            JsonNode value = DoubleNode.valueOf(number);
            assertThat(ReplyTime.isAbsent(value)).isFalse();
            assertThat(ReplyTime.parse(value, SHANGHAI)).isEmpty();
        }
    }

    @Test
    void takes_a_member_that_is_not_there_as_none() {
        assertThat(ReplyTime.isAbsent(MissingNode.getInstance())).isTrue();
    }

    private static JsonNode read(String json) throws JsonProcessingException {
        return Json.MAPPER.readTree(json);
    }
}
