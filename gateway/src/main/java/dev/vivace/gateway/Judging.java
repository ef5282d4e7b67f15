package dev.vivace.gateway;

import dev.vivace.answer.Failure;
import dev.vivace.answer.Head;
import dev.vivace.answer.StreamEnd;
import dev.vivace.deliver.Cause;
import dev.vivace.line.UpstreamRequest.Kind;
import java.util.Optional;

/**
 * Hears what comes back from the attempts of a flight. How an answer begins says whether it is the
 * one to be shown; if not, the attempt came to nothing, and the flight {@linkplain
 * Dispatch#goesOnWithout goes on without it} or fails. What is shown is shown to its end.
 */
final class Judging implements Attempt.Listener {
    private final Dispatch dispatch;
    private final Kind kind;
    private final Showing showing;

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
            attempt.begins();
            append(attempt, attempt.opening().showable(chunk));
        } else if (showing.begun()) {
            dispatch.leave(attempt);
        } else {
            attempt.opening().add(chunk);
            if (!attempt.opening().silent()) {
                attempt.begins();
            }
            if (!attempt.opening().waits()) {
                judge(attempt, false);
            }
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
            attempt.place().ended(cause);
        }
        boolean canBeMended = cause != Cause.NONE && !showing.is(attempt);
        if (!canBeMended || !dispatch.goesOnWithout(attempt, cause, Optional.empty())) {
            dispatch.fail(attempt, failure);
        }
        if (cause == Cause.UNREACHABLE) {
            attempt.place().unused();
        } else {
            attempt.place().settle(showing.bought(attempt));
        }
    }

    /** Enough has come to say whether this is the answer. */
    private void judge(Attempt attempt, boolean whole) {
        Opening opening = attempt.opening();
        Cause cause = opening.cause(whole);
        boolean clientsOwn =
                cause == Cause.REFUSED_KEY && attempt.place().lane().state().keys().count() == 0;
        if (cause == Cause.NONE || cause == Cause.REFUSED || clientsOwn) {
            show(attempt);
            return;
        }
        if (whole) {
            attempt.place().ended(cause);
        }
        boolean mended = dispatch.goesOnWithout(attempt, cause, opening.retryAfter());
        if (!mended && !(cause == Cause.BROKEN && opening.pretends())) {
            show(attempt); // what the upstream says is clearer than what we would say
            return;
        }
        if (!whole) {
            attempt.cancel();
            attempt.place().ended(cause);
        }
        if (!mended) {
            dispatch.fail(attempt, Showing.broken(attempt));
        }
        attempt.place().settle(0);
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
        attempt.place().ended(late ? Cause.SERVER_ERROR : verdict);
        showing.rest(attempt, ending);
        dispatch.complete(attempt);
        attempt.place().settle(showing.bought(attempt));
    }

    private void broken(Attempt attempt) {
        attempt.place().ended(Cause.BROKEN);
        dispatch.fail(attempt, Showing.broken(attempt));
        attempt.place().settle(showing.bought(attempt));
    }
}
