package dev.vivace.tool;

import dev.vivace.tool.ToolOutcome.Failed;
import dev.vivace.tool.ToolOutcome.Reason;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * One call of a tool, on a thread of its own, and those who wait for it. Who leaves leaves the
 * others alone; the last one to leave gives it up, and interrupts it. A tool that does not care
 * about that keeps its thread, and nobody who waits. Thread-safe.
 */
final class Execution {
    private final CountDownLatch ended = new CountDownLatch(1);
    private final Thread worker;
    private final Runnable last;

    private int waiting = 1;
    private boolean givenUp;
    private @Nullable ToolOutcome outcome;
    private @Nullable Passage passage;

    /**
     * @param work what there is to do, and what came of it; does not throw
     * @param last to be done when nothing of it goes on any more
     */
    Execution(Function<Execution, ToolOutcome> work, Runnable last) {
        this.last = last;
        this.worker = Thread.ofVirtual().name("vivace-tool").unstarted(() -> end(work.apply(this)));
    }

    void start() {
        worker.start();
    }

    private void end(ToolOutcome with) {
        synchronized (this) {
            outcome = with;
        }
        try {
            last.run();
        } finally {
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
     */
    ToolOutcome await(Duration longest) {
        try {
            return ended.await(TimeUnit.NANOSECONDS.convert(longest), TimeUnit.NANOSECONDS)
                    ? leave(Reason.TIMEOUT, "") // it is there
                    : leave(
                            Reason.TIMEOUT,
                            "it took longer than "
                                    + longest.toMillis()
                                    + " ms and was given up; what it does may still happen");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return leave(Reason.CANCELLED, "it was cancelled");
        }
    }

    /** Leaves without having waited. */
    void abandon() {
        var unused = leave(Reason.CANCELLED, "it was cancelled");
    }

    private synchronized ToolOutcome leave(Reason why, String message) {
        if (outcome != null) {
            return outcome;
        }
        waiting--;
        if (waiting == 0) {
            giveUp(why);
        }
        return new Failed(why, message);
    }

    private synchronized void giveUp(Reason why) {
        givenUp = true;
        if (passage != null && why == Reason.TIMEOUT) {
            passage.failed();
        } else if (passage != null) {
            passage.left();
        }
        worker.interrupt();
    }

    /** The worker goes this way now; what comes of it the breakers learn in time. */
    synchronized void through(Passage way) {
        passage = way;
    }

    /** Whether nobody waits for it any more. */
    synchronized boolean givenUp() {
        return givenUp;
    }
}
