package dev.vivace.gateway;

import dev.vivace.answer.AnswerLog;
import dev.vivace.answer.Failure;
import dev.vivace.answer.Head;
import dev.vivace.deliver.Cause;
import dev.vivace.deliver.Entry;
import dev.vivace.deliver.KeyRing;
import dev.vivace.deliver.Queued;
import dev.vivace.deliver.RetryOptions;
import dev.vivace.deliver.UpstreamState;
import dev.vivace.deliver.Waiter;
import dev.vivace.limit.UpstreamRates;
import dev.vivace.line.Crash;
import dev.vivace.line.Flight;
import dev.vivace.line.Models;
import dev.vivace.line.UpstreamRequest.Kind;
import io.vertx.core.http.HttpServerRequest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Takes one flight to whoever of its route answers. Until a byte of an answer is shown, a failure
 * is mended, in this order: by another upstream that has the same model; by the same one again,
 * after a wait and within its budget for that; by the next of the chain. From then on it can only
 * be told.
 *
 * <p>Used on one event loop.
 */
final class Dispatch implements Attempt.Listener {
    private static final int UNAUTHORIZED = 401;
    private static final Duration REFUSED_KEY_RESTS = Duration.ofMinutes(5);
    private static final Duration LIMITED_KEY_RESTS = Duration.ofSeconds(1);
    private static final Duration LIMITED_KEY_RESTS_AT_MOST = Duration.ofMinutes(1);

    private final HttpDelivery delivery;
    private final RetryOptions options;
    private final Flight flight;
    private final AnswerLog log;
    private final @Nullable HttpServerRequest upload;
    private final Targets targets;
    private final List<Attempt> running = new ArrayList<>(1);
    private @Nullable Attempt shown;
    private @Nullable Queued queued;
    private long timer = -1;
    private long hedge = -1;
    private boolean fresh;
    private boolean over;

    /**
     * @param targets in the order in which they are to be asked
     * @param upload the body where it flows through; else it is the flight's
     */
    Dispatch(
            HttpDelivery delivery,
            Flight flight,
            Targets targets,
            @Nullable HttpServerRequest upload) {
        this.delivery = delivery;
        this.options = delivery.retries();
        this.flight = flight;
        this.log = flight.log();
        this.targets = targets;
        this.upload = upload;
    }

    void start() {
        log.onAbandoned(() -> delivery.context().runOnContext(nothing -> cancel()));
        log.onDrain(() -> delivery.context().runOnContext(nothing -> resume()));
        delivery.began(this);
        guarded(() -> ask(0));
    }

    /** Ends attempts that have been silent for too long. */
    void checkTime(long now) {
        for (Attempt attempt : running.size() == 1 ? running : List.copyOf(running)) {
            guarded(() -> attempt.checkTime(now));
            if (over || running.size() != 1) {
                return; // the others are looked at the next time
            }
        }
    }

    /** The gateway itself ends. */
    void stop(String why) {
        List.copyOf(running).forEach(this::leave);
        fail(new Failure(Failure.Kind.STOPPED, why));
    }

    /** Asks this target, or another if it lets nobody in. */
    private void ask(int index) {
        Lane lane = targets.lane(index);
        targets.tried(index);
        Optional<Failure> closed = lane.closed();
        if (closed.isPresent()) {
            passBy(index, closed.get());
            return;
        }
        switch (lane.state()
                .turnstile()
                .enter(flight.call().principal().priority(), waiter(index))) {
            case Entry.Entered _ -> enter(index);
            case Queued waiting -> queued = waiting;
            case Entry.Full full -> {
                flight.note("queue", "full");
                passBy(index, lane.full(full.retryAfter()));
            }
        }
    }

    private Waiter waiter(int index) {
        return new Waiter() {
            @Override
            public void enters() {
                delivery.context()
                        .runOnContext(nothing -> {
                            if (over || shown != null) {
                                targets.lane(index).state().turnstile().left(-1, false);
                            } else {
                                queued = null;
                                flight.note("queue", "waited");
                                guarded(() -> enter(index));
                            }
                        });
            }

            @Override
            public void waitedTooLong(Duration retryAfter) {
                delivery.context()
                        .runOnContext(nothing -> {
                            if (!over && shown == null) {
                                queued = null;
                                flight.note("queue", "too-long");
                                guarded(() -> passBy(index, targets.lane(index).full(retryAfter)));
                            }
                        });
            }
        };
    }

