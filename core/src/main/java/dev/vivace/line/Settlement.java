package dev.vivace.line;

import dev.vivace.answer.AnswerForm;
import dev.vivace.answer.AnswerLog;
import dev.vivace.answer.Failure;
import dev.vivace.answer.Head;
import dev.vivace.answer.Usage;
import dev.vivace.cache.ExactCache;
import dev.vivace.cache.SecondLevel;
import dev.vivace.ledger.CacheStatus;
import dev.vivace.ledger.LedgerEntry;
import dev.vivace.ledger.Money;
import dev.vivace.ledger.Price;
import dev.vivace.ledger.StageNote;
import dev.vivace.ledger.Times;
import dev.vivace.ledger.Tokens;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * The end of every call, good or bad: has the answer stored if it is worth it, and writes the one
 * ledger entry. Thread-safe.
 */
public final class Settlement {
    /** What is kept of an answer for those who may still join. */
    static final int KEEP_TO_SHARE = 16 << 20;

    /** What is kept of an answer that nobody may share, to find its usage. */
    private static final int KEEP_FOR_USAGE = 256 << 10;

    /** The status in the ledger of a call whose client left, as nginx has it. */
    public static final int CLIENT_LEFT = 499;

    private static final List<StageNote> HIT = List.of(StageNote.of("exact-cache", "hit"));
    private static final List<StageNote> FETCHED =
            List.of(StageNote.of("exact-cache", "miss"), StageNote.of("second-level", "hit"));
    private static final List<StageNote> TOLD = List.of(StageNote.of("models", "listed"));
    private static final List<StageNote> JOINED =
            List.of(StageNote.of("exact-cache", "miss"), StageNote.of("join", "joined"));

    private static final StageNote OK = StageNote.of("deliver", "ok");
    private static final StageNote ABORTED = StageNote.of("deliver", "aborted");
    private static final StageNote CUT = StageNote.of("deliver", "cut");
    private static final StageNote ERROR = StageNote.of("deliver", "error");

    private final Storage storage;
    private final Costs costs;
    private final Consumer<LedgerEntry> ledger;

    /**
     * @param ttl of answers whose callers say nothing
     * @param prices by model
     * @param second where replicas find what is stored
     */
    public Settlement(
            ExactCache cache,
            Duration ttl,
            InFlight inFlight,
            Function<String, Optional<Price>> prices,
            Consumer<LedgerEntry> ledger,
            InstantSource clock,
            Optional<SecondLevel> second) {
        this.costs = new Costs(prices);
        this.storage = new Storage(cache, ttl, inFlight, costs, clock, second);
        this.ledger = ledger;
    }

    /** How many bytes of an answer its log keeps. */
    static long keepBytes(boolean shared) {
        return shared ? KEEP_TO_SHARE : KEEP_FOR_USAGE;
    }

    /** A model call that went upstream has ended, and nobody has seen its end yet. */
    void settle(Flight flight, AnswerForm form) {
        AnswerLog log = flight.log();
        Optional<Head> head = log.head();
        boolean good = head.map(known -> known.status() == 200).orElse(false);
        boolean whole = good && log.ending() == AnswerLog.State.COMPLETE;
        Optional<Usage> usage = Optional.empty();
        if (whole && flight.storing().isPresent()) {
            usage = storage.take(flight, flight.storing().get(), head.orElseThrow(), form);
        } else if (whole || head.map(Head::streamed).orElse(false)) {
            usage = form.usageIn(log.tail());
        }
        // What was cut short is paid for as well: at least its prompt.
        boolean bought = good || head.isEmpty() && log.abandoned() && flight.attempts() > 0;
        Tokens tokens =
                bought
                        ? usage.map(Costs::bought).orElseGet(() -> TokenGuess.of(flight, form))
                        : Tokens.NONE;
        double cost = costs.of(flight.target().model(), tokens);
        flight.settled(tokens, cost);
        flight.call().grant().settle(tokens.bought(), cost);
        flight.note(delivered(log));
        flight.call().grant().notes().forEach(flight::note);
        write(flight, tokens, cost);
    }

    /** A call that only passed through has ended. */
    public void passed(Flight flight) {
        flight.note(delivered(flight.log()));
        write(flight, Tokens.NONE, 0);
    }

