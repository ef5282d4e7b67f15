package dev.vivace.tool;

import java.util.LinkedHashMap;
import java.util.Optional;

/**
 * What one principal's calls were followed by. Bounded in bytes: what was not looked at for the
 * longest time is forgotten. Thread-safe.
 */
final class Habits {
    /** Of one principal: 1 MB. */
    static final long MOST_BYTES = 1L << 20;

    private static final int ENTRY = 256;

    /** After which calls. */
    record After(String last, Optional<String> before) {
        long bytes() {
            return ENTRY + 2L * (last.length() + before.map(String::length).orElse(0));
        }
    }

    private final LinkedHashMap<After, Followers> followers = new LinkedHashMap<>(16, 0.75f, true);
    private long bytes = ENTRY;

    synchronized Followers after(After calls) {
        Followers known = followers.get(calls);
        if (known != null) {
            return known;
        }
        var added = new Followers();
        followers.put(calls, added);
        bytes += calls.bytes();
        return added;
    }

    /** These have learned so much more, or less. */
    synchronized void grew(After calls, Followers those, long by) {
        if (followers.get(calls) != those) {
            return; // forgotten meanwhile
        }
        bytes += by;
        // The last is the one that was just looked at.
        while (bytes > MOST_BYTES && followers.size() > 1) {
            var eldest = followers.pollFirstEntry();
            bytes -= eldest.getKey().bytes() + eldest.getValue().bytes();
        }
    }

    synchronized long bytes() {
        return bytes;
    }
}
