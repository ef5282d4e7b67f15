package dev.vivace.line;

import dev.vivace.answer.AnswerForm;
import dev.vivace.answer.AnswerLog;
import dev.vivace.ledger.CacheStatus;
import dev.vivace.ledger.StageNote;
import dev.vivace.ledger.Tokens;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * A call on its way to an upstream and back: what is sent, the log that the answer is written to,
 * and the marks that the delivery makes. The delivery's thread writes the marks; others read them
 * after the log has ended.
 */
public final class Flight {
    private final Call call;
    private final UpstreamRequest request;
    private final Optional<AnswerForm> form;
    private final AnswerLog log;
    private final CacheStatus cache;
    private final boolean tellsUsage;
    private final Optional<Storing> storing;
    private final List<StageNote> notes = new ArrayList<>(6);
    private volatile long departed;
    private volatile long firstByte;
    private volatile long lastByte;
    private volatile int attempts;
    private volatile Models.Target target;
    private volatile Tokens bought = Tokens.NONE;
    private volatile double costUsd;
    private volatile Optional<Ended> cut = Optional.empty();

    /**
     * How a call ended for its own caller.
     *
     * @param status as in HTTP, or 499 where the caller left
     * @param reason for people; empty if all is well
     */
    record Ended(int status, String reason) {}

    public Flight(Call call, UpstreamRequest request, AnswerLog log, CacheStatus cache) {
        this(call, request, Optional.empty(), log, cache, true, Optional.empty());
    }

    /**
     * @param form of its answer; empty if it can be anything
     * @param tellsUsage whether the answer will say how many tokens it took; a stream of chunks
     *     that was not asked to will not
     * @param storing how its answer is stored; empty if it is neither stored nor shared
     */
    Flight(
            Call call,
            UpstreamRequest request,
            Optional<AnswerForm> form,
            AnswerLog log,
            CacheStatus cache,
            boolean tellsUsage,
            Optional<Storing> storing) {
        this.call = call;
        this.request = request;
        this.form = form;
        this.log = log;
        this.cache = cache;
        this.tellsUsage = tellsUsage;
        this.storing = storing;
        this.target = request.route().first();
    }

    public Call call() {
        return call;
    }

    public UpstreamRequest request() {
        return request;
    }

    /** What the bytes of its answer mean; empty if it can be anything. */
    public Optional<AnswerForm> form() {
        return form;
    }

    public AnswerLog log() {
        return log;
    }

    public CacheStatus cache() {
        return cache;
    }

    Optional<Storing> storing() {
        return storing;
    }

    /** Whether who asked for this can also be content with the other's answer. */
    boolean canShare(Flight other) {
        boolean needsUsage = call.streamed() && tellsUsage;
        // The other may be answered by whoever fills in on its route, and on its route only.
        return (other.tellsUsage || !needsUsage) && request.route().equals(other.request.route());
    }

    /** Marks that the request leaves; again for each attempt. */
    public void departs() {
        if (attempts == 0) {
            departed = System.nanoTime();
        }
        attempts++;
    }

    /** Marks who answers, before the log has a head. */
    public void answeredBy(Models.Target who) {
        target = who;
        if (hasChoice()) {
            note(StageNote.of("upstream", who.upstream()));
        }
    }

    /** Whether others might answer it than the first of its route. */
    public boolean hasChoice() {
        Route route = request.route();
        return route.chain().size() > 1 || route.larger().isPresent();
    }

    /** Who answers; the first of the route until it is known. */
    public Models.Target target() {
        return target;
    }

    /** Marks the first byte of the answer's body. */
    public void firstByteCame() {
        firstByte = System.nanoTime();
    }

    /** Marks the end of the answer. */
    public void lastByteCame() {
        lastByte = System.nanoTime();
    }

    /** When the first attempt left, by {@link System#nanoTime}; 0 before. */
    public long departed() {
        return departed;
    }

    /** When the first byte of the body came; 0 before. */
    public long firstByte() {
        return firstByte;
    }

    /** When the last byte came; 0 before. */
    public long lastByte() {
        return lastByte;
    }

    public int attempts() {
        return attempts;
    }

    /**
     * Says what its own caller got, before that caller leaves the log: the call may end otherwise
     * for others.
     *
     * @param error why it is not the whole answer; empty if it is
     */
    public void callerGot(int status, String error) {
        if (!error.isEmpty()) {
            cut = Optional.of(new Ended(status, error));
        }
    }

    /** Set if its own caller got no whole answer, though others may have. */
    Optional<Ended> cut() {
        return cut;
    }

    /**
     * What the gateway has added until now, in nanoseconds: to the way there and to the way back.
     * What failed attempts took, and the waits between them, is the upstreams'.
     */
    public long overheadNanos() {
        long now = System.nanoTime();
        long out = departed == 0 ? now : departed;
        long back = firstByte == 0 ? now : firstByte;
        return out - call.arrived() + (now - back);
    }

    /** Notes what a stage did; before the log ends. */
    public void note(StageNote note) {
        synchronized (notes) {
            notes.add(note);
        }
    }

    List<StageNote> notes() {
        synchronized (notes) {
            return List.copyOf(notes);
        }
    }

    void settled(Tokens tokens, double cost) {
        bought = tokens;
        costUsd = cost;
    }

    /** What it may buy, as far as can be said before: a guess for the limits of upstreams. */
    public long tokensWanted() {
        return Quota.estimate(request.body().length, OptionalLong.empty()).bought();
    }

    /** The part of {@link #tokensWanted} that is its prompt. */
    public long promptTokens() {
        return Quota.estimate(request.body().length, OptionalLong.empty()).fresh();
    }

    /** What was bought; nothing until the log has ended. */
    public Tokens bought() {
        return bought;
    }

    /** What it cost, in US dollars; 0 until the log has ended. */
    public double costUsd() {
        return costUsd;
    }
}
