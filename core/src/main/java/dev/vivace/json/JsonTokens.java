package dev.vivace.json;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * The smallest parts of JSON: strings, numbers, words. Each method reads one from an offset and
 * tells where it ends; {@link JsonException} says where it does not fit. Stateless.
 */
final class JsonTokens {
    private static final VarHandle LONGS =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final long ONES = 0x0101010101010101L;
    private static final long HIGHS = 0x8080808080808080L;

    private JsonTokens() {}

    /** The place behind a word that must stand there. */
    static int literal(String word, byte[] in, int at, int limit) {
        int to = at + word.length();
        boolean fits = to <= limit;
        for (int i = 0; fits && i < word.length(); i++) {
            fits = in[at + i] == word.charAt(i);
        }
        if (!fits) {
            throw new JsonException("expected " + word, in, at);
        }
        return to;
    }

    /** The place behind a number. */
    static int number(byte[] in, int from, int limit) {
        int at = in[from] == '-' ? from + 1 : from;
        at = at < limit && in[at] == '0' ? at + 1 : digits(in, at, limit);
        if (at < limit && in[at] == '.') {
            at = digits(in, at + 1, limit);
        }
        if (at < limit && (in[at] == 'e' || in[at] == 'E')) {
            at++;
            if (at < limit && (in[at] == '+' || in[at] == '-')) {
                at++;
            }
            at = digits(in, at, limit);
        }
        if (at < limit && isWordByte(in[at])) {
            throw new JsonException("malformed number", in, at);
        }
        return at;
    }

    private static boolean isWordByte(byte b) {
        return b >= '0' && b <= '9'
                || b >= 'a' && b <= 'z'
                || b >= 'A' && b <= 'Z'
                || b == '.'
                || b == '-'
                || b == '+';
    }

    private static int digits(byte[] in, int from, int limit) {
        int at = from;
        while (at < limit && in[at] >= '0' && in[at] <= '9') {
            at++;
        }
        if (at == from) {
            throw new JsonException("malformed number", in, at);
        }
        return at;
    }

    /**
     * The place of the quote that ends a string.
     *
     * @param from behind the quote that begins it
     * @return its bitwise complement, which is negative, if the string has escapes
     */
    static int string(byte[] in, int from, int limit) {
        int i = from;
        boolean escaped = false;
        while (true) {
            i = skipPlain(in, i, limit);
            if (i >= limit) {
                throw endless(in, limit);
            }
            byte b = in[i];
            if (b == '"') {
                return escaped ? ~i : i;
            }
            if (b == '\\') {
                escaped = true;
                i = escape(in, i, limit);
            } else if (b < 0) {
                int length = Utf8.sequence(in, i, limit);
                if (length == 0) {
                    throw new JsonException("malformed UTF-8 in a string", in, i);
                }
                i += length;
            } else {
                throw new JsonException("unescaped control character in a string", in, i);
            }
        }
    }

    /**
     * To the first byte that is a quote, a backslash, a control character or not ASCII, eight at a
     * time.
     */
    private static int skipPlain(byte[] in, int from, int limit) {
        int i = from;
        int last = limit - 8;
        while (i <= last) {
            long word = (long) LONGS.get(in, i);
            long quote = word ^ (ONES * '"');
            long slash = word ^ (ONES * '\\');
            long stop =
                    ((word - ONES * 0x20)
                                    | (quote - ONES) & ~quote
                                    | (slash - ONES) & ~slash
                                    | word)
                            & HIGHS;
            if (stop != 0) {
                return i + (Long.numberOfTrailingZeros(stop) >>> 3);
            }
            i += 8;
        }
        while (i < limit && in[i] >= 0x20 && in[i] != '"' && in[i] != '\\') {
            i++;
        }
        return i;
    }

    /** The place behind an escape. */
    private static int escape(byte[] in, int i, int limit) {
        int next = i + 1;
        if (next >= limit) {
            throw endless(in, limit);
        }
        switch (in[next]) {
            case '"', '\\', '/', 'b', 'f', 'n', 'r', 't' -> {
                return next + 1;
            }
            case 'u' -> {
                for (int k = next + 1; k <= next + 4; k++) {
                    if (k >= limit || Character.digit(in[k], 16) < 0) {
                        throw new JsonException("malformed \\u escape", in, i);
                    }
                }
                return next + 5;
            }
            default -> throw new JsonException("unknown escape in a string", in, i);
        }
    }

    private static JsonException endless(byte[] in, int limit) {
        return new JsonException("the document ends inside a string", in, limit);
    }
}
