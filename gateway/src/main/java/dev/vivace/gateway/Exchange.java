package dev.vivace.gateway;

import dev.vivace.answer.Head;
import dev.vivace.answer.Header;
import dev.vivace.ledger.CacheStatus;
import dev.vivace.line.Call;
import dev.vivace.line.Crash;
import dev.vivace.line.Decision;
import dev.vivace.line.Flight;
import dev.vivace.line.Grant;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.vertx.core.MultiMap;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.internal.buffer.BufferInternal;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.TimeUnit;

/**
 * One request at a door and its response; the only place that writes response headers. Used on its
 * event loop only.
 */
final class Exchange {
    private static final CharSequence JSON = HttpHeaders.createOptimized("application/json");

    final HttpServerRequest request;
    final HttpServerResponse response;
    final Errors errors;
    private final Stragglers stragglers;
    private final Duration patience;
    private final Runnable onOver;
    private String whyLeft = "the client left";
    private boolean watched;
    private boolean over;

    /**
     * @param stragglers those of its event loop
     * @param onOver runs once, when the exchange is over, however it ended
     */
    Exchange(HttpServerRequest request, Errors errors, Stragglers stragglers, Runnable onOver) {
        this.request = request;
        this.response = request.response();
        this.errors = errors;
        this.stragglers = stragglers;
        this.patience = stragglers.patience();
        this.onOver = onOver;
    }

    /** How long its client may take nothing of what was written. */
    Duration patience() {
        return patience;
    }

    MultiMap headers() {
        return response.headers();
    }

    Channel channel() {
        return Outflow.of(request.connection());
    }

    /** Whether no more can be written for now; then the client is watched until it takes some. */
    boolean full() {
        boolean full = response.writeQueueFull();
        if (full) {
            watch();
        }
        return full;
    }

    /** Watches the client if its socket is full. */
    private void watch() {
        Channel channel = channel();
        if (!watched && !channel.isWritable() && channel.isOpen()) {
            watched = true;
            stragglers.watch(this);
        }
    }

    void unwatched() {
        watched = false;
    }

    /** Says why the connection is about to be closed. */
    void cutOff(String why) {
        whyLeft = why;
    }

    /** Why the client is gone, if it is. */
    String whyLeft() {
        return whyLeft;
    }

    /** Closes the connection once what was written has left. */
    void close() {
        request.connection().close();
        watch();
    }

    /** Says of a call that went upstream which it is, and what the gateway added until now. */
    void introduce(Flight flight) {
        introduce(flight.call(), flight.cache(), flight.overheadNanos());
    }

    /** Says which call this is, what the cache did and how long the gateway took so far. */
    void introduce(Call call, CacheStatus cache, long overheadNanos) {
        MultiMap headers = response.headers();
        headers.set(OurHeaders.CACHE, cache.header());
        headers.set(OurHeaders.ID, call.id());
        headers.set(
                OurHeaders.OVERHEAD,
                Long.toString(TimeUnit.NANOSECONDS.toMicros(Math.max(0, overheadNanos))));
        if (call.grant() != Grant.NONE) {
            RateHeaders.removeProviders(headers);
            RateHeaders.write(headers, call.grant(), errors, InstantSource.system());
        }
    }

    /**
     * Passes on the upstream's status and headers; not its length, which the writer of the body
     * knows better.
     */
    void head(Head head) {
        response.setStatusCode(head.status());
        MultiMap headers = response.headers();
        for (Header header : head.headers()) {
            if (!header.is("content-length") && !ours(header.name())) {
                headers.add(header.name(), header.value());
            }
        }
        if (unread()) {
            last(response);
        }
    }

    /** Says that no other response follows on the connection. */
    static void last(HttpServerResponse response) {
        response.headers().set(HttpHeaders.CONNECTION, HttpHeaders.CLOSE);
    }

    private static boolean ours(String name) {
        return name.length() > 6
                && (name.charAt(0) | 0x20) == 'x'
                && (name.equalsIgnoreCase("x-cache")
                        || name.toLowerCase(Locale.ROOT).startsWith("x-vivace-"));
    }

