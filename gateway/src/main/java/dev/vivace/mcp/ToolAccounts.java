package dev.vivace.mcp;

import dev.vivace.ledger.CacheStatus;
import dev.vivace.ledger.LedgerEntry;
import dev.vivace.ledger.Money;
import dev.vivace.ledger.StageNote;
import dev.vivace.ledger.Times;
import dev.vivace.ledger.Tokens;
import dev.vivace.tool.ToolOutcome;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** Writes down what calls of tools came to: in the ledger, and in the counts. Thread-safe. */
final class ToolAccounts {
    private final Consumer<LedgerEntry> ledger;
    private final CallCounts counts;

    ToolAccounts(Consumer<LedgerEntry> ledger, CallCounts counts) {
        this.ledger = ledger;
        this.counts = counts;
    }

    /**
     * A call has ended.
     *
     * @param server whose tool it is; empty if there is no such tool
     * @param observed what its server took; empty if none was asked
     */
    void settle(
            McpRequest from,
            String name,
            Optional<String> server,
            ToolOutcome outcome,
            Optional<Observed> observed,
            List<StageNote> notes) {
        String word = word(outcome);
        from.call().grant().release();
        // What is no tool has whatever name a client thinks of.
        String known = server.isPresent() ? name : CallCounts.OTHER;
        counts.add(server.orElse("none"), known, word);
        var all = new ArrayList<StageNote>();
        all.add(StageNote.of("tool", word));
        all.addAll(notes);
        ledger.accept(
                from.call()
                        .asking(known, false, false)
                        .entry(
                                cache(outcome),
                                status(outcome),
                                Tokens.NONE,
                                Money.NONE,
                                times(from, observed.map(Observed::nanos).orElse(0L)),
                                observed.map(Observed::calls).orElse(0),
                                all,
                                error(outcome)));
    }

    /**
     * What it took until now.
     *
     * @param asked nanoseconds that servers took
     */
    static Times times(McpRequest from, long asked) {
        long total = micros(System.nanoTime() - from.call().arrived());
        long theirs = micros(asked);
        return new Times(Math.max(0, total - theirs), theirs, 0, total);
    }

    private static long micros(long nanos) {
        return TimeUnit.NANOSECONDS.toMicros(nanos);
    }

    private static String word(ToolOutcome outcome) {
        return switch (outcome) {
            case ToolOutcome.Done done when done.result().error() -> "error";
            case ToolOutcome.Done done when done.source() == ToolOutcome.Source.CALLED -> "ok";
            case ToolOutcome.Done done -> done.source().name().toLowerCase(Locale.ROOT);
            case ToolOutcome.Failed failed ->
                    failed.reason().name().toLowerCase(Locale.ROOT).replace('_', '-');
        };
    }

    private static CacheStatus cache(ToolOutcome outcome) {
        return outcome instanceof ToolOutcome.Done done
                ? switch (done.source()) {
                    case CALLED -> CacheStatus.BYPASS;
                    case CACHED, SPECULATED -> CacheStatus.HIT;
                    case JOINED -> CacheStatus.JOINED;
                }
                : CacheStatus.BYPASS;
    }

    /** As HTTP would say it, for the ledger: the protocol itself says 200. */
    private static int status(ToolOutcome outcome) {
        return switch (outcome) {
            case ToolOutcome.Done done -> 200;
            case ToolOutcome.Failed failed ->
                    switch (failed.reason()) {
                        case UNKNOWN_TOOL -> 404;
                        case DENIED -> 403;
                        case BAD_ARGUMENTS -> 400;
                        case LIMITED, CROWDED, RESTING -> 429;
                        case TIMEOUT -> 504;
                        case CANCELLED -> 499;
                        case DEPENDENCY, FAILED, TOO_LARGE -> 502;
                    };
        };
    }

    /** Not what a tool says: anything may stand in that. */
    private static String error(ToolOutcome outcome) {
        return switch (outcome) {
            case ToolOutcome.Done done ->
                    done.result().error() ? "the tool says that it failed" : "";
            case ToolOutcome.Failed failed -> "the call failed: " + word(failed);
        };
    }
}
