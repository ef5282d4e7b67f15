package dev.vivace.line;

import dev.vivace.answer.AnswerLog;
import dev.vivace.answer.Examination;
import dev.vivace.answer.Failure;
import dev.vivace.answer.Head;
import dev.vivace.answer.Unpacked;
import dev.vivace.answer.Usage;
import dev.vivace.cache.CacheControl;
import dev.vivace.cache.CachedAnswer;
import dev.vivace.cache.ExactCache;
import dev.vivace.cache.Fingerprint;
import dev.vivace.ledger.CacheStatus;
import dev.vivace.ledger.LedgerEntry;
import dev.vivace.ledger.Price;
import dev.vivace.ledger.StageNote;
import dev.vivace.ledger.Tokens;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * The end of every call, good or bad: examines the answer, stores what is worth it, and writes the
 * one ledger entry. Thread-safe.
 */
public final class Settlement {
    /** What is kept of an answer that nobody may share, to find its usage. */
    private static final long KEEP_FOR_USAGE = 256 << 10;

    /** The status in the ledger of a call whose client left, as nginx has it. */
    public static final int CLIENT_LEFT = 499;

    private final ExactCache cache;
    private final Duration ttl;
    private final InFlight inFlight;
    private final Function<String, Optional<Price>> prices;
    private final Consumer<LedgerEntry> ledger;
    private final InstantSource clock;

    /**
     * @param ttl of answers whose callers say nothing
     * @param prices by model
     */
    public Settlement(
            ExactCache cache,
            Duration ttl,
            InFlight inFlight,
            Function<String, Optional<Price>> prices,
            Consumer<LedgerEntry> ledger,
            InstantSource clock) {
        this.cache = cache;
        this.ttl = ttl;
        this.inFlight = inFlight;
        this.prices = prices;
        this.ledger = ledger;
        this.clock = clock;
    }

    /** How many bytes of an answer its log keeps. */
    long keepBytes(boolean shared) {
        return shared ? cache.maxAnswerBytes() : KEEP_FOR_USAGE;
    }

    /** A model call that went upstream has ended, and nobody has seen its end yet. */
    void settle(
            Flight flight,
            ModelCall asked,
            Models.Target target,
            Optional<Fingerprint> key,
            CacheControl control) {
        AnswerLog log = flight.log();
        Optional<Usage> usage = Optional.empty();
        Optional<Head> head = log.head();
        if (log.ending() == AnswerLog.State.COMPLETE
                && head.isPresent()
                && head.get().status() == 200) {
            usage = examine(flight, asked, target, head.get(), key, control);
        } else if (head.isPresent() && head.get().streamed()) {
            usage = asked.protocol().form().usageIn(log.tail());
        }
        // What was cut short is paid for as well: at least its prompt.
        boolean bought =
                head.map(known -> known.status() == 200)
                        .orElse(log.abandoned() && flight.attempts() > 0);
        Tokens tokens = bought ? tokens(flight, usage) : Tokens.NONE;
        double cost = prices.apply(target.model()).map(price -> price.of(tokens)).orElse(0.0);
        flight.settled(tokens, cost);
        flight.note("deliver", outcome(log));
        write(flight, tokens, cost);
    }

    /** A call that only passed through has ended. */
    public void passed(Flight flight) {
        flight.note("deliver", outcome(flight.log()));
        write(flight, Tokens.NONE, 0);
    }

    /** An answer at hand was served. */
    public void served(Decision.Answered answered, int status) {
        long saved = answered.usage().map(Settlement::sum).orElse(0L);
        ledger.accept(
                entry(
                        answered.call(),
                        answered.cache(),
                        status,
                        new Tokens(0, 0, 0, saved, answered.usage().isEmpty()),
                        0,
                        answered.savedUsd(),
                        micros(System.nanoTime() - answered.call().arrived()),
                        List.of(new StageNote("exact-cache", "hit")),
                        ""));
    }

    /** A call that joined another's has ended. */
    public void joined(Decision.Joined joined, int status, String error) {
        Flight flight = joined.flight();
        boolean got = status == 200;
        Tokens bought = flight.bought();
        long saved = got ? bought.fresh() + bought.cached() + bought.output() : 0;
        ledger.accept(
                entry(
                        joined.call(),
                        CacheStatus.JOINED,
                        status,
                        new Tokens(0, 0, 0, saved, bought.estimated()),
                        0,
                        got ? flight.costUsd() : 0,
                        0,
                        List.of(
                                new StageNote("exact-cache", "miss"),
                                new StageNote("join", "joined")),
                        error));
    }

    /** A call was refused before it went anywhere. */
    public void refused(Decision.Refused refused) {
        ledger.accept(refusal(refused.call(), refused.status(), refused.message()));
    }

    /** The entry of a call that went nowhere. */
    public static LedgerEntry refusal(Call call, int status, String message) {
        return entry(
                call,
                CacheStatus.BYPASS,
                status,
                Tokens.NONE,
                0,
                0,
                micros(System.nanoTime() - call.arrived()),
                List.of(),
                message);
    }