    /** An answer at hand was served. */
    public void served(Decision.Answered answered, int status) {
        Optional<Usage> usage = answered.usage();
        long saved = usage.map(Costs::bought).map(Tokens::bought).orElse(0L);
        long total = since(answered.call());
        ledger.accept(
                answered.call()
                        .entry(
                                answered.cache(),
                                status,
                                new Tokens(0, 0, 0, saved, usage.isEmpty()),
                                new Money(0, answered.savedUsd()),
                                new Times(total, 0, status == 200 ? total : 0, total),
                                0,
                                answered.fetched() ? FETCHED : HIT,
                                ""));
    }

    /** A call that joined another's has ended. */
    public void joined(Decision.Joined joined, int status, String error) {
        Flight flight = joined.flight();
        boolean got = status == 200;
        Tokens bought = flight.bought();
        long total = since(joined.call());
        ledger.accept(
                joined.call()
                        .entry(
                                CacheStatus.JOINED,
                                status,
                                new Tokens(0, 0, 0, got ? bought.bought() : 0, bought.estimated()),
                                new Money(0, got ? flight.costUsd() : 0),
                                new Times(0, 0, got ? total : 0, total),
                                0,
                                JOINED,
                                error));
    }

    /** What the gateway itself knows was asked, and said. */
    public void told(Call call) {
        long total = since(call);
        ledger.accept(
                call.entry(
                        CacheStatus.BYPASS,
                        200,
                        Tokens.NONE,
                        Money.NONE,
                        new Times(total, 0, total, total),
                        0,
                        TOLD,
                        ""));
    }

    /** A call was refused before it went anywhere. */
    public void refused(Decision.Refused refused) {
        ledger.accept(refusal(refused));
    }

    /** The entry of a call that went nowhere. */
    public static LedgerEntry refusal(Decision.Refused refused) {
        long total = since(refused.call());
        return refused.call()
                .entry(
                        CacheStatus.BYPASS,
                        refused.status(),
                        Tokens.NONE,
                        Money.NONE,
                        new Times(total, 0, 0, total),
                        0,
                        Refusals.notes(refused),
                        refused.message());
    }

    private void write(Flight flight, Tokens tokens, double cost) {
        Flight.Ended end = flight.cut().orElseGet(() -> end(flight.log()));
        ledger.accept(
                flight.call()
                        .entry(
                                flight.cache(),
                                end.status(),
                                tokens,
                                new Money(cost, 0),
                                times(flight),
                                flight.attempts(),
                                flight.notes(),
                                end.reason()));
    }

    private static Times times(Flight flight) {
        long now = System.nanoTime();
        long departed = flight.departed();
        long last = flight.lastByte() == 0 ? now : flight.lastByte();
        long arrived = flight.call().arrived();
        return new Times(
                micros(departed == 0 ? now - arrived : departed - arrived + (now - last)),
                departed == 0 ? 0 : micros(last - departed),
                flight.firstByte() == 0 ? 0 : micros(flight.firstByte() - arrived),
                micros(now - arrived));
    }

    private static Flight.Ended end(AnswerLog log) {
        int status =
                log.abandoned()
                        ? CLIENT_LEFT
                        : log.ending() == AnswerLog.State.FAILED
                                ? log.failure().map(Settlement::status).orElse(502)
                                : log.head().map(Head::status).orElse(502);
        return new Flight.Ended(status, log.failure().map(Failure::message).orElse(""));
    }

    /** The HTTP status that a failure becomes. */
    public static int status(Failure failure) {
        return switch (failure.kind()) {
            case INTERNAL -> 500;
            case UNREACHABLE, BROKEN -> 502;
            case OVERLOADED -> 429;
            case NO_ROOM, RESTING, STOPPED -> 503;
            case TIMEOUT -> 504;
        };
    }

    private static StageNote delivered(AnswerLog log) {
        if (log.abandoned()) {
            return ABORTED;
        }
        if (log.ending() == AnswerLog.State.COMPLETE) {
            return OK;
        }
        return log.head().isPresent() ? CUT : ERROR;
    }

    private static long since(Call call) {
        return micros(System.nanoTime() - call.arrived());
    }

    private static long micros(long nanos) {
        return Math.max(0, TimeUnit.NANOSECONDS.toMicros(nanos));
    }
}
