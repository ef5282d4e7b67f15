package dev.vivace.gateway;

import dev.vivace.answer.Failure;
import dev.vivace.deliver.Cause;
import dev.vivace.ledger.StageNote;
import dev.vivace.line.Flight;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Leads a flight from step to step until somebody lets it in: who refuses is passed by. Of one
 * flight, on its event loop.
 */
final class Course implements Entering.Listener {
    private static final long NONE = -1;

    private final Dispatch dispatch;
    private final HttpDelivery delivery;
    private final Flight flight;
    private final Targets targets;
    private final boolean flows;
    private @Nullable Mending mending;
    private @Nullable Entering entering;
    private long timer = NONE;

    /**
     * @param dispatch sends what was let in, and fails where nobody lets it in
     * @param flows whether the request flows through, so that it cannot be sent twice
     */
    Course(
            Dispatch dispatch,
            HttpDelivery delivery,
            Flight flight,
            Targets targets,
            boolean flows) {
        this.dispatch = dispatch;
        this.delivery = delivery;
        this.flight = flight;
        this.targets = targets;
        this.flows = flows;
    }

    /** Takes a step, or what is next if it is refused. */
    void take(Step step) {
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
        dispatch.guarded(() -> {
            if (!goesOn(which.step(), how.get())) {
                passBy(which.step());
            }
        });
    }

    private boolean goesOn(Step step, Passage passage) {
        return switch (passage) {
            case Place place -> {
                dispatch.send(step, place);
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
            flight.note(StageNote.of("breaker", "open"));
        }
        mending().refused(step.to(), why);
    }

    private void passBy(Step refused) {
        if (refused.kind() != Step.Kind.HEDGE && !takesNext()) {
            dispatch.fail(targets.refusal());
        }
    }

    /** Tries a step beside an attempt that is under way; nothing happens if it is refused. */
    void tryBeside(Step hedge) {
        takes(hedge);
    }

    /** Whether the flight goes on after an attempt that came to nothing. */
    boolean goesOn(Attempt failed, Cause cause, Optional<Duration> retryAfter) {
        mending().failed(failed, cause, retryAfter);
        return takesNext();
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
                                    timer = NONE;
                                    dispatch.guarded(() -> take(step));
                                });
        return true;
    }

    /** Whatever is waited for is not wanted any more. */
    void stop() {
        if (entering != null) {
            entering.leave();
            entering = null;
        }
        if (timer != NONE) {
            delivery.vertx().cancelTimer(timer);
            timer = NONE;
        }
    }

    /** Made for the first that fails or refuses: a flight that goes well needs none. */
    private Mending mending() {
        if (mending == null) {
            mending = new Mending(targets, delivery.retries(), flight.request().kind(), flows);
        }
        return mending;
    }
}
