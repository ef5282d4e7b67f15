package dev.vivace.gateway;

import io.vertx.core.Future;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Waits for what event loops do; never on one of them. */
final class Awaiting {
    static final int PATIENCE_SECONDS = 20;

    private Awaiting() {}

    static <T> T get(Future<T> future) throws Exception {
        return get(future, PATIENCE_SECONDS);
    }

    /**
     * @throws TimeoutException with a message for a person
     */
    static <T> T get(Future<T> future, int seconds) throws Exception {
        try {
            return future.toCompletionStage().toCompletableFuture().get(seconds, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof Exception cause) {
                throw cause;
            }
            throw e;
        } catch (TimeoutException e) {
            throw new TimeoutException("no answer within " + seconds + " s");
        }
    }
}
