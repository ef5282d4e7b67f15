package dev.vivace.gateway;

import dev.vivace.answer.Failure;
import dev.vivace.answer.Head;
import dev.vivace.answer.StreamEnd;
import dev.vivace.deliver.Cause;
import dev.vivace.line.UpstreamRequest.Kind;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Hears what comes back from the attempts of a flight. How an answer begins says whether it is the
 * one to be shown; if not, the attempt came to nothing, and the flight {@linkplain
 * Dispatch#goesOnWithout goes on without it} or fails. What is shown is shown to its end.
 */
final class Judging implements Attempt.Listener {
    private final Dispatch dispatch;
    private final Kind kind;
    private final Showing showing;

    /** One that refused the call while another attempt was still at it, whole. */
    private @Nullable Attempt refusal;

    Judging(Dispatch dispatch, Kind kind, Showing showing) {
        this.dispatch = dispatch;
        this.kind = kind;
        this.showing = showing;
    }

    @Override
    public void head(Attempt attempt, Head head) {
        attempt.opening().head(head);
        if (kind == Kind.UNSAFE) {
            show(attempt); // its client may wait for the head of a long answer
        }
    }

    @Override
    public void chunk(Attempt attempt, byte[] chunk) {
        if (showing.is(attempt)) {
            byte[] showable = attempt.opening().showable(chunk);
            beginsIfItSpeaks(attempt);
            append(attempt, showable);
        } else if (showing.begun()) {
            dispatch.leave(attempt);
        } else {
            attempt.opening().add(chunk);
            beginsIfItSpeaks(attempt);
            if (!attempt.opening().waits()) {
                judge(attempt, false);
            }
        }
    }

    private static void beginsIfItSpeaks(Attempt attempt) {
        if (attempt.opening().speaks()) {
            attempt.begins();
        }
    }

    /** A client does not wait for ever for what keeps its connection alive. */
    void checkTime(Attempt attempt, long now) {
        if (!showing.begun() && attempt.opening().overdue(now)) {
            show(attempt);
        }
    }

    @Override
    public void end(Attempt attempt) {
        if (!showing.begun()) {
            judge(attempt, true);
        } else if (!showing.is(attempt)) {
            dispatch.leave(attempt);
        }
        if (showing.is(attempt) && !dispatch.over()) {
            complete(attempt);
        }
    }

    @Override
    public void failed(Attempt attempt, Cause cause, Failure failure) {
        if (dispatch.over()) {
            return;
        }
        if (cause == Cause.NONE) {
            attempt.place().left();
        } else {
            attempt.place().ended(cause, failure::message);
        }
        if (showing.is(attempt)) {
            dispatch.fail(attempt, failure);
            attempt.place().settle(showing.bought(attempt));
            return;
        }
        if (cause == Cause.UNREACHABLE) {
            attempt.place().unused();
        } else {
            attempt.place().settle(showing.bought(attempt));
        }
        if (refusedAlready()) {
            dispatch.drop(attempt);
            showRefusal();
        } else if (cause == Cause.NONE
                || !dispatch.goesOnWithout(attempt, cause, Optional.empty())) {
            dispatch.fail(attempt, failure);
        }
    }

    /**
     * Whether another attempt was told that the request itself is at fault, and this one was the
     * last hope: it would be told so everywhere.
     */
    private boolean refusedAlready() {
        return refusal != null && !dispatch.hedged() && !showing.begun();
    }

    private void showRefusal() {
        Attempt other = Objects.requireNonNull(refusal);
        show(other);
        complete(other);
    }

    /** Enough has come to say whether this is the answer. */
    private void judge(Attempt attempt, boolean whole) {
        Opening opening = attempt.opening();
        Cause cause = opening.cause(whole);
        boolean clientsOwn = cause.aboutKey() && attempt.place().lane().state().keys().count() == 0;
        boolean refused = cause == Cause.REFUSED || clientsOwn;
        if (cause == Cause.NONE || refused && !dispatch.hedged()) {
            show(attempt);
            return;
        }
        if (refused && whole) {
            refusal = attempt; // the other may be able to do what this one is not
        }
        boolean hopeless = !refused && refusedAlready();
        // Who goes on may want the same place, and the same tokens, at once.
        attempt.place().ended(cause, () -> said(attempt, cause));
        attempt.place().settle(showing.bought(attempt));
        if (hopeless) {
            if (!whole) {
                attempt.cancel();
            }
            dispatch.drop(attempt);
            showRefusal();
            return;
        }
        boolean mended = dispatch.goesOnWithout(attempt, cause, opening.retryAfter());
        if (!mended && !(cause == Cause.BROKEN && opening.pretends())) {
            show(attempt); // what the upstream says is clearer than what we would say
            return;
        }
        if (!whole) {
            attempt.cancel();
        }
        if (!mended) {
            dispatch.fail(attempt, Showing.broken(attempt));
        }
    }

    private void show(Attempt attempt) {
        if (showing.begun()) {
            return;
        }
        showing.begin(attempt);
        dispatch.staysWith(attempt);
        for (byte[] chunk : attempt.opening().takeChunks()) {
            if (!dispatch.over()) {
                append(attempt, chunk);
            }
        }
    }

    private void append(Attempt attempt, byte[] showable) {
        if (!showing.append(attempt, showable)) {
            attempt.cancel();
            broken(attempt);
        }
    }

    private void complete(Attempt attempt) {
        StreamEnd ending = showing.ending(attempt);
        if (ending == StreamEnd.CUT) {
            broken(attempt);
            return;
        }
        Cause verdict = attempt.opening().verdict();
        boolean late = ending == StreamEnd.ERROR && verdict == Cause.NONE;
        Cause cause = late ? Cause.SERVER_ERROR : verdict;
        attempt.place().ended(cause, () -> said(attempt, cause));
        showing.rest(attempt, ending);
        dispatch.complete(attempt);
        attempt.place().settle(showing.bought(attempt));
    }

    private void broken(Attempt attempt) {
        Failure failure = Showing.broken(attempt);
        attempt.place().ended(Cause.BROKEN, failure::message);
        dispatch.fail(attempt, failure);
        attempt.place().settle(showing.bought(attempt));
    }

    /** What was wrong with an answer that did come, for whoever is on call. */
    private static String said(Attempt attempt, Cause cause) {
        if (cause == Cause.BROKEN) {
            return Showing.broken(attempt).message();
        }
        int status = attempt.opening().head().status();
        String what = status >= 400 ? " answered " + status + "." : " sent an error in its stream.";
        return attempt.place().lane().called() + what;
    }
}
