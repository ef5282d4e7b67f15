package dev.vivace.json;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/** Between the text of a JSON string and its bytes. */
public final class JsonText {
    private JsonText() {}

    /**
     * The UTF-8 bytes of the text that a checked string's content stands for. A lone surrogate,
     * which JSON can escape and UTF-8 cannot hold, becomes the three bytes that it would have had
     * (WTF-8), so that different texts stay different.
     */
    public static byte[] unescape(byte[] in, int from, int to) {
        byte[] out = new byte[to - from];
        int length = unescape(in, from, to, out, 0);
        return java.util.Arrays.copyOf(out, length);
    }

    /**
     * As {@link #unescape(byte[], int, int)}, into a buffer with room for {@code to - from} bytes;
     * the offset behind.
     */
    static int unescape(byte[] in, int from, int to, byte[] out, int at) {
        int i = from;
        while (i < to) {
            byte b = in[i];
            if (b != '\\') {
                out[at++] = b;
                i++;
                continue;
            }
            byte kind = in[i + 1];
            i += 2;
            if (kind != 'u') {
                out[at++] = simple(kind);
                continue;
            }
            int code = hex(in, i);
            i += 4;
            if (Character.isHighSurrogate((char) code)
                    && i + 6 <= to
                    && in[i] == '\\'
                    && in[i + 1] == 'u') {
                int low = hex(in, i + 2);
                if (Character.isLowSurrogate((char) low)) {
                    code = Character.toCodePoint((char) code, (char) low);
                    i += 6;
                }
            }
            at = encode(code, out, at);
        }
        return at;
    }

    private static byte simple(byte kind) {
        return (byte)
                switch (kind) {
                    case 'b' -> '\b';
                    case 'f' -> '\f';
                    case 'n' -> '\n';
                    case 'r' -> '\r';
                    case 't' -> '\t';
                    default -> kind;
                };
    }

    private static int hex(byte[] in, int at) {
        int value = 0;
        for (int k = 0; k < 4; k++) {
            value = value << 4 | Character.digit(in[at + k], 16);
        }
        return value;
    }

    private static int encode(int code, byte[] out, int at) {
        if (code < 0x80) {
            out[at++] = (byte) code;
        } else if (code < 0x800) {
            out[at++] = (byte) (0xc0 | code >> 6);
            out[at++] = (byte) (0x80 | code & 0x3f);
        } else if (code < 0x10000) {
            out[at++] = (byte) (0xe0 | code >> 12);
            out[at++] = (byte) (0x80 | code >> 6 & 0x3f);
            out[at++] = (byte) (0x80 | code & 0x3f);
        } else {
            out[at++] = (byte) (0xf0 | code >> 18);
            out[at++] = (byte) (0x80 | code >> 12 & 0x3f);
            out[at++] = (byte) (0x80 | code >> 6 & 0x3f);
            out[at++] = (byte) (0x80 | code & 0x3f);
        }
        return at;
    }

    /** A text as a JSON string, quotes included, in UTF-8. */
    public static byte[] quote(String text) {
        var out = new ByteArrayOutputStream(text.length() + 16);
        out.write('"');
        for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
            switch (b) {
                case '"', '\\' -> {
                    out.write('\\');
                    out.write(b);
                }
                case '\n' -> out.writeBytes(new byte[] {'\\', 'n'});
                case '\r' -> out.writeBytes(new byte[] {'\\', 'r'});
                case '\t' -> out.writeBytes(new byte[] {'\\', 't'});
                default -> {
                    if (b >= 0 && b < 0x20) {
                        out.writeBytes("\\u%04x".formatted(b).getBytes(StandardCharsets.US_ASCII));
                    } else {
                        out.write(b);
                    }
                }
            }
        }
        out.write('"');
        return out.toByteArray();
    }
}
