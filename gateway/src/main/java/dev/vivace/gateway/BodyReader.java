package dev.vivace.gateway;

import dev.vivace.limit.ByteBudget;
import io.vertx.core.Context;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Reads a request's body into one array, within the bound for one and within the budget for all: a
 * body whose length is declared waits, unread, until there is room for it.
 */
final class BodyReader {
    /** Who wants the body. Either method is called at most once, on the request's event loop. */
    interface Wanting {
        /**
         * @param release gives the body's bytes back to the budget; to be run when the exchange is
         *     over
         */
        void body(byte[] body, Runnable release);

        void refused(int status, String message);
    }

    private static final int STEP = 64 << 10;

    private final HttpServerRequest request;
    private final ByteBudget budget;
    private final long limit;
    private final Wanting wanting;
    private final Context context;
    private byte @Nullable [] body;
    private int size;
    private long reserved;
    private boolean over;

    private BodyReader(
            HttpServerRequest request,
            Context context,
            ByteBudget budget,
            long limit,
            Wanting wanting) {
        this.request = request;
        this.context = context;
        this.budget = budget;
        this.limit = limit;
        this.wanting = wanting;
    }

    /** Starts reading; must be called while the request is being handed over. */
    static void read(
            HttpServerRequest request,
            Context context,
            ByteBudget budget,
            long limit,
            Wanting wanting) {
        new BodyReader(request, context, budget, limit, wanting).start();
    }

    private void start() {
        request.handler(this::chunk);
        request.endHandler(nothing -> end());
        request.exceptionHandler(gone -> stop());
        String declared = request.getHeader("content-length");
        long length = declared == null ? -1 : Long.parseLong(declared);
        if (length > limit) {
            refuse(
                    413,
                    "The request body has "
                            + length
                            + " bytes; at most "
                            + limit
                            + " are allowed (limits.body).");
        } else if (length < 0) {
            body = new byte[1024];
        } else if (budget.tryReserve(length)) {
            reserved = length;
            body = new byte[(int) length];
        } else {
            request.pause();
            budget.reserve(length, () -> context.runOnContext(nothing -> granted(length)));
        }
    }

    private void granted(long length) {
        if (over) {
            budget.release(length);
            return;
        }
        reserved = length;
        body = new byte[(int) length];
        request.resume();
    }

    private void chunk(Buffer chunk) {
        byte[] into = body;
        if (over || into == null) {
            return;
        }
        int length = chunk.length();
        if (size + length > into.length) {
            if ((long) size + length > limit) {
                refuse(413, "The request body is longer than " + limit + " bytes (limits.body).");
                return;
            }
            int larger = (int) Math.min(limit, Math.max(2L * into.length, size + (long) length));
            long more = Math.max(0, larger - STEP) - reserved;
            if (more > 0 && !budget.tryReserve(more)) {
                refuse(
                        429,
                        "Too many bytes are in flight (limits.in-flight); send a Content-Length to wait for room.");
                return;
            }
            reserved += Math.max(0, more);
            body = into = Arrays.copyOf(into, larger);
        }
        chunk.getBytes(0, length, into, size);
        size += length;
    }

    private void end() {
        byte[] whole = body;
        if (over || whole == null) {
            return;
        }
        over = true;
        long held = reserved;
        wanting.body(size == whole.length ? whole : Arrays.copyOf(whole, size), releasing(held));
    }

    private Runnable releasing(long held) {
        return new Runnable() {
            private boolean done;

            @Override
            public void run() {
                if (!done) {
                    done = true;
                    budget.release(held);
                }
            }
        };
    }

    private void refuse(int status, String message) {
        over = true;
        body = null;
        budget.release(reserved);
        wanting.refused(status, message);
    }

    private void stop() {
        if (!over) {
            over = true;
            body = null;
            budget.release(reserved);
        }
    }
}
