package dev.vivace.gateway;

import dev.vivace.answer.AnswerLog;
import dev.vivace.answer.Failure;
import dev.vivace.deliver.Cause;
import dev.vivace.ledger.StageNote;
import dev.vivace.line.Crash;
import dev.vivace.line.Flight;
import io.vertx.core.http.HttpServerRequest;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Takes one flight to whoever of its route answers. Until a byte of an answer is shown, a failure
 * is mended, in this order: by another upstream that has the same model; by the same one again,
 * after a wait and within its budget for that; by the next of the chain. From then on it can only
 * be told.
 *
 * <p>A {@link Course} leads from step to step to where there is a place; there an attempt is
 * {@linkplain #send sent}, what comes of which is for {@link Judging}; if it comes to nothing,
 * {@link #goesOnWithout} is what happens. Used on one event loop.
 */
final class Dispatch {
    private final HttpDelivery delivery;
    private final Flight flight;
    private final AnswerLog log;
    private final @Nullable HttpServerRequest upload;
    private final Targets targets;
    private final Running running = new Running();
    private final Showing showing;
    private final Judging judging;
    private final Course course;
    private @Nullable Hedge hedge;
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
        this.course = new Course(this, delivery, flight, targets, upload != null);
    }

    void start() {
        log.onAbandoned(() -> delivery.context().runOnContext(nothing -> cancel()));
        log.onDrain(() -> delivery.context().runOnContext(nothing -> showing.resume()));
        delivery.began(this);
        try {
            course.take(Step.first(targets.first()));
        } catch (RuntimeException | Error e) {
            crashed(e);
        }
    }

    // ---- the way there

    /** There is a place for an attempt. */
    void send(Step step, Place place) {
        Candidate to = step.to();
        boolean hedges = step.kind() == Step.Kind.HEDGE;
        if (hedges && !to.lane().state().budget().tryRetry()) {
            place.unused();
            return;
        }
        if (step.kind() != Step.Kind.FIRST) {
            flight.note(StageNote.of(step.kind().stage(), step.why()));
        }
        var attempt =
                new Attempt(
                        flight,
                        to,
                        place,
                        new Opening(
                                flight.request().kind(),
                                flight.form(),
                                targets.larger().isPresent(),
                                to.lane().nanoTime()),
                        judging,
                        step.fresh(),
                        upload);
        running.add(attempt);
        if (to.sent()) {
            to.lane().state().budget().called();
        }
        // How soon embeddings come says how many they are, and nothing is known of files.
        if (!hedges && delivery.retries().hedge() && flight.form().isPresent()) {
            hedge().sent(to.lane().state().firstByteTimes(flight.call().streamed()));
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
            course.tryBeside(Step.hedge(to));
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
        boolean mended = course.goesOn(attempt, cause, retryAfter);
        if (!mended) {
            running.add(attempt); // what it brought may be shown all the same
        }
        return mended;
    }

    /** Whether there is another attempt beside one that is under way. */
    boolean hedged() {
        return running.two();
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
                flight.note(StageNote.of("hedge", "lost"));
            }
        }
    }

    // ---- the end

    /** Ends attempts that have been silent for too long. */
    void checkTime(long now) {
        Attempt only = running.only();
        if (only != null) {
            guarded(() -> checkTime(only, now));
            return;
        }
        for (Attempt attempt : running.all()) {
            guarded(() -> checkTime(attempt, now));
            if (over || !running.two()) {
                return; // the others are looked at the next time
            }
        }
    }

    private void checkTime(Attempt attempt, long now) {
        judging.checkTime(attempt, now);
        attempt.checkTime(now);
    }

    /** The gateway itself ends. */
    void stop(String why) {
        running.all().forEach(this::leave);
        fail(new Failure(Failure.Kind.STOPPED, why));
    }

    /** Nobody reads any more. */
    private void cancel() {
        if (!over) {
            running.all().forEach(Attempt::clientLeft);
            end();
        }
    }

    /** An exception that nobody expected ends the flight, and the client hears of it. */
    void guarded(Runnable action) {
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

    /** An attempt has ended, and another is shown. */
    void drop(Attempt attempt) {
        running.remove(attempt);
    }

    /** An attempt has failed, and the flight with it. */
    void fail(Attempt attempt, Failure failure) {
        running.remove(attempt);
        fail(failure);
    }

    /** Nothing is left to be tried. */
    void fail(Failure failure) {
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
        if (attempt.sent()) {
            attempt.place().left();
            attempt.place().settle(showing.bought(attempt));
        } else {
            attempt.place().unused();
        }
    }

    private void end() {
        over = true;
        delivery.ended(this);
        running.all().forEach(this::leave);
        flight.lastByteCame();
        stopWaiting();
    }

    private void stopWaiting() {
        course.stop();
        if (hedge != null) {
            hedge.cancel();
        }
    }

    // ---- what a flight that goes well never needs

    private Hedge hedge() {
        if (hedge == null) {
            hedge = new Hedge(delivery.vertx(), () -> guarded(this::askBeside));
        }
        return hedge;
    }
}