    private Optional<Usage> examine(
            Flight flight,
            ModelCall asked,
            Models.Target target,
            Head head,
            Optional<Fingerprint> key,
            CacheControl control) {
        AnswerLog log = flight.log();
        if (key.isEmpty()) {
            return asked.protocol().form().usageIn(log.tail());
        }
        Optional<byte[]> body =
                log.body().flatMap(bytes -> Unpacked.of(head, bytes, cache.maxAnswerBytes()));
        if (body.isEmpty()) {
            flight.note("store", log.crowded() ? "no-room" : "too-large");
            return asked.protocol().form().usageIn(log.tail());
        }
        return switch (asked.protocol().form().examine(body.get(), head.streamed())) {
            case Examination.Whole whole -> {
                if (key.isPresent() && !inFlight.leads(key.get(), flight)) {
                    flight.note("store", "superseded");
                } else if (key.isPresent()) {
                    store(flight, asked, target, head, key.get(), control, body.get(), whole);
                }
                yield whole.usage();
            }
            case Examination.Unfit unfit -> {
                if (key.isPresent()) {
                    flight.note("store", unfit.reason());
                }
                yield unfit.usage();
            }
        };
    }

    private void store(
            Flight flight,
            ModelCall asked,
            Models.Target target,
            Head head,
            Fingerprint key,
            CacheControl control,
            byte[] body,
            Examination.Whole whole) {
        double cost =
                whole.usage()
                        .flatMap(usage ->
                                prices.apply(target.model()).map(price -> price.of(bought(usage))))
                        .orElse(0.0);
        cache.store(
                key,
                new CachedAnswer(
                        clock.millis(),
                        control.ttl().orElse(ttl),
                        flight.call().model(),
                        control.scope(),
                        control.tags(),
                        LastQuestion.of(asked.body()),
                        whole.usage(),
                        cost,
                        head.streamed() ? Optional.empty() : Optional.of(body),
                        head.streamed() ? Optional.of(body) : Optional.empty()));
        flight.note("store", "stored");
    }

    private void write(Flight flight, Tokens tokens, double cost) {
        AnswerLog log = flight.log();
        long now = System.nanoTime();
        long departed = flight.departed();
        long last = flight.lastByte() == 0 ? now : flight.lastByte();
        long arrived = flight.call().arrived();
        Flight.Cut cut = flight.cut().orElse(null);
        int status =
                cut != null
                        ? cut.status()
                        : log.abandoned()
                                ? CLIENT_LEFT
                                : log.ending() == AnswerLog.State.FAILED
                                        ? log.failure().map(Settlement::status).orElse(502)
                                        : log.head().map(Head::status).orElse(502);
        ledger.accept(
                new LedgerEntry(
                        flight.call().id(),
                        flight.call().at(),
                        flight.call().tenant(),
                        flight.call().door(),
                        flight.call().model(),
                        flight.cache(),
                        status,
                        tokens,
                        cost,
                        0,
                        micros(departed == 0 ? now - arrived : departed - arrived + (now - last)),
                        departed == 0 ? 0 : micros(last - departed),
                        flight.firstByte() == 0 ? 0 : micros(flight.firstByte() - arrived),
                        micros(now - arrived),
                        flight.call().streamed(),
                        flight.attempts(),
                        flight.notes(),
                        cut != null
                                ? cut.reason()
                                : log.failure().map(Failure::message).orElse("")));
    }

    private static LedgerEntry entry(
            Call call,
            CacheStatus cache,
            int status,
            Tokens tokens,
            double cost,
            double saved,
            long overhead,
            List<StageNote> notes,
            String error) {
        long total = micros(System.nanoTime() - call.arrived());
        return new LedgerEntry(
                call.id(),
                call.at(),
                call.tenant(),
                call.door(),
                call.model(),
                cache,
                status,
                tokens,
                cost,
                saved,
                overhead,
                0,
                status == 200 ? total : 0,
                total,
                call.streamed(),
                0,
                notes,
                error);
    }

    /** The HTTP status that a failure becomes. */
    public static int status(Failure failure) {
        return switch (failure.kind()) {
            case INTERNAL -> 500;
            case UNREACHABLE, BROKEN -> 502;
            case NO_ROOM -> 503;
            case TIMEOUT -> 504;
        };
    }

    private static String outcome(AnswerLog log) {
        if (log.abandoned()) {
            return "aborted";
        }
        return log.ending() == AnswerLog.State.COMPLETE ? "ok" : "error";
    }

    /**
     * As reported, or else guessed from sizes: four bytes a token, and an event of a stream for
     * each token written.
     */
    private static Tokens tokens(Flight flight, Optional<Usage> usage) {
        return usage.map(Settlement::bought)
                .orElseGet(() -> {
                    AnswerLog log = flight.log();
                    boolean streamed = log.head().map(Head::streamed).orElse(false);
                    long output = streamed ? log.chunksWritten() : log.written() / 4;
                    return new Tokens(flight.request().body().length / 4, 0, output, 0, true);
                });
    }

    private static Tokens bought(Usage usage) {
        return new Tokens(usage.fresh(), usage.cached(), usage.output(), 0, false);
    }

    private static long sum(Usage usage) {
        return usage.fresh() + usage.cached() + usage.output();
    }

    private static long micros(long nanos) {
        return Math.max(0, TimeUnit.NANOSECONDS.toMicros(nanos));
    }
}
