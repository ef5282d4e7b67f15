package dev.vivace.replay;

import java.io.PrintStream;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Says on a stream how far a long work is: on a terminal one line that is drawn anew, elsewhere a
 * plain line every few seconds. Thread-safe.
 */
public final class Progress implements AutoCloseable {
    private static final long DRAW_NANOS = TimeUnit.MILLISECONDS.toNanos(100);
    private static final long LINE_NANOS = TimeUnit.SECONDS.toNanos(3);
    private static final int BAR = 24;

    private final PrintStream out;
    private final boolean terminal;
    private final LongSupplier clock;
    private final String what;
    private final long total;
    private final long start;
    private long count;
    private long drawn;

    /**
     * @param what is counted, in front of the numbers
     * @param total how much there is
     */
    public Progress(String what, long total) {
        this(System.err, isTerminal(), System::nanoTime, what, total);
    }

    Progress(PrintStream out, boolean terminal, LongSupplier clock, String what, long total) {
        this.out = out;
        this.terminal = terminal;
        this.clock = clock;
        this.what = what;
        this.total = total;
        this.start = clock.getAsLong();
        this.drawn = start;
    }

    private static boolean isTerminal() {
        var console = System.console();
        return console != null && console.isTerminal() && !"dumb".equals(System.getenv("TERM"));
    }

    /** One more is done. */
    public synchronized void step() {
        count++;
        var now = clock.getAsLong();
        if (now - drawn >= (terminal ? DRAW_NANOS : LINE_NANOS)) {
            drawn = now;
            draw(now);
        }
    }

    /** Draws the last state and ends the line. */
    @Override
    public synchronized void close() {
        draw(clock.getAsLong());
        if (terminal) {
            out.println();
        }
    }

    private void draw(long now) {
        if (terminal) {
            // Erase to the end: a shorter text would leave the rest of a longer one.
            out.print("\r" + text(now) + "\u001b[K");
            out.flush();
        } else {
            out.println(text(now));
        }
    }

    private String text(long now) {
        var seconds = Math.max(1e-9, (now - start) / 1e9);
        var share = total == 0 ? 1 : (double) count / total;
        var full = (int) (share * BAR);
        var rate = count / seconds;
        var left =
                count == 0 || count >= total
                        ? ""
                        : ", "
                                + time(Duration.ofSeconds((long) ((total - count) / rate)))
                                + " left";
        var bar = terminal ? "[" + "#".repeat(full) + "-".repeat(BAR - full) + "] " : "";
        return String.format(
                Locale.ROOT, "%s: %s%,d of %,d, %.1f/s%s", what, bar, count, total, rate, left);
    }

    private static String time(Duration d) {
        return d.toMinutes() > 0
                ? d.toMinutes() + " min " + d.toSecondsPart() + " s"
                : d.toSeconds() + " s";
    }
}
