package dev.vivace.gateway;

import dev.vivace.limit.ByteBudget;
import dev.vivace.line.Settlement;
import io.vertx.core.Context;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
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

        /**
         * @param status 499 if the client left, and will read nothing
         */
        void refused(int status, String message);
    }

    private static final int STEP = 64 << 10;

    /** A client that sends nothing for so long holds room that others wait for. */
    private static final long MAX_SILENCE_NANOS = 30_000_000_000L;

    /**
     * A body that came at less than 500 bytes a second on the average, that silence apart, holds
     * its room for too long as well: the bound of Apache's mod_reqtimeout.
     */
    private static final long MAX_NANOS_PER_BYTE = 2_000_000L;

    /** A client that waits for room for so long does better to come again. */
    private static final long MAX_WAIT_NANOS = 30_000_000_000L;

    /** The bodies that are being read on one event loop. */
    static final class Desk {
        private final Context context;
        private final ByteBudget budget;
        private final Set<BodyReader> reading = new HashSet<>();

        Desk(Context context, ByteBudget budget) {
            this.context = context;
            this.budget = budget;
        }

        /** Starts reading; must be called while the request is being handed over. */
        void read(HttpServerRequest request, long limit, Wanting wanting) {
            new BodyReader(this, request, limit, wanting).start();
        }

        /** Ends those whose clients fell silent. */
        void sweep(long now) {
            for (BodyReader reader : List.copyOf(reading)) {
                reader.checkTime(now);
            }
        }

        /** Refuses all that have not come whole. */
        void cut(String why) {
            for (BodyReader reader : List.copyOf(reading)) {
                reader.cut(why);
            }
        }
    }

    private final Desk desk;
    private final ByteBudget budget;
    private final HttpServerRequest request;
    private final long limit;
    private final Wanting wanting;
    private byte @Nullable [] body;
    private Optional<ByteBudget.Place> place = Optional.empty();
    private int size;
    private long reserved;
    private long lastSign = System.nanoTime();
    private long began = lastSign;
    private boolean over;

    private BodyReader(Desk desk, HttpServerRequest request, long limit, Wanting wanting) {
        this.desk = desk;
        this.budget = desk.budget;
        this.request = request;
        this.limit = limit;
        this.wanting = wanting;
    }

    private void start() {
        desk.reading.add(this);
        request.handler(this::chunk);
        request.endHandler(nothing -> end());
        request.exceptionHandler(broken -> stop());
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
            place =
                    budget.reserve(
                            length, () -> desk.context.runOnContext(nothing -> granted(length)));
            if (place.isEmpty()) {
                refuse(
                        429,
                        "There is no room for the request body" + bounds(", and too many wait"));
            }
        }
    }

    private String bounds(String why) {
        return why
                + ": at most "
                + budget.max()
                + " bytes are in flight at one time (limits.in-flight).";
    }

    private void granted(long length) {
        if (over) {
            budget.release(length);
            return;
        }
        reserved = length;
        began = lastSign = System.nanoTime();
        body = new byte[(int) length];
        request.resume();
    }

    private void chunk(Buffer chunk) {
        byte[] into = body;
        if (over || into == null) {
            return;
        }
        lastSign = System.nanoTime();
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
                        "There is no room for the request body"
                                + bounds("")
                                + " Send a Content-Length to wait for room.");
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
        done();
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

    /** Whoever waits for room is not late. */
    private void checkTime(long now) {
        if (body == null) {
            if (now - lastSign > MAX_WAIT_NANOS
                    && place.map(ByteBudget.Place::leave).orElse(false)) {
                refuse(
                        429,
                        "There was no room for the request body"
                                + bounds(" within " + MAX_WAIT_NANOS / 1_000_000_000 + " s"));
            }
        } else if (now - lastSign > MAX_SILENCE_NANOS) {
            refuse(
                    408,
                    "The request body did not go on for "
                            + MAX_SILENCE_NANOS / 1_000_000_000
                            + " s; it has "
                            + size
                            + " bytes so far.");
        } else if (now - began - MAX_SILENCE_NANOS > size * MAX_NANOS_PER_BYTE) {
            refuse(
                    408,
                    "The request body comes too slowly: "
                            + size
                            + " bytes in "
                            + (now - began) / 1_000_000_000
                            + " s.");
        }
    }

    private void done() {
        over = true;
        desk.reading.remove(this);
    }

    private void refuse(int status, String message) {
        done();
        body = null;
        budget.release(reserved);
        wanting.refused(status, message);
    }

    private void cut(String why) {
        place.ifPresent(ByteBudget.Place::leave);
        refuse(503, why);
    }

    /** If its turn has come meanwhile, what it was granted is given back then. */
    private void stop() {
        if (over) {
            return;
        }
        place.ifPresent(ByteBudget.Place::leave);
        if (Outflow.of(request.connection()).isActive()) {
            refuse(400, "The request body is not valid HTTP/1.1.");
        } else {
            refuse(
                    Settlement.CLIENT_LEFT,
                    "The client left while it sent its body, after " + size + " bytes.");
        }
    }
}
