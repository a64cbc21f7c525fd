package io.jobrelay.benchmark;

import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** A table in Markdown, and the numbers in it. */
final class Table {
    private final StringBuilder text = new StringBuilder();

    Table(String... columns) {
        row(columns);
        row(Stream.of(columns).map(column -> "---").toArray(String[]::new));
    }

    void row(String... cells) {
        text.append(Stream.of(cells).collect(Collectors.joining(" | ", "| ", " |\n")));
    }

    static double median(DoubleStream values) {
        double[] sorted = values.sorted().toArray();
        int middle = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }

    /** {@code median (least..most)}, without decimals. */
    static String spread(List<Double> values) {
        return "%s (%s..%s)"
                .formatted(
                        number(median(values.stream().mapToDouble(value -> value)), 0),
                        number(values.stream().mapToDouble(value -> value).min().orElseThrow(), 0),
                        number(values.stream().mapToDouble(value -> value).max().orElseThrow(), 0));
    }

    /** The median of the ratios of each round: what loads the machine in a round loads both. */
    static double medianRatio(List<Double> values, List<Double> baseline) {
        return median(IntStream.range(0, values.size()).mapToDouble(round -> values.get(round) / baseline.get(round)));
    }

    static String number(double value, int decimals) {
        return String.format(Locale.ROOT, "%,." + decimals + "f", value);
    }

    @Override
    public String toString() {
        return text.toString();
    }
}
