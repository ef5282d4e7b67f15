package dev.vivace.json;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/**
 * A pull reader over one JSON document that is wholly in memory. It hands out offsets and copies
 * nothing, so that a caller can compare, digest or splice the original bytes.
 *
 * <p>Strict: RFC 8259 and nothing else, well-formed UTF-8, at most {@link #MAX_DEPTH} levels. It
 * does not notice duplicate names; who cares about them sees every name. Every method throws {@link
 * JsonException} at the first byte that does not fit. Not thread-safe.
 *
 * <pre>{@code
 * reader.beginObject();
 * while (reader.nextMember()) {
 *     if (reader.nameIs(MODEL)) model = reader.string(); else reader.skipValue();
 * }
 * reader.end();
 * }</pre>
 */
public final class JsonReader {
    /** Deeper documents are refused: readers of such documents recurse. */
    public static final int MAX_DEPTH = 200;

    private static final VarHandle LONGS =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final long ONES = 0x0101010101010101L;
    private static final long HIGHS = 0x8080808080808080L;

    private final byte[] in;
    private final int limit;
    private int at;
    private int depth;
    private boolean first;
    private int start;
    private int end;
    private boolean escaped;

    public JsonReader(byte[] document) {
        this(document, 0, document.length);
    }

    /** Reads the part from an offset (inclusive) to another (exclusive). */
    public JsonReader(byte[] document, int from, int to) {
        this.in = document;
        this.at = from;
        this.limit = to;
    }

    /**
     * The first byte of the next value, without consuming it: one of <code>{ [ " t f n - 0..9
     * </code>.
     */
    public byte peek() {
        skipSpace();
        if (at == limit) {
            throw fail("the document ends where a value is expected");
        }
        return in[at];
    }

    /**
     * Offset of the next byte to be read; before a value, call {@link #peek} first to stand on the
     * value itself.
     */
    public int offset() {
        return at;
    }

    public void beginObject() {
        open((byte) '{', "an object");
    }

    public void beginArray() {
        open((byte) '[', "an array");
    }

    /**
     * Moves on to the next member and past its name; false, past the closing brace, if there is
     * none.
     */
    public boolean nextMember() {
        if (!nextItem((byte) '}')) {
            return false;
        }
        if (peek() != '"') {
            throw fail("expected a member name in quotes");
        }
        scanString();
        skipSpace();
        if (at == limit || in[at] != ':') {
            throw fail("expected ':' after a member name");
        }
        at++;
        return true;
    }

    /** Moves on to the next element; false, past the closing bracket, if there is none. */
    public boolean nextElement() {
        return nextItem((byte) ']');
    }

    /**
     * Whether the last name or string read is this one; a name with escapes is never a known one's
     * equal by bytes.
     */
    public boolean nameIs(byte[] name) {
        return !escaped && end - start == name.length && rangeEquals(name);
    }

    /** Where the content of the last name or string begins, behind its quote. */
    public int textStart() {
        return start;
    }

    /** Where the content of the last name or string ends, before its quote. */
    public int textEnd() {
        return end;
    }

    /** Whether the last name or string has escapes, so that its bytes are not its text. */
    public boolean textEscaped() {
        return escaped;
    }

    /** The text of the last name or string. */
    public String text() {
        return escaped
                ? new String(JsonText.unescape(in, start, end), StandardCharsets.UTF_8)
                : new String(in, start, end - start, StandardCharsets.UTF_8);
    }

    /** Reads a string value. */
    public String string() {
        readString();
        return text();
    }

    /** Reads past a string value; its place is then in {@link #textStart} and {@link #textEnd}. */
    public void readString() {
        if (peek() != '"') {
            throw fail("expected a string");
        }
        scanString();
    }

    /** Reads {@code true} or {@code false}. */
    public boolean bool() {
        byte b = peek();
        if (b == 't') {
            literal("true");
            return true;
        }
        if (b == 'f') {
            literal("false");
            return false;
        }
        throw fail("expected true or false");
    }

    public void readNull() {
        peek();
        literal("null");
    }

    /** Reads past a number; its place is then in {@link #textStart} and {@link #textEnd}. */
    public void readNumber() {
        byte b = peek();
        if (b != '-' && (b < '0' || b > '9')) {
            throw fail("expected a number");
        }
        scanNumber();
    }

    /** Reads past the next value, whatever it is, checking it wholly. */
    public void skipValue() {
        switch (peek()) {
            case '{' -> {
                beginObject();
                while (nextMember()) {
                    skipValue();
                }
            }
            case '[' -> {
                beginArray();
                while (nextElement()) {
                    skipValue();
                }
            }
            case '"' -> scanString();
            case 't' -> literal("true");
            case 'f' -> literal("false");
            case 'n' -> literal("null");
            case '-', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9' -> scanNumber();
            default -> throw fail("expected a value");
        }
    }

    /** Checks that nothing but white space is left. */
    public void end() {
        skipSpace();
        if (at != limit) {
            throw fail("expected the end of the document");
        }
    }

