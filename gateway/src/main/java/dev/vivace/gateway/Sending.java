package dev.vivace.gateway;

import dev.vivace.ledger.StageNote;
import dev.vivace.line.Flight;
import dev.vivace.line.UpstreamRequest;
import io.vertx.core.http.HttpClientConnection;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import java.nio.ByteBuffer;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Brings the request of one attempt to its upstream, on a connection that is open already if there
 * is one. One that went stale while nobody used it is replaced, for that is no failure of the
 * attempt.
 */
final class Sending {
    /**
     * A connection that was stale breaks as soon as something is sent. One that breaks later may
     * have brought a request that was worked on and is paid for: it is not sent again.
     */
    static final long STALE_NANOS = 1_000_000_000L;

    /**
     * Nobody closes a connection because it was idle for less. One that was just used, and breaks,
     * has brought a request that may have been worked on.
     */
    static final long IDLE_NANOS = 1_000_000_000L;

    private static final StageNote OPENED = StageNote.of("connection", "opened");
    private static final StageNote REUSED = StageNote.of("connection", "reused");

    private final Attempt attempt;
    private final Flight flight;
    private final boolean fresh;
    private final @Nullable HttpServerRequest upload;
    private @Nullable HttpClientConnection connection;
    private @Nullable HttpClientRequest request;
    private long departed;
    private boolean reused;
    private boolean mayBeStale;

    /**
     * @param attempt hears what comes of it
     * @param fresh whether it must have a connection of its own: the one before broke
     * @param upload the body where it flows through; else it is the flight's
     */
    Sending(Attempt attempt, Flight flight, boolean fresh, @Nullable HttpServerRequest upload) {
        this.attempt = attempt;
        this.flight = flight;
        this.fresh = fresh;
        this.upload = upload;
        this.departed = now();
    }

    private Lane lane() {
        return attempt.place().lane();
    }

    private long now() {
        return lane().nanoTime().getAsLong();
    }

    /** When it began, or began anew, by the clock of its lane. */
    long departed() {
        return departed;
    }

    /** What it is written to; null until it is open. */
    @Nullable HttpClientConnection connection() {
        return connection;
    }

    /** Whether its connection had served before. */
    boolean reused() {
        return reused;
    }

    /** Whether anything may have left; without a connection nothing has. */
    boolean begun() {
        return request != null;
    }

    /** To be called once, at once. */
    void start() {
        // What flows through cannot be sent twice, so it never meets a stale connection.
        Connections.Idle idle = upload == null && !fresh ? lane().connections().idle() : null;
        flight.departs();
        flight.note(idle == null ? OPENED : REUSED);
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

    /** Whether what broke before an answer was closed while nobody used it. */
    boolean stale() {
        return reused && (request == null || mayBeStale && now() - departed < STALE_NANOS);
    }

    /** Starts once more, on a connection that nobody has used. */
    void startAnew() {
        mayBeStale = false;
        reused = false;
        request = null;
        flight.note(StageNote.of("connection", "stale"));
        departed = now();
        flight.departs();
        connect();
    }

    private void connect() {
        lane().connections()
                .connect()
                .onSuccess(attempt.guarded(this::ask))
                .onFailure(attempt.guarded(attempt::broke));
    }

    private void ask(HttpClientConnection open) {
        if (attempt.over()) {
            lane().connections().release(open);
            return;
        }
        connection = open;
        open.request(lane().site().options(flight.request().method(), flight.request().path()))
                .onSuccess(attempt.guarded(this::send))
                .onFailure(attempt.guarded(attempt::broke));
    }

    private void send(HttpClientRequest made) {
        request = made;
        made.exceptionHandler(attempt.guarded(cause -> broke(made, cause)));
        if (attempt.over()) {
            made.reset();
            return;
        }
        lane().site().headers(flight.request().headers(), made.headers(), attempt.place().key());
        made.response()
                .onComplete(
                        attempt.guarded(came -> {
                            if (came.succeeded()) {
                                attempt.answered(came.result());
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
            List<ByteBuffer> parts = flight.request().parts(attempt.candidate().target());
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
        // ended for it, or it would look whole to the upstream.
        source.pipe().endOnFailure(false).to(made);
    }

    /** A broken request says so more than once, and after a second was sent in its place. */
    private void broke(HttpClientRequest which, Throwable cause) {
        if (which == request) {
            attempt.broke(cause);
        }
    }

    /** An answer has come. */
    void served() {
        if (reused) {
            lane().connections().servedWhenReused();
        }
    }

    /** It broke, and not because it was stale. */
    void brokeUnanswered() {
        if (reused) {
            lane().connections().brokeWhenReused();
        }
    }

    /** The exchange is over: the connection can serve another. */
    void release() {
        HttpClientConnection used = connection;
        if (used != null && (upload == null || upload.isEnded())) {
            lane().connections().release(used);
        } else if (used != null) {
            used.close(); // the upstream did not want to hear the rest
        }
    }

    /** A request that has not begun to leave would be forgotten, and its connection with it. */
    void reset() {
        if (request != null) {
            request.reset();
        }
        if (connection != null) {
            connection.close();
        }
    }
}
