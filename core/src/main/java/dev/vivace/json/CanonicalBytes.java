package dev.vivace.json;

import java.security.DigestException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;

/**
 * The canonical bytes of values while they are written: tagged, length-prefixed, numbers as exact
 * decimals, and whatever is longer than {@link #INLINE} bytes replaced by its SHA-256.
 *
 * <p>Keeps its buffers. Not thread-safe.
 */
final class CanonicalBytes {
    private static final int INLINE = 128;
    private static final int FOLD = 1 << 16;
    private static final int KEEP = 1 << 20;
    private static final long MAX_EXPONENT = 1_000_000_000;

    private final MessageDigest sha;
    private byte[] out = new byte[4096];
    private int size;
    private byte[] spare = new byte[1024];
    private boolean hashing = true;

    CanonicalBytes() {
        try {
            sha = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    /**
     * @param hashed whether long values are hashed, or only passed over
     */
    void reset(boolean hashed) {
        hashing = hashed;
        size = 0;
        if (out.length > KEEP) {
            out = new byte[4096];
        }
    }

    int size() {
        return size;
    }

    /** What is written; valid until more is. */
    byte[] bytes() {
        return out;
    }

    /** Forgets what was written since an offset. */
    void truncate(int to) {
        size = to;
    }

    /** The digest of everything written since {@link #reset}, with a secret in front. */
    byte[] finish(byte[] secret) {
        sha.update(secret);
        sha.update(out, 0, size);
        byte[] result = sha.digest();
        reset(true);
        return result;
    }

    void put(byte b) {
        room(1);
        out[size++] = b;
    }

    /** A text that is part of the meaning and no more. */
    void value(byte[] in, int from, int to, boolean escaped) {
        if (hashing) {
            string(in, from, to, escaped);
        }
    }

    /** A text that must be told from others in any case. */
    void string(byte[] in, int from, int to, boolean escaped) {
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
            digest(source, begin, length, size);
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
    void number(byte[] in, int from, int to) {
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

    /** Replaces the elements since an offset by their digest so far, if they are very long. */
    void fold(int from) {
        if (size - from > FOLD) {
            hash(out, from, size - from, from + 1);
            out[from] = 'F'; // no value begins so
        }
    }

    /** Makes what was written since an offset one value: digested if it is long. */
    void close(byte tag, int from) {
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
        if (hashing) {
            digest(source, from, length, to);
        } else {
            size = to;
        }
    }

    private void digest(byte[] source, int from, int length, int to) {
        sha.update(source, from, length);
        size = to;
        room(MeaningDigest.LENGTH);
        try {
            sha.digest(out, to, MeaningDigest.LENGTH);
        } catch (DigestException e) {
            throw new IllegalStateException("there is room", e);
        }
        size = to + MeaningDigest.LENGTH;
    }

    private void room(int bytes) {
        if (size + bytes > out.length) {
            out = Arrays.copyOf(out, Math.max(out.length * 2, size + bytes));
        }
    }
}
