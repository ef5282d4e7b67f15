package dev.vivace.gateway;

import dev.vivace.answer.Failure;
import dev.vivace.answer.Head;
import dev.vivace.answer.Header;
import dev.vivace.deliver.Cause;
import dev.vivace.line.Crash;
import dev.vivace.line.Flight;
import io.vertx.core.Handler;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpServerRequest;
import java.util.ArrayList;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One try of a flight at one upstream, on one event loop. Its {@link Sending} brings the request
 * there; what comes back, or does not in time, goes to whoever decides about it.
 */
final class Attempt {
    /** Told what comes of it; nothing after an end. */
    interface Listener {
        void head(Attempt attempt, Head head);

        void chunk(Attempt attempt, byte[] chunk);

        void end(Attempt attempt);

        void failed(Attempt attempt, Cause cause, Failure failure);
    }

    /** Who leaves sooner may have changed his mind. */
    private static final long LONG_NANOS = 5_000_000_000L;

    private static final Logger LOG = LoggerFactory.getLogger(Attempt.class);

    private final Flight flight;
    private final Candidate candidate;
    private final Place place;
    private final Opening opening;
    private final Listener listener;
    private final Sending sending;
    private final Silence silence;
    private @Nullable HttpClientResponse response;
    private boolean over;
    private boolean paused;
    private boolean begun;

    /**
     * @param place what it occupies at the upstream; given back at the end
     * @param fresh whether it must have a connection of its own: the one before broke
     * @param upload the body where it flows through; else it is the flight's
     */
    Attempt(
            Flight flight,
            Candidate candidate,
            Place place,
            Opening opening,
            Listener listener,
            boolean fresh,
            @Nullable HttpServerRequest upload) {
        this.flight = flight;
        this.candidate = candidate;
        this.place = place;
        this.opening = opening;
        this.listener = listener;
        this.sending = new Sending(this, flight, fresh, upload);
        this.silence = new Silence(place.lane(), upload, sending.departed());
    }

    Candidate candidate() {
        return candidate;
    }

    Place place() {
        return place;
    }

    Opening opening() {
        return opening;
    }

    /** Whether its connection had served before: then a break says little about the upstream. */
    boolean reused() {
        return sending.reused();
    }

    /** Whether anything of it may have left; without a connection nothing has. */
    boolean sent() {
        return sending.begun();
    }

    boolean over() {
        return over;
    }

    void start() {
        sending.start();
    }

    /**
     * The net under what happens here: an exception that nobody expects ends the attempt, and the
     * client hears of it.
     */
    <T> Handler<T> guarded(Handler<T> handler) {
        return event -> {
            try {
                handler.handle(event);
            } catch (RuntimeException | Error e) {
                crashed(e);
            }
        };
    }

    void crashed(Throwable cause) {
        LOG.error("call {} failed on its way: {}", flight.call().id(), Crash.describe(cause));
        if (finish()) {
            sending.reset();
        }
        listener.failed(this, Cause.NONE, new Failure(Failure.Kind.INTERNAL, Crash.MESSAGE));
    }

    /** The head of an answer has come. */
    void answered(HttpClientResponse came) {
        if (over) {
            return;
        }
        response = came;
        silence.broken();
        sending.served();
        String hops = HopByHop.options(came.headers());
        var headers = new ArrayList<Header>(HopByHop.USUAL_FIELDS);
        came.headers()
                .forEach((name, value) -> {
                    if (!HopByHop.is(name, hops)) {
                        headers.add(new Header(name, value));
                    }
                });
        came.exceptionHandler(guarded(this::broke));
        came.handler(guarded(this::chunk));
        came.endHandler(guarded(nothing -> end()));
        listener.head(this, new Head(came.statusCode(), headers));
    }

    private void chunk(Buffer chunk) {
        if (over || chunk.length() == 0) {
            return;
        }
        silence.broken();
        listener.chunk(this, chunk.getBytes());
    }

    /** The answer has begun: what came before only kept the connection alive. */
    void begins() {
        if (!begun) {
            begun = true;
            if (opening.timed()) {
                place.came(sending.departed(), opening.head().streamed());
            }
            flight.firstByteCame();
        }
    }

    /** Reads no further until {@link #resume}. */
    void pause() {
        if (!paused && response != null) {
            paused = true;
            response.pause();
        }
    }

    void resume() {
        if (paused && response != null) {
            paused = false;
            silence.broken();
            response.resume();
        }
    }

    private void end() {
        if (finish()) {
            sending.release();
            listener.end(this);
        }
    }

    /**
     * Ends it without a word: nobody wants to know any more. Closes the connection, which is how
     * HTTP/1.1 says so.
     */
    void cancel() {
        if (finish()) {
            sending.reset();
        }
    }

    /** Its client has left; how long it had waited may say something about the upstream. */
    void clientLeft() {
        long waited = place.lane().nanoTime().getAsLong() - sending.departed();
        if (sent() && !begun && waited > LONG_NANOS) {
            place.unanswered(
                    "%s had not begun to answer when its client left after %d s."
                            .formatted(place.lane().called(), waited / 1_000_000_000L));
        }
    }

    void checkTime(long now) {
        if (response == null) {
            silence.beforeAnswer(now, sending.connection()).ifPresent(this::timeout);
        } else if (!paused) {
            silence.withinAnswer(now).ifPresent(this::timeout);
        }
    }

    private void timeout(String what) {
        if (finish()) {
            sending.reset();
            // A client that sends nothing says nothing about the upstream.
            Cause cause = response == null && silence.ofClient() ? Cause.NONE : Cause.TIMEOUT;
            listener.failed(this, cause, new Failure(Failure.Kind.TIMEOUT, what));
        }
    }

    /** It came to nothing, unless the way there was stale and another can be taken. */
    void broke(Throwable cause) {
        if (over) {
            return;
        }
        if (response == null && sending.stale()) {
            silence.restarts();
            sending.startAnew();
            return;
        }
        finish();
        if (response == null) {
            sending.brokeUnanswered();
        }
        boolean sent = sent();
        listener.failed(
                this,
                sent ? Cause.BROKEN : Cause.UNREACHABLE,
                new Failure(
                        sent ? Failure.Kind.BROKEN : Failure.Kind.UNREACHABLE,
                        place.lane().called()
                                + " "
                                + (sent
                                        ? response == null
                                                ? "closed the connection without an answer"
                                                : "broke off its answer"
                                        : UpstreamSite.unreachable(cause))
                                + "."));
    }

    private boolean finish() {
        if (over) {
            return false;
        }
        over = true;
        return true;
    }
}
