package dev.vivace.gateway;

import dev.vivace.answer.Failure;
import dev.vivace.answer.Head;
import dev.vivace.answer.Header;
import dev.vivace.deliver.Cause;
import dev.vivace.line.Crash;
import dev.vivace.line.Flight;
import dev.vivace.line.UpstreamRequest;
import io.vertx.core.Handler;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientConnection;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One try of a flight at one upstream, on one event loop: the request goes out, and what comes back
 * goes to whoever decides about it. A connection that went stale while nobody used it is replaced
 * here, for that is no failure of the try.
 */
final class Attempt {
    /** Told what comes of it; nothing after an end. */
    interface Listener {
        void head(Attempt attempt, Head head);

        void chunk(Attempt attempt, byte[] chunk);

        void end(Attempt attempt);

        void failed(Attempt attempt, Cause cause, Failure failure);
    }

    /**
     * A connection that was stale breaks as soon as something is sent. One that breaks later may
     * have brought a request that was worked on and is paid for: it is not sent again.
     */
    static final long STALE_NANOS = 1_000_000_000L;

    /**
     * Nobody closes a connection because it was idle for less. One that was just used, and breaks,
     * has brought a request that may have been worked on.
     */
    private static final long IDLE_NANOS = 1_000_000_000L;

    /** Who leaves sooner may have changed his mind. */
    private static final long LONG_NANOS = 5_000_000_000L;

    private static final Logger LOG = LoggerFactory.getLogger(Attempt.class);

