package dev.vivace.tool;

import com.networknt.schema.regex.RegularExpression;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * A pattern of somebody whom nobody trusts: on an evil one a backtracking matcher takes longer than
 * the universe is old. So it may look at so many characters, together with all others of the same
 * check.
 *
 * <p>As in ECMA-262, the end is the end and not the line before it, and classes such as {@code \d}
 * are those of ASCII.
 */
final class BoundedRegex implements RegularExpression {
    private static final Pattern COUNT = Pattern.compile("(\\)?)\\{(\\d{1,9})");

    /** What would hide how often something repeats; the standard knows neither. */
    private static final Pattern HIDING = Pattern.compile("\\\\Q|\\(\\?[a-zA-Z-]*x");

    private static final double MOST_REPEATS = 1e6;

    private final Pattern pattern;
    private final double repeats;

    /**
     * @throws IllegalArgumentException if it is no pattern
     */
    BoundedRegex(String regex) {
        repeats = repeats(regex);
        if (repeats > MOST_REPEATS || HIDING.matcher(regex).find()) {
            throw new IllegalArgumentException("a pattern that cannot be bounded");
        }
        try {
            pattern = Pattern.compile(withEnds(regex));
        } catch (PatternSyntaxException e) {
            throw new IllegalArgumentException("a pattern that is none", e);
        }
    }

    /** How often a part is tried at one place at most without looking at a character. */
    private static double repeats(String regex) {
        double groups = 1;
        double single = 1;
        Matcher count = COUNT.matcher(regex);
        while (count.find()) {
            double times = Math.max(1, Double.parseDouble(count.group(2)));
            if (count.group(1).isEmpty()) {
                single = Math.max(single, times);
            } else {
                groups *= times;
            }
        }
        return groups * single;
    }

    /** {@code $} outside of classes matches the end alone, which is {@code \z} to Java. */
    private static String withEnds(String regex) {
        var text = new StringBuilder(regex.length() + 8);
        int classes = 0;
        for (int i = 0; i < regex.length(); i++) {
            char c = regex.charAt(i);
            if (c == '\\' && i + 1 < regex.length()) {
                text.append(c).append(regex.charAt(++i));
                continue;
            }
            if (c == '[') {
                classes++;
            } else if (c == ']' && classes > 0) {
                classes--;
            }
            text.append(c == '$' && classes == 0 ? "\\z" : String.valueOf(c));
        }
        return text.toString();
    }

    /**
     * @throws Steps.Used if it would take longer than the check may
     */
    @Override
    public boolean matches(String value) {
        Steps steps = Steps.CURRENT.orElse(new Steps());
        steps.take((long) (repeats * (value.length() + 1) / 10));
        try {
            return pattern.matcher(new Counted(value, steps)).find();
        } catch (StackOverflowError e) {
            throw new Steps.Used();
        }
    }

    private record Counted(String text, Steps steps) implements CharSequence {
        @Override
        public char charAt(int index) {
            steps.take(1);
            return text.charAt(index);
        }

        @Override
        public int length() {
            return text.length();
        }

        @Override
        public CharSequence subSequence(int start, int end) {
            return text.substring(start, end);
        }

        @Override
        public String toString() {
            return text;
        }
    }
}
