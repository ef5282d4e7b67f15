package dev.vivace.gateway;

import dev.vivace.answer.Failure;
import dev.vivace.deliver.Entry;
import dev.vivace.deliver.Queued;
import dev.vivace.deliver.Turnstile;
import dev.vivace.deliver.Waiter;
import dev.vivace.ledger.StageNote;
import dev.vivace.limit.UpstreamRates;
import dev.vivace.line.Crash;
import dev.vivace.line.Flight;
import io.vertx.core.Context;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * An attempt on its way to a {@link Place} at one upstream: first in the line before the turnstile,
 * then, with its place, where it is counted what the upstream may be asked; that comes last, so
 * that nothing is counted that is not sent. Used on one event loop.
 */
final class Entering implements Passage, Waiter {
    /** Hears how it goes on, once, on the event loop, where it could not be said at once. */
    interface Listener {
        /**
         * @param how to be called at once; may be that it waits further
         */
        void goesOn(Entering which, Supplier<Passage> how);
    }

    private Step step;
    private final Lane lane;
    private final Flight flight;
    private final Context loop;
    private final Listener listener;
    private @Nullable Queued queued;
    private boolean left;

    private Entering(Step step, Flight flight, Context loop, Listener listener) {
        this.step = step;
        this.lane = step.to().lane();
        this.flight = flight;
        this.loop = loop;
        this.listener = listener;
    }

    /** Asks to be let in. Where nothing limits an upstream there is nothing to wait for. */
    static Passage begin(Step step, Flight flight, Context loop, Listener listener) {
        Lane lane = step.to().lane();
        var closed = lane.closed();
        if (closed.isPresent()) {
            return new Refused(closed.get());
        }
        return lane.state().turnstile().limits() || lane.rates().isPresent()
                ? new Entering(step, flight, loop, listener).begin()
                : Place.take(lane);
    }

    Step step() {
        return step;
    }

    /** Whether this is a way to take another step as well, which it is then a way to take. */
    boolean becomes(Step other) {
        if (other.to() != step.to() || !other.pause().isZero()) {
            return false;
        }
        step = other;
        return true;
    }

    private Passage begin() {
        return switch (turnstile().enter(flight.call().principal().priority(), this)) {
            case Entry.Entered _ -> inside();
            case Queued waits -> {
                queued = waits;
                yield this;
            }
            case Entry.Full full -> {
                flight.note(StageNote.of("queue", "full"));
                yield new Refused(lane.full(full.retryAfter()));
            }
        };
    }

    /** There is room for it; whether the upstream may be asked for so much is another matter. */
    private Passage inside() {
        Passage passage = Place.take(lane);
        return passage instanceof Place place && lane.rates().isPresent()
                ? rated(place, lane.rates().get())
                : passage;
    }

    private Passage rated(Place place, UpstreamRates rates) {
        long tokens = flight.tokensWanted();
        CompletableFuture<UpstreamRates.Turn> turn;
        try {
            turn = rates.tryTake(lane.name(), tokens).toCompletableFuture();
        } catch (RuntimeException e) {
            turn = CompletableFuture.failedFuture(e);
        }
        if (turn.isDone()) {
            return asked(place, tokens, turn);
        }
        var asking = turn;
        turn.whenComplete(
                (come, broken) -> loop.runOnContext(nothing -> late(place, tokens, asking)));
        return this;
    }

    private void late(Place place, long tokens, CompletableFuture<UpstreamRates.Turn> turn) {
        if (!left) {
            listener.goesOn(this, () -> asked(place, tokens, turn));
        } else if (asked(place, tokens, turn) instanceof Place unwanted) {
            unwanted.unused();
        }
    }

    private Passage asked(Place place, long tokens, CompletableFuture<UpstreamRates.Turn> turn) {
        return turn.isCompletedExceptionally()
                ? unknown(place)
                : turned(place, tokens, turn.join());
    }

    private Passage turned(Place place, long tokens, UpstreamRates.Turn turn) {
        return switch (turn) {
            case UpstreamRates.Turn.Go _ -> place.reserved(tokens);
            case UpstreamRates.Turn.Wait wait -> {
                place.unused();
                flight.note(StageNote.of("rate-limit", "upstream"));
                yield new Refused(lane.limited(wait));
            }
        };
    }

    /**
     * Buckets that cannot be asked answer by themselves; who breaks that promise lets nobody in.
     */
    private Passage unknown(Place place) {
        place.unused();
        return new Refused(new Failure(Failure.Kind.INTERNAL, Crash.MESSAGE));
    }

    /** Wants in no more; hears nothing then. */
    void leave() {
        left = true;
        if (queued != null) {
            queued.leave();
        }
    }

    @Override
    public void enters() {
        loop.runOnContext(nothing -> {
            if (left) {
                turnstile().left(-1, Turnstile.Left.SILENTLY);
            } else {
                flight.note(StageNote.of("queue", "waited"));
                listener.goesOn(this, this::inside);
            }
        });
    }

    @Override
    public void waitedTooLong(Duration retryAfter) {
        loop.runOnContext(nothing -> {
            if (!left) {
                flight.note(StageNote.of("queue", "too-long"));
                listener.goesOn(this, () -> new Refused(lane.full(retryAfter)));
            }
        });
    }

    private Turnstile turnstile() {
        return lane.state().turnstile();
    }
}
