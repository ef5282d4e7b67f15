package dev.vivace.cli;

import java.util.concurrent.CountDownLatch;

/**
 * SIGTERM and Ctrl-C: the first asks the program to end, the second to wait for nobody, the third
 * ends it at once; so does the second before there is anything to wait for. A shutdown hook could
 * not do that: while hooks run, the JVM ignores further signals.
 */
@SuppressWarnings("sunapi") // the JDK has no other way to hear of a signal
final class StopSignals {
    /** What shells say of a program that Ctrl-C ended. */
    static final int INTERRUPTED = 130;

    private final CountDownLatch first = new CountDownLatch(1);
    private volatile boolean hurried;
    private boolean serving;

    private StopSignals() {}

    /** From now on, signals are taken. */
    static StopSignals install() {
        var signals = new StopSignals();
        for (String name : new String[] {"TERM", "INT"}) {
            try {
                sun.misc.Signal.handle(new sun.misc.Signal(name), signal -> signals.came());
            } catch (IllegalArgumentException e) {
                // The JVM was told to leave signals alone (-Xrs); then they end it at once.
            }
        }
        return signals;
    }

    /** Waits for the first. */
    void await() throws InterruptedException {
        first.await();
    }

    /** From now on there is something to wait for. */
    synchronized void serving() {
        serving = true;
    }

    /** Whether the second has come. */
    boolean hurried() {
        return hurried;
    }

    private synchronized void came() {
        if (hurried || !serving && first.getCount() == 0) {
            Runtime.getRuntime().halt(INTERRUPTED);
        }
        hurried = first.getCount() == 0;
        first.countDown();
    }
}
