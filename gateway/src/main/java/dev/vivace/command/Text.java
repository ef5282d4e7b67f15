package dev.vivace.command;

import java.util.List;

/** Lines for a terminal, none longer than its width unless one word is. */
final class Text {
    record Row(String left, String right) {}

    private final int width;
    private final StringBuilder text = new StringBuilder();

    Text(int width) {
        this.width = width;
    }

    void line(String line) {
        text.append(line).append('\n');
    }

    /** An empty line, and the paragraph. */
    void paragraph(String words) {
        line("");
        wrap(words, 0);
        text.append('\n');
    }

    /** Two columns. */
    void table(List<Row> rows) {
        int left = rows.stream().mapToInt(row -> row.left.length()).max().orElse(0);
        for (Row row : rows) {
            text.append("  ").append(row.left).repeat(' ', left - row.left.length() + 2);
            wrap(row.right, left + 4);
            text.append('\n');
        }
    }

    private void wrap(String words, int indent) {
        int column = indent;
        for (String word : words.split(" ")) {
            if (column > indent && column + 1 + word.length() > width) {
                text.append('\n').repeat(' ', indent);
                column = indent;
            } else if (column > indent) {
                text.append(' ');
                column++;
            }
            text.append(word);
            column += word.length();
        }
    }

    @Override
    public String toString() {
        return text.toString();
    }
}
