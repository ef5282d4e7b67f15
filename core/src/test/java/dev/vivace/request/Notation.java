package dev.vivace.request;

import dev.vivace.json.RandomJson;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** Writes a tree as JSON in one of the many ways that mean the same. */
public final class Notation {
    private final RandomGenerator random;
    private final StringBuilder out = new StringBuilder();

    private Notation(RandomGenerator random) {
        this.random = random;
    }

    /** Key order at all levels, white space, escapes and the notation of numbers are the seed's. */
    public static byte[] write(Object tree, long seed) {
        var notation = new Notation(new SplittableRandom(seed));
        notation.space();
        notation.value(tree, true);
        notation.space();
        return notation.out.toString().getBytes(StandardCharsets.UTF_8);
    }

    private void value(@Nullable Object value, boolean top) {
        switch (value) {
            case null -> out.append("null");
            case Boolean b -> out.append(b);
            case String s -> string(s, true);
            case Bodies.Num n -> number(n);
            case List<?> list -> {
                out.append('[');
                for (int i = 0; i < list.size(); i++) {
                    separate(i);
                    value(list.get(i), false);
                }
                space();
                out.append(']');
            }
            case Map<?, ?> map -> {
                out.append('{');
                List<Map.Entry<?, ?>> members = new ArrayList<>(map.entrySet());
                Collections.shuffle(members, random);
                for (int i = 0; i < members.size(); i++) {
                    separate(i);
                    // Names at the top are refused if they hide a known name behind an escape.
                    string(String.valueOf(members.get(i).getKey()), !top);
                    space();
                    out.append(':');
                    space();
                    value(members.get(i).getValue(), false);
                }
                space();
                out.append('}');
            }
            default -> throw new IllegalArgumentException("no tree: " + value.getClass());
        }
    }

    private void separate(int index) {
        space();
        if (index > 0) {
            out.append(',');
            space();
        }
    }

    private void space() {
        out.append(RandomJson.space(random));
    }

    private void string(String text, boolean escapes) {
        out.append('"');
        text.codePoints()
                .forEach(c -> {
                    if (c < 0x20 || c == '"' || c == '\\' || escapes && random.nextInt(12) == 0) {
                        RandomJson.escape(c, random, out);
                    } else {
                        out.appendCodePoint(c);
                    }
                });
        out.append('"');
    }

    private void number(Bodies.Num number) {
        if (number.negative()) {
            out.append('-');
        }
        String digits = number.digits();
        int exponent = number.exponent();
        int zeros = random.nextInt(3);
        digits += "0".repeat(zeros);
        exponent -= zeros;
        // The point goes anywhere, and the power of ten follows.
        int point = random.nextInt(digits.length() + 1);
        String whole = digits.substring(0, point);
        String rest = digits.substring(point);
        exponent += rest.length();
        out.append(stripped(whole));
        if (!rest.isEmpty()) {
            out.append('.').append(rest);
        }
        if (exponent != 0 || random.nextInt(4) == 0) {
            out.append(random.nextBoolean() ? 'e' : 'E');
            out.append(exponent < 0 ? "-" : random.nextBoolean() ? "+" : "");
            out.append("0".repeat(random.nextInt(3))).append(Math.abs(exponent));
        }
    }

    private static String stripped(String whole) {
        int i = 0;
        while (i < whole.length() - 1 && whole.charAt(i) == '0') {
            i++;
        }
        return whole.isEmpty() ? "0" : whole.substring(i);
    }
}