    private final Flight flight;
    private final Candidate candidate;
    private final Place place;
    private final Opening opening;
    private final Listener listener;
    private final boolean fresh;
    private final @Nullable HttpServerRequest upload;
    private final Silence silence;
    private @Nullable HttpClientConnection connection;
    private @Nullable HttpClientRequest request;
    private @Nullable HttpClientResponse response;
    private long departed;
    private boolean over;
    private boolean reused;
    private boolean mayBeStale;
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
        this.fresh = fresh;
        this.upload = upload;
        this.silence = new Silence(place.lane(), upload);
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
        return reused;
    }

    /** Whether anything of it may have left; without a connection nothing has. */
    boolean sent() {
        return request != null;
    }

    /** Sends the request, on a connection that is open already if there is one. */
    void start() {
        // What flows through cannot be sent twice, so it never meets a stale connection.
        Connections.Idle idle = upload == null && !fresh ? place.lane().connections().idle() : null;
        departs();
        flight.note("connection", idle == null ? "opened" : "reused");
        if (idle == null) {
            connect();
        } else {
            reused = true;
            mayBeStale =
                    departed - idle.since() > IDLE_NANOS
                            && flight.request().kind() != UpstreamRequest.Kind.UNSAFE;
            ask(idle.connection());
        }
    }

    private void departs() {
        flight.departs();
        departed = flight.departed();
    }

    private void connect() {
        place.lane()
                .connections()
                .connect()
                .onSuccess(guarded(this::ask))
                .onFailure(guarded(this::fail));
    }

    /**
     * The net under what happens here: an exception that nobody expects ends the attempt, and the
     * client hears of it.
     */
    private <T> Handler<T> guarded(Handler<T> handler) {
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
            reset();
        }
        listener.failed(this, Cause.NONE, new Failure(Failure.Kind.INTERNAL, Crash.MESSAGE));
    }

    private void ask(HttpClientConnection open) {
        if (over) {
            place.lane().connections().release(open);
            return;
        }
        connection = open;
        open.request(
                        place.lane()
                                .site()
                                .options(flight.request().method(), flight.request().path()))
                .onSuccess(guarded(this::send))
                .onFailure(guarded(this::fail));
    }

    private void send(HttpClientRequest made) {
        request = made;
        made.exceptionHandler(guarded(cause -> broke(made, cause)));
        if (over) {
            made.reset();
            return;
        }
        place.lane().site().headers(flight.request().headers(), made.headers(), place.key());
        made.response()
                .onComplete(
                        guarded(came -> {
                            if (came.succeeded()) {
                                head(came.result());
                            } else {
                                broke(made, came.cause());
                            }
                        }));
        HttpServerRequest source = upload;
        if (source != null) {
            flow(source, made);
        } else if (flight.request().body().length == 0) {
            made.end();
        } else {
            List<ByteBuffer> parts = flight.request().parts(candidate.target());
            made.end(
                    parts.size() == 1
                            ? Exchange.wrap(flight.request().body())
                            : Exchange.wrap(parts.toArray(ByteBuffer[]::new)));
        }
    }

    private void flow(HttpServerRequest source, HttpClientRequest made) {
        String length = source.getHeader(HttpHeaders.CONTENT_LENGTH);
        if (length == null) {
            made.setChunked(true);
        } else {
            made.putHeader(HttpHeaders.CONTENT_LENGTH, length);
        }
        // Where the pipe breaks, one of its ends tells us. What a client did not finish is not
        // ended
        // for it, or it would look whole to the upstream.
        source.pipe().endOnFailure(false).to(made);
    }

    private void head(HttpClientResponse came) {
        if (over) {
            return;
        }
        response = came;
        silence.broken();
        if (reused) {
            place.lane().connections().servedWhenReused();
        }
        String hops = HopByHop.options(came.headers());
        var headers = new ArrayList<Header>(HopByHop.USUAL_FIELDS);
        came.headers()
                .forEach((name, value) -> {
                    if (!HopByHop.is(name, hops)) {
                        headers.add(new Header(name, value));
                    }
                });
        came.exceptionHandler(guarded(this::fail));
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
                place.came(departed, opening.head().streamed());
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
            HttpClientConnection used = connection;
            if (used != null && (upload == null || upload.isEnded())) {
                place.lane().connections().release(used);
            } else if (used != null) {
                used.close(); // the upstream did not want to hear the rest
            }
            listener.end(this);
        }
    }

    /**
     * Ends it without a word: nobody wants to know any more. Closes the connection, which is how
     * HTTP/1.1 says so.
     */
    void cancel() {
        if (finish()) {
            reset();
        }
    }

    /** A request that has not begun to leave would be forgotten, and its connection with it. */
    private void reset() {
        if (request != null) {
            request.reset();
        }
        if (connection != null) {
            connection.close();
        }
    }

    /** Its client has left; how long it had waited may say something about the upstream. */
    void clientLeft() {
        long waited = System.nanoTime() - departed;
        if (sent() && !begun && waited > LONG_NANOS) {
            place.unanswered(
                    "%s had not begun to answer when its client left after %d s."
                            .formatted(place.lane().called(), waited / 1_000_000_000L));
        }
    }

    void checkTime(long now) {
        if (response == null) {
            silence.beforeAnswer(now, connection).ifPresent(this::timeout);
        } else if (!paused) {
            silence.withinAnswer(now).ifPresent(this::timeout);
        }
    }

    private void timeout(String what) {
        if (finish()) {
            reset();
            // A client that sends nothing says nothing about the upstream.
            Cause cause = response == null && silence.ofClient() ? Cause.NONE : Cause.TIMEOUT;
            listener.failed(this, cause, new Failure(Failure.Kind.TIMEOUT, what));
        }
    }

    /** A broken request says so more than once, and after a second was sent in its place. */
    private void broke(HttpClientRequest which, Throwable cause) {
        if (which == request) {
            fail(cause);
        }
    }

    private void fail(Throwable cause) {
        if (over) {
            return;
        }
        if (stale()) {
            // It was closed while nobody used it, which is no failure of this call.
            mayBeStale = false;
            reused = false;
            request = null;
            flight.note("connection", "stale");
            silence.restarts();
            departs();
            connect();
            return;
        }
        finish();
        if (reused && response == null) {
            place.lane().connections().brokeWhenReused();
        }
        boolean sent = request != null;
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

    private boolean stale() {
        return reused
                && response == null
                && (request == null || mayBeStale && System.nanoTime() - departed < STALE_NANOS);
    }

    private boolean finish() {
        if (over) {
            return false;
        }
        over = true;
        return true;
    }
}
