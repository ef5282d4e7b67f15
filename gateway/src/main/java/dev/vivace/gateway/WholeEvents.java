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

    /** What is remembered of a longer one: its name and its type stand there. */
    private static final int BEGINNING = 512;

    private byte[] held = NONE;
    private byte[] beginning = NONE;
    private boolean within;
    private boolean someTooLong;

    /** What can go on now that these bytes came; perhaps nothing. */
    byte[] with(byte[] chunk) {
        if (held.length == 0 && beginning.length == 0 && end(chunk, chunk.length) == chunk.length) {
            return chunk;
        }
        byte[] all = Arrays.copyOf(held, held.length + chunk.length);
        System.arraycopy(chunk, 0, all, held.length, chunk.length);
        int end = end(all, all.length);
        if (end > 0) {
            beginning = within && firstEnd(all) == end ? beginning : NONE;
            someTooLong |= within;
            within = false;
        }
        if (all.length - end > MOST) {
            beginning = within ? beginning : head(all, end);
            within = true;
            end = all.length;
        }
        held = Arrays.copyOfRange(all, end, all.length);
        return end == all.length ? all : Arrays.copyOf(all, end);
    }

    private static byte[] head(byte[] all, int from) {
        return Arrays.copyOfRange(all, from, Math.min(all.length, from + BEGINNING));
    }

    /** What is held back. */
    byte[] rest() {
        return held;
    }

    /** How the last event began, if it was too long to be held and has ended. */
    byte[] beginningOfLast() {
        return within ? NONE : beginning;
    }

    /** Whether an event was too long to be held, and has ended. */
    boolean someTooLong() {
        return someTooLong;
    }

    /** Where the last event ends that ends before this; 0 if none does. */
    private static int end(byte[] text, int before) {
        return end(text, before, 2);
    }

    private static int end(byte[] text, int before, int after) {
        for (int at = before; at >= after; at--) {
            if (endsEmptyLine(text, at)) {
                return at;
            }
        }
        return 0;
    }

    /** Lines end with LF, CR LF or CR. */
    private static boolean endsEmptyLine(byte[] text, int at) {
        byte last = text[at - 1];
        byte before = text[at - 2];
        return last == '\n' && before == '\n'
                || last == '\r' && before == '\r'
                || last == '\n'
                        && before == '\r'
                        && at >= 3
                        && (text[at - 3] == '\n' || text[at - 3] == '\r');
    }

    private static int firstEnd(byte[] text) {
        int at = 2;
        while (end(text, at, at) == 0) {
            at++;
        }
        return at;
    }
}
