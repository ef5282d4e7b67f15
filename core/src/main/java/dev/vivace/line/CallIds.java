package dev.vivace.line;

import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.concurrent.atomic.AtomicLong;

/** Names for calls: unique over restarts and replicas, short, and cheap to make. Thread-safe. */
public final class CallIds {
    private final String prefix;
    private final AtomicLong next = new AtomicLong();

    public CallIds() {
        byte[] random = new byte[5];
        new SecureRandom().nextBytes(random);
        prefix = HexFormat.of().formatHex(random) + "-";
    }

    /** How many were made. */
    public long count() {
        return next.get();
    }

    public String next() {
        return prefix + Long.toHexString(next.incrementAndGet());
    }
}
