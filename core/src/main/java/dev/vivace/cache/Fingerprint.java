package dev.vivace.cache;

import java.nio.ByteBuffer;

/** The identity of a request: 256 bits, keyed with a secret of this installation. */
public record Fingerprint(long a, long b, long c, long d) {
    /** Bytes of its binary form. */
    public static final int LENGTH = 32;

    /**
     * @param digest {@link #LENGTH} bytes
     */
    public static Fingerprint of(byte[] digest) {
        var in = ByteBuffer.wrap(digest);
        return new Fingerprint(in.getLong(), in.getLong(), in.getLong(), in.getLong());
    }

    public byte[] bytes() {
        return ByteBuffer.allocate(LENGTH).putLong(a).putLong(b).putLong(c).putLong(d).array();
    }

    /** Any of its bits is as good as any other. */
    @Override
    public int hashCode() {
        return Long.hashCode(a);
    }
}
