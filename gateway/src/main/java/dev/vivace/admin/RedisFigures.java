package dev.vivace.admin;

import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;

/**
 * How the server does that replicas share; each may be asked by any thread.
 *
 * @param up whether it is connected and answers in time
 * @param failures commands since the start that failed, came too late or were not even tried
 */
public record RedisFigures(BooleanSupplier up, LongSupplier failures) {
    /** The page for Prometheus. */
    String text() {
        var to = new Exposition();
        to.metric(
                "vivace_redis_up",
                "gauge",
                "1 if Redis is connected and answers in time, 0 while this gateway goes on by itself.");
        to.sample("vivace_redis_up", up.getAsBoolean() ? 1 : 0);
        to.metric(
                "vivace_redis_failures_total",
                "counter",
                "Commands to Redis that failed, came too late or were not even tried.");
        to.sample("vivace_redis_failures_total", failures.getAsLong());
        return to.toString();
    }
}
