package dev.vivace.tool;

import java.util.Objects;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Platform threads for what would hold the carrier of a virtual one. Thread-safe. */
final class NativePool {
    private static final int QUEUE = 1_000;

    private final ThreadPoolExecutor pool;

    /**
     * @param threads most at a time, 1 or more; idle ones end
     */
    NativePool(int threads) {
        pool =
                new ThreadPoolExecutor(
                        threads,
                        threads,
                        10,
                        TimeUnit.SECONDS,
                        new ArrayBlockingQueue<>(QUEUE),
                        Thread.ofPlatform().daemon().name("vivace-tool-", 0).factory());
        pool.allowCoreThreadTimeOut(true);
        pool.setRejectedExecutionHandler((job, full) -> {
            throw new FullException();
        });
    }

    /** Too much is waiting for a thread. */
    static final class FullException extends RuntimeException {
        private static final long serialVersionUID = 1;
    }

    /**
     * Does some work there, and waits for its end. An interrupt is passed on, and the end waited
     * for all the same: who waits here holds what the work uses.
     *
     * @throws FullException if too much is waiting
     */
    <T> T call(Callable<T> work) throws Exception {
        var job = new Job<>(work);
        pool.execute(job);
        boolean interrupted = false;
        while (true) {
            try {
                job.ended.await();
                break;
            } catch (InterruptedException e) {
                interrupted = true;
                job.cancel();
                if (pool.remove(job)) {
                    throw e; // it had not begun
                }
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        return job.outcome();
    }

    private static final class Job<T> implements Runnable {
        private final CountDownLatch ended = new CountDownLatch(1);
        private final Callable<T> work;
        private @Nullable Thread runner;
        private boolean cancelled;
        private @Nullable T result;
        private @Nullable Throwable failure;

        Job(Callable<T> work) {
            this.work = work;
        }

        @Override
        public void run() {
            try {
                if (begin()) {
                    result = work.call();
                } else {
                    failure = new InterruptedException();
                }
            } catch (Throwable e) {
                failure = e;
            } finally {
                end();
                ended.countDown();
            }
        }

        private synchronized boolean begin() {
            runner = Thread.currentThread();
            return !cancelled;
        }

        /** From here on nobody interrupts the thread, which is the next job's. */
        private synchronized void end() {
            runner = null;
            Thread.interrupted();
        }

        synchronized void cancel() {
            cancelled = true;
            if (runner != null) {
                runner.interrupt();
            }
        }

        T outcome() throws Exception {
            switch (failure) {
                case null -> {}
                case Exception exception -> throw exception;
                case Error error -> throw error;
                default -> throw new IllegalStateException(failure);
            }
            return Objects.requireNonNull(result, "it returned nothing");
        }
    }
}
