package dev.vivace.json;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Digests what a JSON value means: key order, white space, escapes and the notation of numbers do
 * not matter, everything else does.
 *
 * <p>A value becomes canonical bytes: tagged, length-prefixed, members in the order of their names,
 * numbers as exact decimals. Whatever is longer than 128 bytes is replaced by its SHA-256 on the
 * way up, a Merkle tree. Sorting members therefore moves short pieces only, however deep or large
 * the document is, and every byte is hashed once. An array that grows beyond 64 kB is replaced by
 * its digest so far, and an object has at most {@link #MAX_MEMBERS} members: what a hostile
 * document makes this hold is bounded.
 *
 * <p>Keeps its buffers from call to call. Not thread-safe.
 */
public final class MeaningDigest {
    /** Bytes of a digest. */
    public static final int LENGTH = 32;

    /** More members than this, those of the objects around included, are refused. */
    public static final int MAX_MEMBERS = 1 << 16;

    private final CanonicalBytes out = new CanonicalBytes();

    /**
     * Of each member of the objects being written: where it begins, where its value begins, where
     * its name stands in the document.
     */
    private int[] members = new int[96];

    private int memberCount;

    /** Forgets what was written. */
    public void reset() {
        reset(true);
    }

    /**
     * Forgets what was written.
     *
     * @param digesting false to check what is read, and no more: there is no digest then, and most
     *     of the time that one takes is saved
     */
    public void reset(boolean digesting) {
        out.reset(digesting);
        memberCount = 0;
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
        members[at] = out.size();
        members[at + 2] = reader.textStart() - 1;
        out.string(document, reader.textStart(), reader.textEnd(), reader.textEscaped());
        members[at + 1] = out.size();
        memberCount++;
    }

    /**
     * Closes an object.
     *
     * @throws JsonException if two members have the same name
     */
    public void endObject(int begin, byte[] document) {
        int from = begin == memberCount ? out.size() : members[begin * 3];
        sort(begin, document);
        memberCount = begin;
        out.close((byte) 'O', from);
    }

    /**
     * Opens an array whose elements the caller adds one by one, with {@link #endElement} after
     * each; to be closed by {@link #endArray} with what this returns.
     */
    public int beginArray() {
        return out.size();
    }

    /** To be called after each element. */
    public void endElement(int begin) {
        out.fold(begin);
    }

    /** Closes an array. */
    public void endArray(int begin) {
        out.close((byte) 'A', begin);
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
                int begin = beginArray();
                reader.beginArray();
                while (reader.nextElement()) {
                    value(reader, document);
                    endElement(begin);
                }
                endArray(begin);
            }
            case '"' -> {
                reader.readString();
                out.value(document, reader.textStart(), reader.textEnd(), reader.textEscaped());
            }
            case 't', 'f' -> out.put(reader.bool() ? (byte) 't' : (byte) 'f');
            case 'n' -> {
                reader.readNull();
                out.put((byte) 'n');
            }
            case '-', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9' -> {
                reader.readNumber();
                out.number(document, reader.textStart(), reader.textEnd());
            }
            default -> throw reader.fail("expected a value");
        }
    }

    /** Reads past a value that does not count; its member names are checked all the same. */
    public void skip(JsonReader reader, byte[] document) {
        int mark = out.size();
        value(reader, document);
        out.truncate(mark);
    }

    /** Adds a text of our own, as a string value. */
    public void text(String text) {
        text(text.getBytes(StandardCharsets.UTF_8));
    }

    /** Adds a text of our own, or bytes that stand for one, as a string value. */
    public void text(byte[] utf8) {
        out.string(utf8, 0, utf8.length, false);
    }

    /** The digest of everything written since {@link #reset}, with a secret in front. */
    public byte[] finish(byte[] secret) {
        byte[] result = out.finish(secret);
        memberCount = 0;
        return result;
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
        byte[] moved = new byte[out.size() - from];
        int at = 0;
        for (int i = 0; i < count; i++) {
            if (i > 0 && compare(order[i - 1], order[i]) == 0) {
                throw duplicate(Math.max(order[i - 1], order[i]), document);
            }
            int start = members[order[i] * 3];
            int stop = order[i] + 1 < memberCount ? members[order[i] * 3 + 3] : out.size();
            System.arraycopy(out.bytes(), start, moved, at, stop - start);
            at += stop - start;
        }
        System.arraycopy(moved, 0, out.bytes(), from, at);
    }

    private int compare(int a, int b) {
        byte[] bytes = out.bytes();
        return Arrays.compare(
                bytes,
                members[a * 3],
                members[a * 3 + 1],
                bytes,
                members[b * 3],
                members[b * 3 + 1]);
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
}
