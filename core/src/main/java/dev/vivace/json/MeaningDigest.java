package dev.vivace.json;

import java.nio.charset.StandardCharsets;
import java.security.DigestException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;

/**
 * Digests what a JSON value means: key order, white space, escapes and the notation of numbers do
 * not matter, everything else does.
 *
 * <p>A value becomes canonical bytes: tagged, length-prefixed, members in the order of their names,
 * numbers as exact decimals. Whatever is longer than {@link #INLINE} bytes is replaced by its
 * SHA-256 on the way up, a Merkle tree. Sorting members therefore moves short pieces only, however
 * deep or large the document is, and every byte is hashed once. An array that grows beyond {@link
 * #FOLD} bytes is replaced by its digest so far, and an object has at most {@link #MAX_MEMBERS}
 * members: what a hostile document makes this hold is bounded.
 *
 * <p>Keeps its buffers from call to call. Not thread-safe.
 */
public final class MeaningDigest {
    /** Bytes of a digest. */
    public static final int LENGTH = 32;

    /** More members than this, those of the objects around included, are refused. */
    public static final int MAX_MEMBERS = 1 << 16;

    private static final int INLINE = 128;
    private static final int FOLD = 1 << 16;
    private static final int KEEP = 1 << 20;
    private static final long MAX_EXPONENT = 1_000_000_000;

    private final MessageDigest sha;
    private byte[] out = new byte[4096];
    private int size;
    private byte[] spare = new byte[1024];

    /**
     * Of each member of the objects being written: where it begins, where its value begins, where
     * its name stands in the document.
     */
    private int[] members = new int[96];

    private int memberCount;