    /** What is asked for, without the scheme and host that a client may put before it. */
    static String target(HttpServerRequest request) {
        String target = request.uri();
        if (target.startsWith("/")) {
            return target;
        }
        String path = Objects.requireNonNullElse(request.path(), "/");
        return request.query() == null ? path : path + "?" + request.query();
    }

    /** Whether the request says that it has a body. */
    static boolean hasBody(HttpServerRequest request) {
        String length = request.getHeader(HttpHeaders.CONTENT_LENGTH);
        return (length != null && !length.equals("0"))
                || request.headers().contains(HttpHeaders.TRANSFER_ENCODING);
    }

    /** Says when to ask again, in whole seconds, none too early. */
    void retryAfter(Duration wait) {
        long seconds = Math.max(1, wait.plusNanos(999_999_999).toSeconds());
        response.headers().set(HttpHeaders.RETRY_AFTER, Long.toString(seconds));
    }

    /**
     * Refuses the call, in the door's protocol; the connection stays open only if the body was
     * read.
     */
    void refuse(int status, String message) {
        refuse(status, message, "");
    }

    /** Refuses the call, and says when asking again may help. */
    void refuse(Decision.Refused refused) {
        if (refused.retryAfter().isPositive()) {
            headers()
                    .set(
                            HttpHeaders.RETRY_AFTER,
                            Long.toString(RateHeaders.seconds(refused.retryAfter())));
        }
        if (refused.code().equals(Decision.Refused.QUOTA)) {
            // What the providers' own clients go by: none of them should wait until midnight.
            headers().set("x-should-retry", "false");
        }
        refuse(refused.status(), refused.message(), refused.code());
    }

    private void refuse(int status, String message, String code) {
        if (response.closed() || response.ended()) {
            over();
            return;
        }
        response.setStatusCode(status);
        response.headers().set(HttpHeaders.CONTENT_TYPE, JSON);
        if (status == 401) {
            response.headers().set("www-authenticate", "Bearer");
        }
        if (status == 429 && !response.headers().contains(HttpHeaders.RETRY_AFTER)) {
            response.headers().set(HttpHeaders.RETRY_AFTER, "1");
        }
        end(errors.body(status, message, code));
    }

    /**
     * The net under a call: whatever failed inside the gateway, the client hears of it, with the
     * call's id, or is cut off in the middle of its answer; and what the exchange held is given
     * back.
     *
     * @return whether the client had no answer before
     */
    boolean crashed(Call call, Throwable cause) {
        Crash.log(call.id(), "answering", cause);
        over();
        if (response.ended()) {
            return false;
        }
        if (response.headWritten()) {
            close();
            return false;
        }
        if (response.closed()) {
            return true;
        }
        response.headers().clear();
        introduce(call, CacheStatus.BYPASS, 0);
        refuse(Crash.STATUS, Crash.MESSAGE);
        return true;
    }

    /** Writes the whole body, or what is left of it. */
    void end(byte[] body) {
        over();
        if (!unread()) {
            response.end(wrap(body));
        } else if (response.headWritten()) {
            response.end(wrap(body));
            stragglers.linger(this);
        } else {
            last(response);
            response.headers().set(HttpHeaders.CONTENT_LENGTH, Integer.toString(body.length));
            // Not ended: after a request that it could not read, Vert.x closes at the end.
            response.write(wrap(body));
            stragglers.linger(this);
        }
        watch();
    }

    /** Whether the client may still be sending. */
    private boolean unread() {
        return request.decoderResult().isFailure()
                ? response.getStatusCode() != 400
                : !request.isEnded() && hasBody(request);
    }

    /** Runs what is due when the exchange is over; harmless a second time. */
    void over() {
        if (!over) {
            over = true;
            onOver.run();
        }
    }

    /** A buffer over these bytes, which nobody changes any more. */
    static Buffer wrap(byte[] bytes) {
        return BufferInternal.buffer(Unpooled.wrappedBuffer(bytes));
    }

    /** The parts one after the other, not copied. */
    static Buffer wrap(ByteBuffer[] parts) {
        return BufferInternal.buffer(Unpooled.wrappedBuffer(parts));
    }
}
