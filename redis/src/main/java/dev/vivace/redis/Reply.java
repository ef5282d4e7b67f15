package dev.vivace.redis;

import io.lettuce.core.RedisFuture;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * What will come of a command, with the link's own time limit; Bucket4j wants it to be Lettuce's.
 */
final class Reply<T> extends CompletableFuture<T> implements RedisFuture<T> {
    static <T> Reply<T> failed(Throwable why) {
        var reply = new Reply<T>();
        reply.completeExceptionally(why);
        return reply;
    }

    @Override
    public String getError() {
        return isCompletedExceptionally() ? String.valueOf(exceptionNow().getMessage()) : "";
    }

    @Override
    public boolean await(long timeout, TimeUnit unit) throws InterruptedException {
        try {
            get(timeout, unit);
        } catch (ExecutionException e) {
            return true;
        } catch (TimeoutException e) {
            return false;
        }
        return true;
    }
}
