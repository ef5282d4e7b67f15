package dev.vivace.mcp;

import java.time.Duration;

/** How long to wait before a server is started again. Not thread-safe. */
final class Backoff {
    static final Duration FIRST = Duration.ofMillis(250);
    static final Duration LONGEST = Duration.ofSeconds(30);

    private Duration next = FIRST;

    /**
     * After a failure, each time twice as long.
     *
     * @param ran how long it had been well before; one that was well for longer than the longest
     *     wait begins anew
     */
    Duration after(Duration ran) {
        Duration wait = ran.compareTo(LONGEST) > 0 ? FIRST : next;
        Duration twice = wait.multipliedBy(2);
        next = twice.compareTo(LONGEST) > 0 ? LONGEST : twice;
        return wait;
    }
}