    /** There is room for it; whether the upstream may be asked for so much is another matter. */
    private void enter(int index) {
        Lane lane = targets.lane(index);
        if (lane.rates().isEmpty()) {
            send(index, 0);
            return;
        }
        long tokens = flight.tokensWanted();
        var turn = lane.rates().get().tryTake(lane.name(), tokens).toCompletableFuture();
        if (turn.isDone()) {
            turn(index, tokens, turn.join());
        } else {
            turn.whenComplete((come, broken) ->
                    delivery.context().runOnContext(nothing -> late(index, tokens, turn)));
        }
    }

    private void late(int index, long tokens, CompletableFuture<UpstreamRates.Turn> turn) {
        if (over || shown != null) {
            targets.lane(index).state().turnstile().left(-1, false);
            if (turn.join() instanceof UpstreamRates.Turn.Go) {
                targets.lane(index)
                        .rates()
                        .ifPresent(rates -> rates.settle(targets.lane(index).name(), tokens, 0));
            }
        } else {
            guarded(() -> turn(index, tokens, turn.join()));
        }
    }

    private void turn(int index, long tokens, UpstreamRates.Turn turn) {
        switch (turn) {
            case UpstreamRates.Turn.Go _ -> send(index, tokens);
            case UpstreamRates.Turn.Wait wait -> {
                targets.lane(index).state().turnstile().left(-1, false);
                flight.note("rate-limit", "upstream");
                passBy(index, targets.lane(index).limited(wait));
            }
        }
    }

    private void send(int index, long tokens) {
        Lane lane = targets.lane(index);
        Place place = Place.take(lane, tokens, flight.request().kind() == Kind.MODEL);
        if (place == null) {
            passBy(index, lane.closed().orElseGet(() -> lane.resting(lane.state().breaker())));
            return;
        }
        Models.Target target = targets.get(index);
        var attempt =
                new Attempt(
                        flight,
                        target,
                        place,
                        new Opening(flight.request().kind(), targets.hasLarger()),
                        this,
                        fresh,
                        upload);
        running.add(attempt);
        if (targets.sent(index) == 1) {
            lane.state().budget().called();
        }
        if (options.hedge()
                && flight.request().kind() == Kind.MODEL
                && running.size() == 1
                && hedge < 0) {
            hedgeLater(lane.state());
        }
        try {
            attempt.start();
        } catch (RuntimeException | Error e) {
            attempt.crashed(e);
        }
    }

    private void hedgeLater(UpstreamState state) {
        OptionalLong late = state.firstByteTimes().p95();
        if (late.isPresent()) {
            hedge =
                    delivery.vertx()
                            .setTimer(
                                    Math.max(1, late.getAsLong() / 1_000_000),
                                    fired -> guarded(this::hedge));
        }
    }

    /** A second attempt beside the first, which is late; who answers first is shown. */
    private void hedge() {
        hedge = -1;
        if (over || shown != null || running.size() != 1) {
            return;
        }
        int first = targets.indexOf(running.getFirst().target());
        int other = targets.untried(first);
        int index = other >= 0 ? other : first;
        Lane lane = targets.lane(index);
        if (lane.closed().isEmpty() && lane.state().budget().tryRetry()) {
            flight.note("hedge", "sent");
            ask(index);
        }
    }

    /** A target lets nobody in. */
    private void passBy(int index, Failure why) {
        if (!running.isEmpty() || timer >= 0) {
            return; // a hedge that was not to be
        }
        if (why.kind() == Failure.Kind.RESTING) {
            flight.note("breaker", "open");
        }
        int next = targets.untried();
        if (next >= 0) {
            flight.note("fallback", why.kind() == Failure.Kind.RESTING ? "resting" : "busy");
            ask(next);
            return;
        }
        Optional<Duration> wait = why.retryAfter();
        boolean worthWaiting =
                why.kind() == Failure.Kind.OVERLOADED
                        && !targets.lane(index).state().keys().restsFor().isZero()
                        && wait.map(rest -> rest.compareTo(options.maxWait()) <= 0).orElse(false)
                        && targets.tries(index) < options.attempts();
        if (worthWaiting) {
            flight.note("retry", "keys-rest");
            later(wait.get(), () -> ask(index));
        } else {
            fail(why);
        }
    }

    @Override
    public void head(Attempt attempt, Head head) {
        attempt.opening().head(head);
        if (flight.request().kind() == Kind.UNSAFE) {
            show(attempt); // its client may wait for the head of a long answer
        }
    }

