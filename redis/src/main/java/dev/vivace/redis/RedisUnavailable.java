package dev.vivace.redis;

/** A command that was not even tried. Without a stack trace: it is thrown for every call. */
final class RedisUnavailable extends RuntimeException {
    RedisUnavailable(String message) {
        super(message, null, false, false);
    }
}
