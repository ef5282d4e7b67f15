package dev.vivace.gateway;

import dev.vivace.answer.AnswerLog;
import dev.vivace.answer.Failure;
import dev.vivace.answer.Head;
import dev.vivace.answer.Header;
import dev.vivace.line.Flight;
import dev.vivace.line.UpstreamRequest;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientConnection;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import java.net.ConnectException;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One flight's way to its upstream and back, on one event loop: sent once, or twice if its
 * connection was stale.
 */
final class Attempt {
    private final HttpDelivery delivery;
    private final Flight flight;
    private final AnswerLog log;
    private final UpstreamSite site;
    private final Connections connections;
    private final @Nullable HttpServerRequest upload;
    private @Nullable HttpClientConnection connection;
    private @Nullable HttpClientRequest request;
    private @Nullable HttpClientResponse response;
    private boolean over;
    private boolean reused;
    private boolean paused;
    private boolean firstByte;
    private long lastSign;

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
    }

    /** Sends the request, on a connection that is open already if there is one. */
    void start() {
        delivery.began(this);
        log.onAbandoned(() -> delivery.context().runOnContext(nothing -> cancel()));
        log.onDrain(() -> delivery.context().runOnContext(nothing -> resume()));
        // What flows through cannot be sent twice, so it never meets a stale connection.
        HttpClientConnection idle = upload == null ? connections.idle() : null;
        lastSign = System.nanoTime();
        flight.departs();
        if (idle == null) {
            connect();
        } else {
            reused = true;
            ask(idle);
        }
    }

    private void connect() {
        connections.connect().onSuccess(this::ask).onFailure(this::fail);
    }

    private void ask(HttpClientConnection open) {
        if (over) {
            connections.release(open);
            return;
        }
        connection = open;
        open.request(site.options(flight.request().method(), flight.request().path()))
                .onSuccess(this::send)
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
                .onComplete(came -> {
                    if (came.succeeded()) {
                        head(came.result());
                    } else {
                        broke(made, came.cause());
                    }
                });
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
        // Where the pipe breaks, one of its ends tells us: what a client did not finish is not
        // ended
        // for it, or it would look whole to the upstream.
        source.pipe().endOnFailure(false).to(made);
    }

    private void head(HttpClientResponse came) {
        if (over) {
            return;
        }
        response = came;
        lastSign = System.nanoTime();
        String hops = came.getHeader("connection");
        var headers = new ArrayList<Header>(came.headers().size());
        for (Map.Entry<String, String> header : came.headers()) {
            if (!HopByHop.is(header.getKey().toLowerCase(Locale.ROOT), hops)) {
                headers.add(new Header(header.getKey(), header.getValue()));
            }
        }
        came.exceptionHandler(this::fail);
        came.handler(this::chunk);
        came.endHandler(nothing -> end());
        log.head(new Head(came.statusCode(), headers));
    }

    private void chunk(Buffer chunk) {
        if (over || chunk.length() == 0) {
            return;
        }
        lastSign = System.nanoTime();
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
            lastSign = System.nanoTime();
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
        if (finish() && request != null) {
            request.reset();
        }
    }

    void checkTime(long now) {
        long silent = now - lastSign;
        if (response == null && silent > delivery.firstByteTimeout().toNanos()) {
            timeout("did not begin to answer within " + seconds(delivery.firstByteTimeout()));
        } else if (response != null && !paused && silent > delivery.idleTimeout().toNanos()) {
            timeout(
                    "fell silent in the middle of its answer for "
                            + seconds(delivery.idleTimeout()));
        }
    }

    private static String seconds(Duration duration) {
        return duration.toMillis() / 1000.0 + " s";
    }

    private void timeout(String what) {
        if (finish()) {
            if (request != null) {
                request.reset();
            }
            log.fail(
                    new Failure(
                            Failure.Kind.TIMEOUT,
                            "The upstream "
                                    + flight.request().upstream()
                                    + " at "
                                    + site.address()
                                    + " "
                                    + what
                                    + "."));
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
        if (reused && response == null) {
            // It was closed while nobody used it, which is no failure of this call.
            reused = false;
            request = null;
            lastSign = System.nanoTime();
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
                        "The upstream "
                                + flight.request().upstream()
                                + " at "
                                + site.address()
                                + " "
                                + (sent
                                        ? response == null
                                                ? "closed the connection without an answer"
                                                : "broke off its answer"
                                        : reason(cause))
                                + "."));
    }

    private static String reason(Throwable cause) {
        return switch (cause) {
            case UnknownHostException e -> "cannot be reached: its name is unknown";
            case ConnectException e -> "cannot be reached: it refuses connections";
            default -> "cannot be reached: no connection in time";
        };
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
