package dev.vivace.redis;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** What uses a link and wants to know how it does. Called on the link's thread; must not block. */
interface Part {
    /** A new connection is there: anything may have been missed, and the store may be another. */
    default void connected() {}

    /** Some replica has changed something. */
    default void nudged() {}

    /**
     * Ten times a second, connected or not.
     *
     * @param count of such calls, so that a tenth is once a second
     */
    default void tick(long count) {}

    /** Says last words, before the link is closed. */
    default CompletionStage<?> last() {
        return CompletableFuture.completedFuture(true);
    }
}