    public MeaningDigest() {
        try {
            sha = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    /** Forgets what was written. */
    public void reset() {
        size = 0;
        memberCount = 0;
        if (out.length > KEEP) {
            out = new byte[4096];
        }
    }

    /**
     * Opens an object whose members the caller picks; to be closed by {@link #endObject} with what
     * this returns.
     */
    public int beginObject() {
        return memberCount;
    }

    /** Adds the member whose name the reader has just read, and reads past its value. */
    public void member(JsonReader reader, byte[] document) {
        memberName(reader, document);
        value(reader, document);
    }

    /** Begins the member whose name the reader has just read; its value must be written next. */
    public void memberName(JsonReader reader, byte[] document) {
        if (memberCount == MAX_MEMBERS) {
            throw new JsonException(
                    "more than " + MAX_MEMBERS + " members", document, reader.textStart() - 1);
        }
        int at = memberCount * 3;
        if (at + 3 > members.length) {
            members = Arrays.copyOf(members, members.length * 2);
        }
        members[at] = size;
        members[at + 2] = reader.textStart() - 1;
        string(document, reader.textStart(), reader.textEnd(), reader.textEscaped());
        members[at + 1] = size;
        memberCount++;
    }

    /**
     * Closes an object.
     *
     * @throws JsonException if two members have the same name
     */
    public void endObject(int begin, byte[] document) {
        int from = begin == memberCount ? size : members[begin * 3];
        sort(begin, document);
        memberCount = begin;
        close((byte) 'O', from);
    }

    /** Adds the next value that the reader reads. */
    public void value(JsonReader reader, byte[] document) {
        switch (reader.peek()) {
            case '{' -> {
                int begin = beginObject();
                reader.beginObject();
                while (reader.nextMember()) {
                    member(reader, document);
                }
                endObject(begin, document);
            }
            case '[' -> {
                int from = size;
                reader.beginArray();
                while (reader.nextElement()) {
                    value(reader, document);
                    if (size - from > FOLD) {
                        hash(out, from, size - from, from + 1);
                        out[from] = 'F'; // no value begins so
                    }
                }
                close((byte) 'A', from);
            }
            case '"' -> {
                reader.readString();
                string(document, reader.textStart(), reader.textEnd(), reader.textEscaped());
            }
            case 't', 'f' -> put(reader.bool() ? (byte) 't' : (byte) 'f');
            case 'n' -> {
                reader.readNull();
                put((byte) 'n');
            }
            case '-', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9' -> {
                reader.readNumber();
                number(document, reader.textStart(), reader.textEnd());
            }
            default -> throw reader.fail("expected a value");
        }
    }

    /** Reads past a value that does not count; its member names are checked all the same. */
    public void skip(JsonReader reader, byte[] document) {
        int mark = size;
        value(reader, document);
        size = mark;
    }

    /** Adds a text of our own, as a string value. */
    public void text(byte[] utf8) {
        string(utf8, 0, utf8.length, false);
    }

    /** The digest of everything written since {@link #reset}, with a secret in front. */
    public byte[] finish(byte[] secret) {
        sha.update(secret);
        sha.update(out, 0, size);
        byte[] result = sha.digest();
        reset();
        return result;
    }

    private void string(byte[] in, int from, int to, boolean escaped) {
        int length = to - from;
        byte[] source = in;
        int begin = from;
        if (escaped) {
            if (spare.length < length) {
                spare = new byte[Math.max(length, spare.length * 2)];
            }
            length = JsonText.unescape(in, from, to, spare, 0);
            source = spare;
            begin = 0;
        }
        if (length > INLINE) {
            put((byte) 'S');
            hash(source, begin, length, size);
            if (spare.length > KEEP) {
                spare = new byte[1024];
            }
        } else {
            room(length + 2);
            out[size++] = 's';
            out[size++] = (byte) length;
            System.arraycopy(source, begin, out, size, length);
            size += length;
        }
    }

    /**
     * Sign, digits without zeros at either end, power of ten: one form for each value, no digit
     * lost.
     */
    private void number(byte[] in, int from, int to) {
        int mark = size;
        room(to - from + 8);
        out[size++] = '#';
        int lengthAt = size++;
        int i = from;
        boolean negative = in[i] == '-';
        if (negative) {
            out[size++] = '-';
            i++;
        }
        int digits = size;
        long exponent = 0;
        boolean fraction = false;
        for (; i < to && in[i] != 'e' && in[i] != 'E'; i++) {
            if (in[i] == '.') {
                fraction = true;
                continue;
            }
            exponent -= fraction ? 1 : 0;
            if (in[i] != '0' || size > digits) {
                out[size++] = in[i];
            }
        }
        if (i < to) {
            exponent += exponent(in, i + 1, to);
        }
        while (size > digits && out[size - 1] == '0') {
            size--;
            exponent++;
        }
        if (size == digits) {
            size = lengthAt + 1;
            exponent = 0;
        }
        int length = size - lengthAt - 1;
        if (length > INLINE) {
            out[mark] = 'N';
            hash(out, lengthAt + 1, length, mark + 1);
        } else {
            out[lengthAt] = (byte) length;
        }
        room(8);
        for (int shift = 56; shift >= 0; shift -= 8) {
            out[size++] = (byte) (exponent >> shift);
        }
    }

    private static long exponent(byte[] in, int from, int to) {
        boolean negative = in[from] == '-';
        long value = 0;
        for (int i = in[from] == '-' || in[from] == '+' ? from + 1 : from; i < to; i++) {
            value = value * 10 + (in[i] - '0');
            if (value > MAX_EXPONENT) {
                throw new JsonException("a number's exponent is out of range", in, from);
            }
        }
        return negative ? -value : value;
    }

    /** Makes what was written since an offset one value: digested if it is long. */
    private void close(byte tag, int from) {
        int length = size - from;
        if (length > INLINE) {
            room(1);
            hash(out, from, length, from + 1);
            out[from] = tag;
        } else {
            room(2);
            System.arraycopy(out, from, out, from + 2, length);
            out[from] = (byte) (tag + ('a' - 'A'));
            out[from + 1] = (byte) length;
            size += 2;
        }
    }

    /** Writes the digest of some bytes to an offset of the output, which then ends behind it. */
    private void hash(byte[] source, int from, int length, int to) {
        sha.update(source, from, length);
        size = to;
        room(LENGTH);
        try {
            sha.digest(out, to, LENGTH);
        } catch (DigestException e) {
            throw new IllegalStateException("there is room", e);
        }
        size = to + LENGTH;
    }

    private void sort(int begin, byte[] document) {
        int count = memberCount - begin;
        boolean sorted = true;
        for (int i = begin + 1; i < memberCount && sorted; i++) {
            int order = compare(i - 1, i);
            if (order == 0) {
                throw duplicate(i, document);
            }
            sorted = order < 0;
        }
        if (sorted) {
            return;
        }
        Integer[] order = new Integer[count]; // most objects are small, and small boxes are cached
        for (int i = 0; i < count; i++) {
            order[i] = begin + i;
        }
        Arrays.sort(order, this::compare);
        int from = members[begin * 3];
        byte[] moved = new byte[size - from];
        int at = 0;
        for (int i = 0; i < count; i++) {
            if (i > 0 && compare(order[i - 1], order[i]) == 0) {
                throw duplicate(Math.max(order[i - 1], order[i]), document);
            }
            int start = members[order[i] * 3];
            int stop = order[i] + 1 < memberCount ? members[order[i] * 3 + 3] : size;
            System.arraycopy(out, start, moved, at, stop - start);
            at += stop - start;
        }
        System.arraycopy(moved, 0, out, from, at);
    }

    private int compare(int a, int b) {
        return Arrays.compare(
                out, members[a * 3], members[a * 3 + 1], out, members[b * 3], members[b * 3 + 1]);
    }

    private JsonException duplicate(int member, byte[] document) {
        int at = members[member * 3 + 2];
        var name = new JsonReader(document, at, document.length);
        name.readString();
        return duplicate(name, document);
    }

    /** The error of a member whose name, which the reader has just read, was there before. */
    public static JsonException duplicate(JsonReader reader, byte[] document) {
        int length = reader.textEnd() - reader.textStart();
        String name =
                new String(
                        document, reader.textStart(), Math.min(length, 64), StandardCharsets.UTF_8);
        return new JsonException(
                "duplicate member name '" + name + (length > 64 ? "..." : "") + "'",
                document,
                reader.textStart() - 1);
    }

    private void put(byte b) {
        room(1);
        out[size++] = b;
    }

    private void room(int bytes) {
        if (size + bytes > out.length) {
            out = Arrays.copyOf(out, Math.max(out.length * 2, size + bytes));
        }
    }
}
