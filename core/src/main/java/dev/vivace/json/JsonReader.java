package dev.vivace.json;

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
            at = JsonTokens.literal("true", in, at, limit);
            return true;
        }
        if (b == 'f') {
            at = JsonTokens.literal("false", in, at, limit);
            return false;
        }
        throw fail("expected true or false");
    }

    public void readNull() {
        peek();
        at = JsonTokens.literal("null", in, at, limit);
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
            case 't' -> at = JsonTokens.literal("true", in, at, limit);
            case 'f' -> at = JsonTokens.literal("false", in, at, limit);
            case 'n' -> at = JsonTokens.literal("null", in, at, limit);
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

    private void scanNumber() {
        start = at;
        escaped = false;
        at = JsonTokens.number(in, at, limit);
        end = at;
    }

    private void scanString() {
        start = at + 1;
        int quote = JsonTokens.string(in, start, limit);
        escaped = quote < 0;
        end = escaped ? ~quote : quote;
        at = end + 1;
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
