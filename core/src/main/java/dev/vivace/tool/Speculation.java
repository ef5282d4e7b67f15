package dev.vivace.tool;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.LongSupplier;
import tools.jackson.databind.node.ObjectNode;

/**
 * Makes calls that change nothing before they are asked for, where it has learned which call comes
 * next and with which arguments, and only while the time that is likely saved is worth the work
 * that is likely wasted. Such a call goes the whole way of any other: it is authorised, limited and
 * counted. Its result is served if the call then comes with nothing written in between that
 * overlaps what it reads, and is thrown away otherwise.
 *
 * <p>A Markov chain of order two over the names of tools, which falls back to order one; each
 * argument is a value that was seen often, or comes from the arguments or results of the last two
 * calls. What is learned for one principal is used for no other.
 *
 * <p>Nothing of it exists where none is made: it is a line over a line. Bounded: 2,000 sessions, 32
 * MB of what was learned, of which one principal has 1 MB at most, and results in bytes.
 * Thread-safe.
 */
public final class Speculation {
    /** Each remembers two calls, some 10 kB each at most. */
    private static final int MAX_SESSIONS = 2_000;

    private static final long MAX_LEARNED_BYTES = 32L << 20;

    /**
     * What came of it.
     *
     * @param used calls that were then asked for
     * @param wasted calls that were not, or whose results were of no use any more
     * @param waiting begun, and neither used nor wasted yet
     * @param usedTime that the used ones took
     * @param wastedTime that the wasted ones took
     * @param savedTime for which nobody had to wait
     */
    public record Statistics(
            long used,
            long wasted,
            long waiting,
            Duration usedTime,
            Duration wastedTime,
            Duration savedTime) {}

    private record Of(String principal, String session) {}

    final ToolLine line;
    final Early early;
    final LongSupplier nanos;
    private final SpeculationOptions options;
    private final Durations durations = new Durations();
    private final Cache<Of, SpeculatingLine> sessions =
            Caffeine.newBuilder().maximumSize(MAX_SESSIONS).executor(Runnable::run).build();
    private final Cache<String, Habits> habits =
            Caffeine.newBuilder()
                    .maximumWeight(MAX_LEARNED_BYTES)
                    .weigher((String principal, Habits of) -> (int) of.bytes())
                    .executor(Runnable::run)
                    .build();

    public Speculation(ToolLine line, SpeculationOptions options) {
        this(line, options, System::nanoTime);
    }

    /**
     * @param nanos a clock that never goes back
     */
    Speculation(ToolLine line, SpeculationOptions options, LongSupplier nanos) {
        this.line = line;
        this.options = options;
        this.nanos = nanos;
        this.early = new Early(line, durations, options, nanos);
    }

    /**
     * The line for the calls of one session; those of another principal go through it as if it were
     * not there.
     *
     * @param session the caller's name for it; the least recently used of many are forgotten
     */
    public CallLine session(String principal, String session) {
        return sessions.get(
                new Of(principal, session),
                of -> new SpeculatingLine(this, of.principal, of.session));
    }

    public Statistics statistics() {
        return early.statistics();
    }

    /** A call that was asked for took so long. */
    void took(String tool, long tookNanos) {
        durations.took(tool, tookNanos);
    }

    /** The calls that followed these have these names, the longest memory first. */
    private static List<Habits.After> after(List<Facts> before) {
        var found = new ArrayList<Habits.After>(2);
        for (int order = before.size(); order > 0; order--) {
            found.add(
                    new Habits.After(
                            before.getFirst().tool(),
                            order == 2 ? Optional.of(before.get(1).tool()) : Optional.empty()));
        }
        return found;
    }

    /** What may come next. */
    List<Followers.Guess> guesses(String principal, List<Facts> before) {
        Habits of = habits.get(principal, it -> new Habits());
        return after(before).stream()
                .flatMap(each -> of.after(each).guess(before).stream())
                .toList();
    }

    void learn(String principal, List<Facts> before, Prepared.Ready next, long pause) {
        String tool = next.tool().definition().name();
        ObjectNode arguments = next.arguments();
        Habits of = habits.get(principal, it -> new Habits());
        for (Habits.After each : after(before)) {
            Followers those = of.after(each);
            boolean readOnly = next.effects().readOnly();
            of.grew(each, those, those.learn(tool, arguments, before, pause, readOnly));
        }
        habits.put(principal, of); // weighed once more
    }

    /** What was learned takes in memory, roughly. */
    long learnedBytes() {
        habits.cleanUp();
        return habits.asMap().values().stream().mapToLong(Habits::bytes).sum();
    }

    /** Of one principal. */
    long learnedBytes(String principal) {
        return Optional.ofNullable(habits.getIfPresent(principal)).map(Habits::bytes).orElse(0L);
    }

    /** Whether the time that is likely saved is worth it. */
    boolean worthwhile(Followers.Guess guess) {
        double takes = durations.expect(guess.tool());
        // What takes longer than it is kept would be given up, and nobody the better for it.
        return takes < options.keep().toNanos()
                && options.worthwhile(guess.probability(), Math.min(takes, guess.pause()), takes);
    }
}
