package dev.vivace.mcp;

import java.time.Duration;

/** How long to wait before a server is started or asked again. Not thread-safe. */
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

    /** For people: whole seconds, or milliseconds if there are none. */
    static String shown(Duration wait) {
        return wait.compareTo(Duration.ofSeconds(1)) < 0
                ? wait.toMillis() + " ms"
                : wait.toSeconds() + " s";
    }
}
