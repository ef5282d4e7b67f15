package dev.vivace.tool;

import dev.vivace.tool.ToolOutcome.Failed;
import dev.vivace.tool.ToolOutcome.Reason;
import java.time.Duration;
import java.util.OptionalLong;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.LongConsumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One call of a tool, on a thread of its own, and those who wait for it. Who leaves leaves the
 * others alone; the last one to leave gives it up, and interrupts it. A tool that does not care
 * about that keeps its thread, and nobody who waits. Thread-safe.
 */
final class Execution {
    private static final Logger LOG = LoggerFactory.getLogger(Execution.class);

    private final CountDownLatch ended = new CountDownLatch(1);

    /** Down when the tool was called for the first time, or never will be. */
    private final CountDownLatch called = new CountDownLatch(1);

    private final Thread worker;
    private final Runnable last;
    private final LongSupplier nanos;
    private final LongConsumer took;
    private final long since;

    private int waiting = 1;
    private boolean givenUp;
    private @Nullable ToolOutcome outcome;
    private @Nullable Passage passage;
    private boolean begun;
    private long begunAt;

    /** What attempts took that have ended; empty before one has. */
    private OptionalLong spent = OptionalLong.empty();

    private boolean running;
    private boolean told;

    /**
     * @param work what there is to do, and what came of it
     * @param last to be done when nothing of it goes on any more
     * @param nanos a clock that never goes back
     */
    Execution(Function<Execution, ToolOutcome> work, Runnable last, LongSupplier nanos) {
        this(work, last, nanos, time -> {});
    }

    /**
     * @param took told once how many nanoseconds were spent inside the tool, when that has ended or
     *     took too long; not if it was not called, or says nothing about the tool
     */
    Execution(
            Function<Execution, ToolOutcome> work,
            Runnable last,
            LongSupplier nanos,
            LongConsumer took) {
        this.took = took;
        this.last = last;
        this.worker = Thread.ofVirtual().name("vivace-tool").unstarted(() -> end(outcome(work)));
        this.nanos = nanos;
        this.since = nanos.getAsLong();
    }

    private ToolOutcome outcome(Function<Execution, ToolOutcome> work) {
        try {
            return work.apply(this);
        } catch (Throwable e) {
            LOG.error("a call failed", e);
            return new Failed(Reason.FAILED, ToolLine.BROKEN);
        }
    }

    void start() {
        worker.start();
    }

    private void end(ToolOutcome with) {
        OptionalLong time;
        synchronized (this) {
            time = time();
            outcome = with;
        }
        try {
            time.ifPresent(took);
            last.run();
        } finally {
            called.countDown();
            ended.countDown();
        }
    }

    /** One more waits for it, unless it has ended or was given up. */
    synchronized boolean join() {
        if (outcome != null || givenUp) {
            return false;
        }
        waiting++;
        return true;
    }

    /**
     * Waits for the outcome, at most so long, by whoever began it or has joined it. An interrupted
     * thread does not wait, and stays interrupted.
     *
     * @param turn how long until the tool is called; see {@link ToolContext#turn}
     * @param blames whether it speaks against the tool if that was not long enough
     */
    ToolOutcome await(Duration longest, Duration turn, boolean blames) {
        try {
            boolean itsOwnTime = turn.isPositive();
            if (itsOwnTime && !within(turn, called)) {
                synchronized (this) {
                    if (called.getCount() > 0) {
                        return leave(
                                Reason.TIMEOUT,
                                "it waited longer than "
                                        + turn.toMillis()
                                        + " ms to be called and was given up",
                                false);
                    }
                } // else it was called in the last moment
            }
            return within(longest, ended)
                    ? leave(Reason.TIMEOUT, "", false) // it is there
                    : leave(
                            Reason.TIMEOUT,
                            "it took longer than "
                                    + longest.toMillis()
                                    + " ms and was given up; what it does may still happen",
                            blames && (itsOwnTime || ranMostly()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return leave(Reason.CANCELLED, "it was cancelled", false);
        }
    }

    /** Likewise, where the time begins now. */
    ToolOutcome await(Duration longest, boolean blames) {
        return await(longest, Duration.ZERO, blames);
    }

    private static boolean within(Duration longest, CountDownLatch what)
            throws InterruptedException {
        return what.await(TimeUnit.NANOSECONDS.convert(longest), TimeUnit.NANOSECONDS);
    }

    /** Leaves without having waited. */
    void abandon() {
        var unused = leave(Reason.CANCELLED, "it was cancelled", false);
    }

    private ToolOutcome leave(Reason why, String message, boolean blames) {
        OptionalLong time = OptionalLong.empty();
        synchronized (this) {
            if (outcome != null) {
                return outcome;
            }
            waiting--;
            if (waiting == 0) {
                giveUp(blames);
                time = time();
            }
        }
        if (why == Reason.TIMEOUT) { // how long somebody had patience says nothing
            time.ifPresent(took);
        }
        return new Failed(why, message);
    }

    /** What it took until now, once. */
    private synchronized OptionalLong time() {
        ends();
        OptionalLong time = told ? OptionalLong.empty() : spent;
        told = true;
        return time;
    }

    private synchronized void giveUp(boolean blames) {
        givenUp = true;
        if (passage != null && blames && begun) {
            passage.failed();
        } else if (passage != null) {
            passage.left();
        }
        worker.interrupt();
    }

    /** A tool is not to blame that was not called, or was called when most of the time was over. */
    private synchronized boolean ranMostly() {
        return begun && nanos.getAsLong() - begunAt >= begunAt - since;
    }

    /** The worker goes this way now; what comes of it the breakers learn in time. */
    synchronized void through(Passage way) {
        passage = way;
        begun = false;
    }

    /**
     * The tool is called now, on whatever thread.
     *
     * @throws InterruptedException if nobody waits for it any more: then it is not called
     */
    synchronized void begins() throws InterruptedException {
        if (givenUp) {
            throw new InterruptedException("given up before it began");
        }
        begun = true;
        begunAt = nanos.getAsLong();
        running = true;
        called.countDown();
    }

    /** The tool has ended, or this attempt of it; harmless if it had not begun. */
    synchronized void ends() {
        if (running) {
            spent = OptionalLong.of(spent.orElse(0) + nanos.getAsLong() - begunAt);
            running = false;
        }
    }

    /** What it takes says nothing about the tool. */
    synchronized void untimed() {
        told = true;
    }

    /** Whether nobody waits for it any more. */
    synchronized boolean givenUp() {
        return givenUp;
    }
}
