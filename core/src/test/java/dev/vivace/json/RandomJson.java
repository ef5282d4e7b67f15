package dev.vivace.json;

import java.util.Arrays;
import java.util.HexFormat;
import java.util.random.RandomGenerator;

/** JSON documents by seed, in every notation that the grammar has, and ways to damage them. */
public final class RandomJson {
    private static final String[] SPACE = {"", "", "", " ", "\n", "\t", "\r\n", "   "};
    private static final String[] NUMBERS = {
        "0",
        "-0",
        "1",
        "-1",
        "10",
        "0.5",
        "-0.50",
        "1e3",
        "1E+3",
        "1e-3",
        "12345678901234567890",
        "3.141592653589793238462643383279",
        "1.0",
        "100e-2",
        "0e0",
        "0.0"
    };

    private static final HexFormat LOWER = HexFormat.of();
    private static final HexFormat UPPER = HexFormat.of().withUpperCase();

    private RandomJson() {}

    public static String document(RandomGenerator random) {
        if (random.nextInt(200) == 0) {
            int levels = JsonReader.MAX_DEPTH - 2 + random.nextInt(5);
            return "[".repeat(levels) + "]".repeat(levels);
        }
        return space(random) + value(random, 4) + space(random);
    }

    /** Some bytes changed, cut off, put in, or written twice. */
    public static byte[] damaged(byte[] document, RandomGenerator random) {
        byte[] bytes = document.clone();
        int at = random.nextInt(bytes.length);
        switch (random.nextInt(7)) {
            case 0 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
            case 1 -> bytes[at] = (byte) random.nextInt(256);
            case 2 -> bytes[at] = (byte) "{}[]\",:\\u0-+.eEtfn \n".charAt(random.nextInt(20));
            case 3 -> bytes = Arrays.copyOf(bytes, at);
            case 4 -> {
                bytes = Arrays.copyOf(bytes, bytes.length + 1);
                System.arraycopy(bytes, at, bytes, at + 1, bytes.length - at - 1);
            }
            case 5 -> {
                System.arraycopy(bytes, at + 1, bytes, at, bytes.length - at - 1);
                bytes = Arrays.copyOf(bytes, bytes.length - 1);
            }
            default -> {
                int other = random.nextInt(bytes.length);
                byte swapped = bytes[at];
                bytes[at] = bytes[other];
                bytes[other] = swapped;
            }
        }
        return bytes;
    }

    private static String value(RandomGenerator random, int depth) {
        return switch (random.nextInt(depth == 0 ? 6 : 9)) {
            case 0 -> "true";
            case 1 -> "false";
            case 2 -> "null";
            case 3 -> NUMBERS[random.nextInt(NUMBERS.length)];
            case 4, 5 -> string(random);
            case 6 -> items(random, depth, false);
            default -> items(random, depth, true);
        };
    }

    private static String items(RandomGenerator random, int depth, boolean members) {
        var out = new StringBuilder(members ? "{" : "[").append(space(random));
        int count = random.nextInt(5);
        for (int i = 0; i < count; i++) {
            if (i > 0) {
                out.append(',').append(space(random));
            }
            if (members) {
                out.append(string(random)).append(space(random)).append(':').append(space(random));
            }
            out.append(value(random, depth - 1)).append(space(random));
        }
        return out.append(members ? '}' : ']').toString();
    }

    private static String string(RandomGenerator random) {
        var out = new StringBuilder("\"");
        text(random, random.nextInt(20) == 0 ? 300 : 12)
                .codePoints()
                .forEach(c -> escapeOrNot(c, random, out));
        if (random.nextInt(20) == 0) {
            out.append("\\ud8").append(10 + random.nextInt(80)); // half a pair
        }
        return out.append('"').toString();
    }

    private static void escapeOrNot(int c, RandomGenerator random, StringBuilder out) {
        if (c < 0x20 || c == '"' || c == '\\' || random.nextInt(8) == 0) {
            escape(c, random, out);
        } else {
            out.appendCodePoint(c);
        }
    }

    /** In one of the ways that there are for it. */
    public static void escape(int c, RandomGenerator random, StringBuilder out) {
        int simple = "\"\\/\b\f\n\r\t".indexOf(c);
        if (simple >= 0 && random.nextBoolean()) {
            out.append('\\').append("\"\\/bfnrt".charAt(simple));
            return;
        }
        for (char unit : Character.toChars(c)) {
            out.append("\\u").append((random.nextBoolean() ? LOWER : UPPER).toHexDigits(unit));
        }
    }

    /** Text of any characters at all, lone surrogates excepted. */
    public static String text(RandomGenerator random, int atMost) {
        var out = new StringBuilder();
        int length = random.nextInt(atMost + 1);
        for (int i = 0; i < length; i++) {
            out.appendCodePoint(
                    switch (random.nextInt(10)) {
                        case 0 -> random.nextInt(0x20);
                        case 1 -> "\"\\/{}[]:,".charAt(random.nextInt(9));
                        case 2 -> 0x80 + random.nextInt(0x780);
                        case 3 -> 0x800 + random.nextInt(0xD000);
                        case 4 -> 0x10000 + random.nextInt(0x100000);
                        default -> ' ' + random.nextInt(95);
                    });
        }
        return out.toString();
    }

    /** White space, or none. */
    public static String space(RandomGenerator random) {
        return SPACE[random.nextInt(SPACE.length)];
    }
}