    @Override
    public void chunk(Attempt attempt, byte[] chunk) {
        if (attempt == shown) {
            append(attempt, chunk);
            return;
        }
        if (shown != null) {
            leave(attempt);
            return;
        }
        attempt.opening().add(chunk);
        if (!attempt.opening().waits()) {
            judge(attempt, false);
        }
    }

    private void append(Attempt attempt, byte[] chunk) {
        byte[] showable = attempt.opening().showable(chunk);
        if (attempt.opening().broken(showable, false)) {
            running.remove(attempt);
            attempt.cancel();
            attempt.place().ended(Cause.BROKEN);
            fail(broken(attempt));
            attempt.place().settle(flight.bought().bought());
            return;
        }
        if (showable.length > 0) {
            log.append(showable);
        }
        if (log.full()) {
            attempt.pause();
        }
    }

    private static Failure broken(Attempt attempt) {
        return new Failure(
                Failure.Kind.BROKEN,
                attempt.place().lane().called()
                        + " sent something that is no "
                        + (attempt.opening().head().streamed() ? "event" : "answer")
                        + " of its protocol.");
    }

    @Override
    public void end(Attempt attempt) {
        if (shown != null && attempt != shown) {
            leave(attempt);
            return;
        }
        if (attempt != shown) {
            judge(attempt, true);
            if (attempt != shown || over) {
                return;
            }
        }
        running.remove(attempt);
        byte[] rest = attempt.opening().rest();
        if (attempt.opening().broken(rest, true)) {
            attempt.place().ended(Cause.BROKEN);
            fail(broken(attempt));
        } else {
            attempt.place().ended(attempt.opening().byStatus());
            if (rest.length > 0) {
                log.append(rest);
            }
            over();
            log.complete();
        }
        attempt.place().settle(flight.bought().bought());
    }

    /** Enough has come to say whether this is the answer. */
    private void judge(Attempt attempt, boolean whole) {
        Cause cause = attempt.opening().cause(whole);
        boolean clientsOwn =
                cause == Cause.REFUSED_KEY && attempt.place().lane().state().keys().count() == 0;
        if (cause == Cause.NONE || cause == Cause.REFUSED || clientsOwn) {
            show(attempt);
            return;
        }
        if (whole) {
            attempt.place().ended(cause);
        }
        Optional<Duration> retryAfter = attempt.opening().retryAfter();
        boolean mended = mend(attempt, cause, retryAfter);
        if (!mended && !(cause == Cause.BROKEN && attempt.opening().pretends())) {
            show(attempt); // what the upstream says is clearer than what we would say
            return;
        }
        if (!whole) {
            attempt.cancel();
            attempt.place().ended(cause);
        }
        if (!mended) {
            running.remove(attempt);
            fail(broken(attempt));
        }
        attempt.place().settle(0);
    }

    @Override
    public void failed(Attempt attempt, Cause cause, Failure failure) {
        if (over) {
            return;
        }
        if (cause == Cause.NONE) {
            attempt.place().left();
        } else {
            attempt.place().ended(cause);
        }
        if (attempt == shown || cause == Cause.NONE) {
            running.remove(attempt);
            fail(failure);
        } else if (!mend(attempt, cause, Optional.empty())) {
            fail(failure);
        }
        attempt.place().settle(attempt == shown ? flight.bought().bought() : 0);
    }

    /** Whether the flight goes on without this attempt. */
    private boolean mend(Attempt attempt, Cause cause, Optional<Duration> retryAfter) {
        int index = targets.indexOf(attempt.target());
        rest(attempt, cause, retryAfter);
        if (running.size() > 1) {
            running.remove(attempt); // the other one is still at it
            return true;
        }
        if (upload != null && cause != Cause.UNREACHABLE) {
            return false; // of what flows through, nothing has begun to flow only then
        }
        if (cause == Cause.TOO_LONG) {
            return goesOn(attempt, targets.larger(), "too-long");
        }
        int twin = cause.elsewhere() ? targets.untried(index) : -1;
        return goesOn(attempt, twin, label(cause))
                || again(attempt, index, cause, retryAfter)
                || cause.elsewhere() && goesOn(attempt, targets.untried(), label(cause));
    }

    private boolean goesOn(Attempt attempt, int index, String why) {
        if (index < 0) {
            return false;
        }
        running.remove(attempt);
        flight.note("fallback", why);
        ask(index);
        return true;
    }

