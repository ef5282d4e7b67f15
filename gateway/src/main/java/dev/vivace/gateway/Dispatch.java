package dev.vivace.gateway;

import dev.vivace.answer.AnswerLog;
import dev.vivace.answer.Failure;
import dev.vivace.deliver.Cause;
import dev.vivace.line.Crash;
import dev.vivace.line.Flight;
import dev.vivace.line.UpstreamRequest.Kind;
import io.vertx.core.http.HttpServerRequest;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Takes one flight to whoever of its route answers. Until a byte of an answer is shown, a failure
 * is mended, in this order: by another upstream that has the same model; by the same one again,
 * after a wait and within its budget for that; by the next of the chain. From then on it can only
 * be told.
 *
 * <p>Each step {@linkplain #ask asks} to be let in somewhere and {@linkplain #send sends} an
 * attempt, what comes of which is for {@link Judging}; if it comes to nothing, {@link
 * #goesOnWithout} is what happens. Used on one event loop.
 */
final class Dispatch implements Entering.Listener {
    private final HttpDelivery delivery;
    private final Flight flight;
    private final AnswerLog log;
    private final @Nullable HttpServerRequest upload;
    private final Targets targets;
    private final Running running = new Running();
    private final Showing showing;
    private final Judging judging;
    private @Nullable Mending mending;
    private @Nullable Entering entering;
    private @Nullable Hedge hedge;
    private long timer = -1;
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
        this.flight = flight;
        this.log = flight.log();
        this.targets = targets;
        this.upload = upload;
        this.showing = new Showing(flight);
        this.judging = new Judging(this, flight.request().kind(), showing);
    }

    void start() {
        log.onAbandoned(() -> delivery.context().runOnContext(nothing -> cancel()));
        log.onDrain(() -> delivery.context().runOnContext(nothing -> showing.resume()));
        delivery.began(this);
        try {
            ask(Step.first(targets.first()));
        } catch (RuntimeException | Error e) {
            crashed(e);
        }
    }

    // ---- the way there

    /** Takes a step, or what is next if it is refused. */
    private void ask(Step step) {
        if (!takes(step)) {
            passBy(step);
        }
    }

    /** Whether a step can be taken; not if its candidate refuses at once. */
    private boolean takes(Step step) {
        return goesOn(step, Entering.begin(step, flight, delivery.context(), this));
    }

    @Override
    public void goesOn(Entering which, Supplier<Passage> how) {
        entering = null;
        guarded(() -> {
            if (!goesOn(which.step(), how.get())) {
                passBy(which.step());
            }
        });
    }

    private boolean goesOn(Step step, Passage passage) {
        return switch (passage) {
            case Place place -> {
                send(step, place);
                yield true;
            }
            case Entering waits -> {
                entering = waits;
                yield true;
            }
            case Passage.Refused refused -> {
                refused(step, refused.why());
                yield false;
            }
        };
    }

    private void refused(Step step, Failure why) {
        if (step.kind() == Step.Kind.HEDGE) {
            return; // it was not to be, and may be the fallback yet
        }
        if (why.kind() == Failure.Kind.RESTING) {
            flight.note("breaker", "open");
        }
        mending().refused(step.to(), why);
    }

    private void passBy(Step refused) {
        if (refused.kind() != Step.Kind.HEDGE && !takesNext()) {
            fail(targets.refusal());
        }
    }

    private void send(Step step, Place place) {
        Candidate to = step.to();
        boolean hedges = step.kind() == Step.Kind.HEDGE;
        if (hedges && !to.lane().state().budget().tryRetry()) {
            place.unused();
            return;
        }
        if (step.kind() != Step.Kind.FIRST) {
            flight.note(step.kind().stage(), step.why());
        }
        var attempt =
                new Attempt(
                        flight,
                        to,
                        place,
                        new Opening(flight.request().kind(), targets.larger().isPresent()),
                        judging,
                        step.fresh(),
                        upload);
        running.add(attempt);
        if (to.sent()) {
            to.lane().state().budget().called();
        }
        if (!hedges && delivery.retries().hedge() && flight.request().kind() == Kind.MODEL) {
            hedge().sent(to.lane().state());
        }
        try {
            attempt.start();
        } catch (RuntimeException | Error e) {
            attempt.crashed(e);
        }
    }

    /** A second attempt beside the first, which is late; who answers first is shown. */
    private void askBeside() {
        Attempt late = running.only();
        if (late == null || showing.begun()) {
            return;
        }
        Candidate to = targets.twin(late.candidate()).orElse(late.candidate());
        if (to.lane().state().budget().allows()) {
            takes(Step.hedge(to));
        }
    }

    // ---- what happens after an attempt came to nothing

    /** Whether the flight goes on without it. */
    boolean goesOnWithout(Attempt attempt, Cause cause, Optional<Duration> retryAfter) {
        attempt.place().restKey(cause, attempt.opening(), retryAfter);
        running.remove(attempt);
        if (!running.none()) {
            return true; // the other one is still at it
        }
        if (hedge != null) {
            hedge.cancel();
        }
        mending().failed(attempt, cause, retryAfter);
        boolean mended = takesNext();
        if (!mended) {
            running.add(attempt); // what it brought may be shown all the same
        }
        return mended;
    }

    /** Takes the next step at which nobody refuses; whether there is one. */
    private boolean takesNext() {
        for (Optional<Step> step = mending().next(); step.isPresent(); step = mending().next()) {
            if (takesLater(step.get())) {
                return true;
            }
        }
        return false;
    }

    private boolean takesLater(Step step) {
        if (entering != null) { // a hedge in a line: it is the next attempt, or in its way
            if (entering.becomes(step)) {
                return true;
            }
            entering.leave();
            entering = null;
        }
        if (step.pause().isZero()) {
            return takes(step);
        }
        timer =
                delivery.vertx()
                        .setTimer(
                                Math.max(1, step.pause().toMillis()),
                                fired -> {
                                    timer = -1;
                                    guarded(() -> ask(step));
                                });
        return true;
    }

    /** This one's answer is shown: no other's is wanted any more. */
    void staysWith(Attempt attempt) {
        stopWaiting();
        if (!running.two()) {
            return;
        }
        for (Attempt other : running.all()) {
            if (other != attempt) {
                leave(other);
                flight.note("hedge", "lost");
            }
        }
    }

    // ---- the end

    /** Ends attempts that have been silent for too long. */
    void checkTime(long now) {
        Attempt only = running.only();
        if (only != null) {
            guarded(() -> only.checkTime(now));
            return;
        }
        for (Attempt attempt : running.all()) {
            guarded(() -> attempt.checkTime(now));
            if (over || !running.two()) {
                return; // the others are looked at the next time
            }
        }
    }

    /** The gateway itself ends. */
    void stop(String why) {
        running.all().forEach(this::leave);
        fail(new Failure(Failure.Kind.STOPPED, why));
    }

    /** Nobody reads any more. */
    private void cancel() {
        if (!over) {
            end();
        }
    }

    private void guarded(Runnable action) {
        try {
            action.run();
        } catch (RuntimeException | Error e) {
            crashed(e);
        }
    }

    private void crashed(Throwable cause) {
        Crash.log(flight.call().id(), "the way to an upstream", cause);
        running.all().forEach(this::leave);
        fail(new Failure(Failure.Kind.INTERNAL, Crash.MESSAGE));
    }

    /** An attempt has failed, and the flight with it. */
    void fail(Attempt attempt, Failure failure) {
        running.remove(attempt);
        fail(failure);
    }

    private void fail(Failure failure) {
        if (!over) {
            end();
            log.fail(failure);
        }
    }

    /** An attempt has ended well, and the flight with it. */
    void complete(Attempt attempt) {
        running.remove(attempt);
        end();
        log.complete();
    }

    boolean over() {
        return over;
    }

    /** Gives an attempt up. */
    void leave(Attempt attempt) {
        running.remove(attempt);
        attempt.cancel();
        attempt.place().left();
        attempt.place().settle(showing.bought(attempt));
    }

    private void end() {
        over = true;
        delivery.ended(this);
        running.all().forEach(this::leave);
        flight.lastByteCame();
        stopWaiting();
    }

    private void stopWaiting() {
        if (entering != null) {
            entering.leave();
            entering = null;
        }
        if (timer >= 0) {
            delivery.vertx().cancelTimer(timer);
            timer = -1;
        }
        if (hedge != null) {
            hedge.cancel();
        }
    }

    // ---- what a flight that goes well never needs

    private Mending mending() {
        if (mending == null) {
            mending =
                    new Mending(
                            targets, delivery.retries(), flight.request().kind(), upload != null);
        }
        return mending;
    }

    private Hedge hedge() {
        if (hedge == null) {
            hedge = new Hedge(delivery.vertx(), () -> guarded(this::askBeside));
        }
        return hedge;
    }
}
