package dev.vivace.redis;

import java.time.Instant;
import java.util.Optional;

/**
 * How Redis does, as seen from here.
 *
 * @param since when it came to this state
 * @param failures commands since the start that failed, came too late or were not even tried
 * @param reason why it is slow or gone, for a person; without any secret
 */
public record RedisHealth(State state, Instant since, long failures, Optional<String> reason) {
    /** What it can be used for. */
    public enum State {
        /** It is connected and answers in time. */
        UP,
        /** It is connected and answers too late: nobody waits for it until a probe was in time. */
        SLOW,
        /** It is not connected; as at the start, until it is. */
        GONE
    }
}
