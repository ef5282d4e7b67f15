package dev.vivace.gateway;

import dev.vivace.deliver.FirstByteTimes;
import io.vertx.core.Vertx;
import java.util.OptionalLong;

/** Tells when an attempt is later than 19 of 20 recent ones were. Used on one event loop. */
final class Hedge {
    private static final long NONE = -1;

    private final Vertx vertx;
    private final Runnable late;
    private long timer = NONE;

    /**
     * @param late what to do then
     */
    Hedge(Vertx vertx, Runnable late) {
        this.vertx = vertx;
        this.late = late;
    }

    /**
     * An attempt is sent; one at a time is waited for.
     *
     * @param recent of answers of its kind
     */
    void sent(FirstByteTimes recent) {
        OptionalLong p95 = timer == NONE ? recent.p95() : OptionalLong.empty();
        if (p95.isPresent()) {
            timer =
                    vertx.setTimer(
                            Math.max(1, p95.getAsLong() / 1_000_000),
                            fired -> {
                                timer = NONE;
                                late.run();
                            });
        }
    }

    void cancel() {
        if (timer != NONE) {
            vertx.cancelTimer(timer);
            timer = NONE;
        }
    }
}
