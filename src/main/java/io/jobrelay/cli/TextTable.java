package io.jobrelay.cli;

import io.jobrelay.logging.PlainLine;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/** A table as text. Columns are as wide as their widest cell, and those of numbers are right-aligned. */
final class TextTable {
    private static final String GAP = "  ";

    private final List<List<String>> rows = new ArrayList<>();

    TextTable(String... head) {
        rows.add(List.of(head));
    }

    void row(Object... cells) {
        rows.add(IntStream.range(0, cells.length)
                .mapToObj(i -> PlainLine.of(cells[i].toString()))
                .toList());
    }

    /** The head and the rows, without trailing blanks. */
    List<String> lines() {
        return rows.stream().map(this::line).toList();
    }

    private String line(List<String> row) {
        StringBuilder line = new StringBuilder();
        for (int column = 0; column < row.size(); column++) {
            int width = width(column);
            String form = isNumeric(column) ? "%" + width + "s" : "%-" + width + "s";
            line.append(line.isEmpty() ? "" : GAP).append(form.formatted(row.get(column)));
        }
        return line.toString().stripTrailing();
    }

    private int width(int column) {
        return Math.max(
                1, rows.stream().mapToInt(row -> row.get(column).length()).max().orElse(1));
    }

    private boolean isNumeric(int column) {
        return rows.stream().skip(1).map(row -> row.get(column)).allMatch(cell -> cell.matches("\\d+"));
    }
}
