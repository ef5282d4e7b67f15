package dev.vivace.gateway;

import java.util.Arrays;

/**
 * Lets the events of a stream through whole. What can follow half an event is its other half only:
 * an error that has to be told instead would be no event of its own, and the client could not read
 * it. Reads nearly always end with an event, and then this costs nothing. Of one stream, on its
 * event loop.
 */
final class WholeEvents {
    /** What is held back at most; of a longer event the parts go on as they come. */
    static final int MOST = 64 << 10;

    private static final byte[] NONE = {};

    private byte[] held = NONE;

    /** What can go on now that these bytes came; perhaps nothing. */
    byte[] with(byte[] chunk) {
        if (held.length == 0 && end(chunk, chunk.length) == chunk.length) {
            return chunk;
        }
        byte[] all = Arrays.copyOf(held, held.length + chunk.length);
        System.arraycopy(chunk, 0, all, held.length, chunk.length);
        int end = end(all, all.length);
        if (all.length - end > MOST) {
            end = all.length;
        }
        held = Arrays.copyOfRange(all, end, all.length);
        return end == all.length ? all : Arrays.copyOf(all, end);
    }

    /** What is held back. */
    byte[] rest() {
        return held;
    }

    /** Where the last event ends that ends before this; 0 if none does. */
    private static int end(byte[] text, int before) {
        for (int at = before; at >= 2; at--) {
            if (text[at - 1] == '\n'
                    && (text[at - 2] == '\n'
                            || at >= 3 && text[at - 2] == '\r' && text[at - 3] == '\n')) {
                return at;
            }
        }
        return 0;
    }
}