    /** The error of this kind at the current place. */
    public JsonException fail(String what) {
        return new JsonException(what, in, at);
    }

    private void open(byte bracket, String what) {
        if (peek() != bracket) {
            throw fail("expected " + what);
        }
        if (++depth > MAX_DEPTH) {
            throw fail("nested deeper than " + MAX_DEPTH + " levels");
        }
        at++;
        first = true;
    }

    private boolean nextItem(byte closing) {
        skipSpace();
        if (at == limit) {
            throw fail("the document ends inside " + (closing == '}' ? "an object" : "an array"));
        }
        byte b = in[at];
        if (b == closing) {
            at++;
            depth--;
            first = false;
            return false;
        }
        if (!first) {
            if (b != ',') {
                throw fail("expected ',' or '" + (char) closing + "'");
            }
            at++;
        }
        first = false;
        return true;
    }

    private void skipSpace() {
        while (at < limit) {
            byte b = in[at];
            if (b != ' ' && b != '\n' && b != '\r' && b != '\t') {
                return;
            }
            at++;
        }
    }

    private void literal(String word) {
        int to = at + word.length();
        if (to > limit) {
            throw fail("expected " + word);
        }
        for (int i = 0; i < word.length(); i++) {
            if (in[at + i] != word.charAt(i)) {
                throw fail("expected " + word);
            }
        }
        at = to;
    }

    private void scanNumber() {
        start = at;
        escaped = false;
        if (in[at] == '-') {
            at++;
        }
        if (at < limit && in[at] == '0') {
            at++;
        } else {
            digits();
        }
        if (at < limit && in[at] == '.') {
            at++;
            digits();
        }
        if (at < limit && (in[at] == 'e' || in[at] == 'E')) {
            at++;
            if (at < limit && (in[at] == '+' || in[at] == '-')) {
                at++;
            }
            digits();
        }
        if (at < limit && isWordByte(in[at])) {
            throw fail("malformed number");
        }
        end = at;
    }

    private static boolean isWordByte(byte b) {
        return b >= '0' && b <= '9'
                || b >= 'a' && b <= 'z'
                || b >= 'A' && b <= 'Z'
                || b == '.'
                || b == '-'
                || b == '+';
    }

    private void digits() {
        int from = at;
        while (at < limit && in[at] >= '0' && in[at] <= '9') {
            at++;
        }
        if (at == from) {
            throw fail("malformed number");
        }
    }

    private void scanString() {
        int i = at + 1;
        start = i;
        escaped = false;
        while (true) {
            i = skipPlain(i);
            if (i >= limit) {
                at = limit;
                throw fail("the document ends inside a string");
            }
            byte b = in[i];
            if (b == '"') {
                end = i;
                at = i + 1;
                return;
            }
            if (b == '\\') {
                escaped = true;
                i = escape(i);
            } else if (b < 0) {
                i = multibyte(i);
            } else {
                at = i;
                throw fail("unescaped control character in a string");
            }
        }
    }

    /**
     * To the first byte that is a quote, a backslash, a control character or not ASCII, eight at a
     * time.
     */
    private int skipPlain(int from) {
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

    private int escape(int i) {
        int next = i + 1;
        if (next >= limit) {
            at = limit;
            throw fail("the document ends inside a string");
        }
        switch (in[next]) {
            case '"', '\\', '/', 'b', 'f', 'n', 'r', 't' -> {
                return next + 1;
            }
            case 'u' -> {
                for (int k = next + 1; k <= next + 4; k++) {
                    if (k >= limit || Character.digit(in[k], 16) < 0) {
                        at = i;
                        throw fail("malformed \\u escape");
                    }
                }
                return next + 5;
            }
            default -> {
                at = i;
                throw fail("unknown escape in a string");
            }
        }
    }

    /**
     * One well-formed UTF-8 sequence of two to four bytes: no overlong forms, no surrogates,
     * nothing above U+10FFFF.
     */
    private int multibyte(int i) {
        int b = in[i] & 0xff;
        int length = b >= 0xf0 ? 4 : b >= 0xe0 ? 3 : 2;
        boolean good = b >= 0xc2 && b <= 0xf4 && i + length <= limit;
        for (int k = 1; good && k < length; k++) {
            good = (in[i + k] & 0xc0) == 0x80;
        }
        if (good && length > 2) {
            int second = in[i + 1] & 0xff;
            good =
                    switch (b) {
                        case 0xe0 -> second >= 0xa0;
                        case 0xed -> second < 0xa0;
                        case 0xf0 -> second >= 0x90;
                        case 0xf4 -> second < 0x90;
                        default -> true;
                    };
        }
        if (!good) {
            at = i;
            throw fail("malformed UTF-8 in a string");
        }
        return i + length;
    }

    private boolean rangeEquals(byte[] name) {
        for (int i = 0; i < name.length; i++) {
            if (in[start + i] != name[i]) {
                return false;
            }
        }
        return true;
    }
}
