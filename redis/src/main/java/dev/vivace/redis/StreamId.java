package dev.vivace.redis;

import java.nio.ByteBuffer;

/**
 * The place of an entry in a Redis stream: the server's clock, and a count within a millisecond.
 * They only grow within one stream, whatever the clocks of replicas say.
 */
record StreamId(long millis, long sequence) implements Comparable<StreamId> {
    /** Before all. */
    static final StreamId ZERO = new StreamId(0, 0);

    /** Bytes of its binary form. */
    static final int LENGTH = 16;

    static StreamId parse(String id) {
        int dash = id.indexOf('-');
        return new StreamId(
                Long.parseUnsignedLong(id, 0, dash, 10),
                Long.parseUnsignedLong(id, dash + 1, id.length(), 10));
    }

    static StreamId of(byte[] bytes) {
        var in = ByteBuffer.wrap(bytes);
        return new StreamId(in.getLong(), in.getLong());
    }

    byte[] bytes() {
        return ByteBuffer.allocate(LENGTH).putLong(millis).putLong(sequence).array();
    }

    boolean isBefore(StreamId other) {
        return compareTo(other) < 0;
    }

    @Override
    public int compareTo(StreamId other) {
        int byMillis = Long.compareUnsigned(millis, other.millis);
        return byMillis != 0 ? byMillis : Long.compareUnsigned(sequence, other.sequence);
    }

    @Override
    public String toString() {
        return Long.toUnsignedString(millis) + "-" + Long.toUnsignedString(sequence);
    }
}
