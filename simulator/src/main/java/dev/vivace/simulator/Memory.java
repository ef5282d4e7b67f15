package dev.vivace.simulator;

/** Bounds the bytes of all request bodies held at one time. For the event loop only. */
final class Memory {
    /** The largest body of one request. */
    static final int MAX_BODY = 64 << 20;

    private final long max = Math.max(2L * MAX_BODY, Runtime.getRuntime().maxMemory() / 4);
    private long held;

    /** Whether so many more bytes may be held; if so, they are. */
    boolean take(int bytes) {
        if (held + bytes > max) {
            return false;
        }
        held += bytes;
        return true;
    }

    void give(long bytes) {
        held -= bytes;
    }
}