    private boolean again(Attempt attempt, int index, Cause cause, Optional<Duration> retryAfter) {
        UpstreamState state = attempt.place().lane().state();
        boolean otherKey =
                (cause == Cause.RATE_LIMITED || cause == Cause.REFUSED_KEY)
                        && state.keys().count() > 1
                        && state.keys().restsFor().isZero();
        boolean late = cause == Cause.TIMEOUT && targets.untried() >= 0;
        boolean worked = cause != Cause.UNREACHABLE && flight.request().kind() == Kind.UNSAFE;
        if (!(cause.retriable() || otherKey) || late || worked) {
            return false;
        }
        fresh = attempt.reused();
        Duration wait =
                otherKey || attempt.reused() && cause == Cause.BROKEN
                        ? Duration.ZERO
                        : retryAfter.orElseGet(() -> state.backoff().before(targets.tries(index)));
        if (wait.compareTo(options.maxWait()) > 0
                || targets.tries(index) >= options.attempts()
                || !state.budget().tryRetry()) {
            return false;
        }
        running.remove(attempt);
        flight.note("retry", label(cause));
        later(wait, () -> ask(index));
        return true;
    }

    /**
     * A 403 may be about the model, which whoever asks can choose: it says nothing of the key. And
     * the last key never rests for being refused, so that one wrong answer closes no upstream.
     */
    private static void rest(Attempt attempt, Cause cause, Optional<Duration> retryAfter) {
        KeyRing keys = attempt.place().lane().state().keys();
        int key = attempt.place().key();
        if (cause == Cause.RATE_LIMITED && keys.count() > 1) {
            Duration asked = retryAfter.orElse(LIMITED_KEY_RESTS);
            keys.rest(
                    key,
                    asked.compareTo(LIMITED_KEY_RESTS_AT_MOST) > 0
                            ? LIMITED_KEY_RESTS_AT_MOST
                            : asked);
        } else if (cause == Cause.REFUSED_KEY
                && attempt.opening().head().status() == UNAUTHORIZED
                && keys.count() - keys.resting() > 1) {
            keys.rest(key, REFUSED_KEY_RESTS);
        }
    }

    private static String label(Cause cause) {
        return cause.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** This is the answer: from now on the client may see it. */
    private void show(Attempt attempt) {
        if (shown != null) {
            return;
        }
        shown = attempt;
        stopWaiting();
        for (Attempt other : List.copyOf(running)) {
            if (other != attempt) {
                leave(other);
                flight.note("hedge", "lost");
            }
        }
        Opening opening = attempt.opening();
        flight.answeredBy(attempt.target());
        if (!opening.byStatus().failsUpstream()) {
            attempt.place().answers();
        }
        log.head(opening.head());
        for (byte[] chunk : opening.takeChunks()) {
            if (!over) {
                append(attempt, chunk);
            }
        }
    }

    private void leave(Attempt attempt) {
        running.remove(attempt);
        attempt.cancel();
        attempt.place().left();
        attempt.place().settle(attempt == shown ? flight.bought().bought() : 0);
    }

    private void later(Duration wait, Runnable action) {
        if (wait.isZero()) {
            action.run();
            return;
        }
        timer =
                delivery.vertx()
                        .setTimer(
                                Math.max(1, wait.toMillis()),
                                fired -> {
                                    timer = -1;
                                    if (!over && shown == null) {
                                        guarded(action);
                                    }
                                });
    }

    private void guarded(Runnable action) {
        try {
            action.run();
        } catch (RuntimeException | Error e) {
            Crash.log(flight.call().id(), "the way to an upstream", e);
            List.copyOf(running).forEach(this::leave);
            fail(new Failure(Failure.Kind.INTERNAL, Crash.MESSAGE));
        }
    }

    private void resume() {
        Attempt from = shown;
        if (from != null) {
            from.resume();
        }
    }

    /** Nobody reads any more. */
    private void cancel() {
        if (!over) {
            over();
            List.copyOf(running).forEach(this::leave);
        }
    }

    private void fail(Failure failure) {
        if (!over) {
            over();
            log.fail(failure);
        }
    }

    private void over() {
        over = true;
        delivery.ended(this);
        List.copyOf(running).forEach(this::leave);
        flight.lastByteCame();
        stopWaiting();
    }

    private void stopWaiting() {
        if (queued != null) {
            queued.leave();
            queued = null;
        }
        if (timer >= 0) {
            delivery.vertx().cancelTimer(timer);
            timer = -1;
        }
        if (hedge >= 0) {
            delivery.vertx().cancelTimer(hedge);
            hedge = -1;
        }
    }
}
