package dev.vivace.gateway;

import dev.vivace.answer.Head;
import dev.vivace.answer.Header;
import dev.vivace.ledger.CacheStatus;
import dev.vivace.line.Call;
import io.netty.buffer.Unpooled;
import io.vertx.core.MultiMap;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.internal.buffer.BufferInternal;
import java.nio.ByteBuffer;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.TimeUnit;

/**
 * One request at a door and its response; the only place that writes response headers. Used on its
 * event loop only.
 */
final class Exchange {
    private static final CharSequence X_CACHE = HttpHeaders.createOptimized("x-cache");
    private static final CharSequence X_ID = HttpHeaders.createOptimized("x-vivace-id");
    private static final CharSequence X_OVERHEAD =
            HttpHeaders.createOptimized("x-vivace-overhead-us");
    private static final CharSequence JSON = HttpHeaders.createOptimized("application/json");

    final HttpServerRequest request;
    final HttpServerResponse response;
    final Errors errors;
    private final Runnable onOver;
    private boolean over;

    /**
     * @param onOver runs once, when the exchange is over, however it ended
     */
    Exchange(HttpServerRequest request, Errors errors, Runnable onOver) {
        this.request = request;
        this.response = request.response();
        this.errors = errors;
        this.onOver = onOver;
    }

    MultiMap headers() {
        return response.headers();
    }

    /** Says which call this is, what the cache did and how long the gateway took so far. */
    void introduce(Call call, CacheStatus cache, long overheadNanos) {
        MultiMap headers = response.headers();
        headers.set(X_CACHE, cache.header());
        headers.set(X_ID, call.id());
        headers.set(
                X_OVERHEAD,
                Long.toString(TimeUnit.NANOSECONDS.toMicros(Math.max(0, overheadNanos))));
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

    /**
     * Refuses the call, in the door's protocol; the connection stays open only if the body was
     * read.
     */
    void refuse(int status, String message) {
        response.setStatusCode(status);
        response.headers().set(HttpHeaders.CONTENT_TYPE, JSON);
        boolean unread = !request.isEnded() && hasBody(request);
        if (unread) {
            response.headers().set(HttpHeaders.CONNECTION, HttpHeaders.CLOSE);
        }
        end(errors.body(status, message));
        if (unread) {
            request.connection().close();
        }
    }

    /** Writes the whole body. */
    void end(byte[] body) {
        over();
        response.end(wrap(body));
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
