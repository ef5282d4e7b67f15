package dev.vivace.admin;

import java.util.HashSet;
import java.util.Set;

/**
 * Bounds the values of one label: those known beforehand, and the first few others that were
 * allowed to become one. One thread at a time.
 */
final class LabelSet {
    static final String OTHER = "other";
    private static final int LONGEST = 128;

    private final Set<String> labels;
    private final int most;

    LabelSet(Set<String> known, int others) {
        labels = new HashSet<>(known);
        most = labels.size() + others;
    }

    /**
     * The value itself, or {@link #OTHER}.
     *
     * @param admit whether an unknown value may become a label
     */
    String label(String value, boolean admit) {
        if (labels.contains(value)) {
            return value;
        }
        if (!admit || labels.size() >= most || !plain(value)) {
            return OTHER;
        }
        labels.add(value);
        return value;
    }

    /**
     * Two values with lone surrogates could look the same once encoded, and some readers take other
     * characters than a line feed for the end of a line: either spoils the whole scrape.
     */
    private static boolean plain(String value) {
        return value.length() <= LONGEST && value.codePoints().allMatch(LabelSet::plain);
    }

    private static boolean plain(int c) {
        return switch (Character.getType(c)) {
            case Character.CONTROL,
                    Character.SURROGATE,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR ->
                    false;
            default -> true;
        };
    }
}
