package dev.vivace.gateway;

import dev.vivace.answer.AnswerLog;
import dev.vivace.answer.Failure;
import dev.vivace.answer.Head;
import dev.vivace.answer.Header;
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
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One flight's way to its upstream and back, on one event loop: sent once, or twice if its
 * connection was stale.
 */
final class Attempt {
    /**
     * A connection that was stale breaks as soon as something is sent. One that breaks later may
     * have brought a request that was worked on and is paid for: it is not sent again.
     */
    static final long STALE_NANOS = 1_000_000_000L;

    private static final Logger LOG = LoggerFactory.getLogger(Attempt.class);

    private final HttpDelivery delivery;
    private final Flight flight;
    private final AnswerLog log;
    private final UpstreamSite site;
    private final Connections connections;
    private final @Nullable HttpServerRequest upload;
    private @Nullable HttpClientConnection connection;
    private @Nullable HttpClientRequest request;
    private @Nullable HttpClientResponse response;
    private final Silence silence;
    private boolean over;
    private boolean reused;
    private boolean paused;
    private boolean firstByte;

    /**
     * @param upload the body where it flows through; else it is the flight's
     */
    Attempt(
            HttpDelivery delivery,
            Flight flight,
            UpstreamSite site,
            Connections connections,
            @Nullable HttpServerRequest upload) {
        this.connections = connections;
        this.upload = upload;
        this.delivery = delivery;
        this.flight = flight;
        this.log = flight.log();
        this.site = site;
        this.silence = new Silence(delivery.timeouts(), flight.request().upstream(), site, upload);
    }

    /** Sends the request, on a connection that is open already if there is one. */
    void start() {
        delivery.began(this);
        log.onAbandoned(() -> delivery.context().runOnContext(nothing -> cancel()));
        log.onDrain(() -> delivery.context().runOnContext(nothing -> resume()));
        // What flows through cannot be sent twice, so it never meets a stale connection.
        HttpClientConnection idle = upload == null ? connections.idle() : null;
        flight.departs();
        flight.note("connection", idle == null ? "opened" : "reused");
        if (idle == null) {
            connect();
        } else {
            reused = true;
            ask(idle);
        }
    }

    private void connect() {
        connections.connect().onSuccess(guarded(this::ask)).onFailure(this::fail);
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
            log.fail(new Failure(Failure.Kind.INTERNAL, Crash.MESSAGE));
        }
    }

    private void ask(HttpClientConnection open) {
        if (over) {
            connections.release(open);
            return;
        }
        connection = open;
        open.request(site.options(flight.request().method(), flight.request().path()))
                .onSuccess(guarded(this::send))
                .onFailure(this::fail);
    }

    private void send(HttpClientRequest made) {
        request = made;
        made.exceptionHandler(cause -> broke(made, cause));
        if (over) {
            made.reset();
            return;
        }
        site.headers(flight.request().headers(), made.headers());
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
        } else if (flight.request().length() == 0) {
            made.end();
        } else {
            made.end(body(flight.request()));
        }
    }

    private static Buffer body(UpstreamRequest sent) {
        return sent.edits().isEmpty()
                ? Exchange.wrap(sent.body())
                : Exchange.wrap(sent.parts().toArray(ByteBuffer[]::new));
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
        String hops = HopByHop.options(came.headers());
        var headers = new ArrayList<Header>(came.headers().size());
        for (Map.Entry<String, String> header : came.headers()) {
            if (!HopByHop.is(header.getKey().toLowerCase(Locale.ROOT), hops)) {
                headers.add(new Header(header.getKey(), header.getValue()));
            }
        }
        came.exceptionHandler(this::fail);
        came.handler(guarded(this::chunk));
        came.endHandler(guarded(nothing -> end()));
        log.head(new Head(came.statusCode(), headers));
    }

    private void chunk(Buffer chunk) {
        if (over || chunk.length() == 0) {
            return;
        }
        silence.broken();
        if (!firstByte) {
            firstByte = true;
            flight.firstByteCame();
        }
        log.append(chunk.getBytes());
        if (!paused && log.full() && response != null) {
            paused = true;
            response.pause();
        }
    }

    private void resume() {
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
                connections.release(used);
            } else if (used != null) {
                used.close(); // the upstream did not want to hear the rest
            }
            log.complete();
        }
    }

    /** Nobody reads any more: closes the connection, which is how HTTP/1.1 says so. */
    private void cancel() {
        if (finish()) {
            reset();
        }
    }

    private void reset() {
        if (request != null) {
            request.reset();
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
        end(Failure.Kind.TIMEOUT, what);
    }

    /** The gateway itself ends. */
    void cut(String why) {
        end(Failure.Kind.STOPPED, why);
    }

    private void end(Failure.Kind kind, String why) {
        if (finish()) {
            reset();
            log.fail(new Failure(kind, why));
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
        if (reused && response == null && cannotHaveServed()) {
            // It was closed while nobody used it, which is no failure of this call.
            reused = false;
            request = null;
            flight.note("connection", "stale");
            silence.restarts();
            flight.departs();
            connect();
            return;
        }
        finish();
        boolean sent = request != null;
        Failure.Kind kind = sent ? Failure.Kind.BROKEN : Failure.Kind.UNREACHABLE;
        log.fail(
                new Failure(
                        kind,
                        site.called(flight.request().upstream())
                                + " "
                                + (sent
                                        ? response == null
                                                ? "closed the connection without an answer"
                                                : "broke off its answer"
                                        : UpstreamSite.unreachable(cause))
                                + "."));
    }

    private boolean cannotHaveServed() {
        return request == null || System.nanoTime() - flight.departed() < STALE_NANOS;
    }

    private boolean finish() {
        if (over) {
            return false;
        }
        over = true;
        delivery.ended(this);
        flight.lastByteCame();
        return true;
    }
}
