package dev.vivace.gateway;

import io.vertx.core.Vertx;
import java.util.function.LongSupplier;

/**
 * Gives memory back after a burst. The collectors that suit a small server return heap to the
 * system only when they collect all of it, and an idle gateway gives them no reason to: so once,
 * when it has become idle with a large heap, this asks.
 */
final class MemoryKeeper {
    private static final long PERIOD_MILLIS = 5_000;
    private static final long LARGE = 64L << 20;

    private final LongSupplier calls;
    private final LongSupplier inFlight;
    private long lastCalls;
    private boolean due;

    private MemoryKeeper(LongSupplier calls, LongSupplier inFlight) {
        this.calls = calls;
        this.inFlight = inFlight;
    }

    /**
     * @param calls how many calls there were so far
     * @param inFlight how many have not ended
     */
    static void start(Vertx vertx, LongSupplier calls, LongSupplier inFlight) {
        var keeper = new MemoryKeeper(calls, inFlight);
        vertx.setPeriodic(
                PERIOD_MILLIS,
                timer -> {
                    if (keeper.isDue()) {
                        vertx.executeBlocking(() -> {
                            System.gc();
                            return true;
                        });
                    }
                });
    }

    private boolean isDue() {
        long now = calls.getAsLong();
        boolean idle = now == lastCalls && inFlight.getAsLong() == 0;
        lastCalls = now;
        if (!idle) {
            due = true;
            return false;
        }
        boolean result = due && Runtime.getRuntime().totalMemory() > LARGE;
        due = false;
        return result;
    }
}
