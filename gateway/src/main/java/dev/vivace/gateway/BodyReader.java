package dev.vivace.gateway;

import dev.vivace.key.Principal;
import dev.vivace.limit.ByteBudget;
import dev.vivace.line.Settlement;
import io.vertx.core.Context;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Reads a request's body into one array, within the bound for one and within the budget for all.
 *
 * <p>What a client says that it will send costs nothing to say. So a body takes no room before its
 * first bytes, then as much as it needs if that is little, else a little, and twice as much each
 * time. When there is no more, it waits, unread, with what it has. Small ones are not read in steps
 * because many of them, each with a part, would leave no room for any to come whole: of large ones
 * {@link ByteBudget} refuses some then. Those of one sender that have come in part take a quarter
 * of the budget at most, or one body's worth if that is more; and all have to keep their {@link
 * Pace}.
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

    /** A body of a declared length gets room for so much at once: few calls are longer. */
    private static final int STEP = 256 << 10;

    /** One of unknown length is small more often than not. */
    private static final int SMALL_STEP = 1024;

    private static final byte[] NOTHING = {};

    /** The bodies that are being read on one event loop. */
    static final class Desk {
        private final Context context;
        private final ByteBudget budget;
        private final Senders senders;
        private final LongSupplier nanos;
        private final Set<BodyReader> reading = new HashSet<>();

        /**
         * @param budget of all event loops
         * @param senders of all event loops
         */
        Desk(Context context, ByteBudget budget, Senders senders, LongSupplier nanos) {
            this.context = context;
            this.budget = budget;
            this.senders = senders;
            this.nanos = nanos;
        }

        /**
         * Starts reading; must be called while the request is being handed over.
         *
         * @param who sends it
         * @param limit most bytes
         */
        void read(HttpServerRequest request, Principal who, long limit, Wanting wanting) {
            new BodyReader(this, request, who, limit, wanting).start();
        }

        Context context() {
            return context;
        }

        ByteBudget budget() {
            return budget;
        }

        Senders senders() {
            return senders;
        }

        long now() {
            return nanos.getAsLong();
        }

        /** Ends those whose clients are too slow, and those that wait for too long. */
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
    private final Principal who;
    private final long limit;
    private final Wanting wanting;
    private final Pace pace;
    private long declared = -1;

    /** As long as the room that is taken for it. */
    private byte[] body = NOTHING;

    private int size;

    /** Made where there is not room for the whole at once. */
    private @Nullable BodyRoom room;

    private boolean paused;
    private boolean over;

    private BodyReader(
            Desk desk, HttpServerRequest request, Principal who, long limit, Wanting wanting) {
        this.desk = desk;
        this.budget = desk.budget;
        this.request = request;
        this.who = who;
        this.limit = limit;
        this.wanting = wanting;
        this.pace = new Pace(desk.now());
    }

    private void start() {
        desk.reading.add(this);
        request.handler(this::chunk);
        request.endHandler(nothing -> end());
        request.exceptionHandler(broken -> stop());
        String length = request.getHeader(HttpHeaders.CONTENT_LENGTH);
        if (length != null) {
            declared = Long.parseLong(length);
        }
        String encoding = request.getHeader(HttpHeaders.CONTENT_ENCODING);
        if (encoding != null && !encoding.equalsIgnoreCase("identity")) {
            // As large as it likes once it is unpacked; no client of a model does this unasked.
            refuse(
                    415,
                    "The request body is packed (Content-Encoding). The gateway reads what is asked: send it as it is.");
        } else if (declared > limit) {
            refuse(
                    413,
                    "The request body has "
                            + declared
                            + " bytes; at most "
                            + limit
                            + " are allowed (limits.body).");
        }
    }

    private void chunk(Buffer chunk) {
        if (over) {
            return;
        }
        pace.came(desk.now());
        long length = (long) size + chunk.length();
        if (length > limit) {
            refuse(413, "The request body is longer than " + limit + " bytes (limits.body).");
        } else if (length <= body.length) {
            append(chunk);
        } else {
            makeRoom(chunk, length);
        }
    }

    private void makeRoom(Buffer chunk, long length) {
        long step = Math.max(2L * body.length, declared < 0 ? SMALL_STEP : STEP);
        int enough = (int) Math.min(declared < 0 ? limit : declared, Math.max(length, step));
        long more = enough - body.length;
        boolean whole = length == declared;
        if (whole && budget.tryReserve(more, body.length)) {
            enlarge(enough, chunk); // as most do, at once
            return;
        }
        BodyRoom taking = room;
        if (taking == null) {
            room = taking = new BodyRoom(this, desk, request, who, limit);
        }
        if (whole) {
            taking.takeForWhole(more, body.length, () -> enlarge(enough, chunk));
        } else {
            taking.takeForPart(more, body.length, () -> enlarge(enough, chunk));
        }
    }

    /** There is no room for now. */
    void pause() {
        request.pause();
        paused = true;
    }

    /** There is room again; that it was not read since then is not its client's fault. */
    void wentOn(long pausedAt) {
        pace.wentOn(pausedAt, desk.now());
    }

    boolean over() {
        return over;
    }

    private void enlarge(int enough, Buffer chunk) {
        body = Arrays.copyOf(body, enough);
        append(chunk);
        if (paused) {
            paused = false;
            request.resume();
        }
    }

    private void append(Buffer chunk) {
        chunk.getBytes(0, chunk.length(), body, size);
        size += chunk.length();
    }

    private void end() {
        if (over) {
            return;
        }
        done();
        if (size < body.length) {
            budget.release(body.length - size);
            body = Arrays.copyOf(body, size);
        }
        wanting.body(body, releasing(size));
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
        BodyRoom taking = room;
        if (taking != null && taking.waits()) {
            taking.checkTime(now);
        } else {
            pace.tooSlow(now, size).ifPresent(why -> refuse(408, why));
        }
    }

    private void done() {
        over = true;
        desk.reading.remove(this);
        if (room != null) {
            room.done();
        }
    }

    void refuse(int status, String message) {
        done();
        int held = body.length;
        body = NOTHING;
        budget.release(held);
        wanting.refused(status, message);
    }

    private void cut(String why) {
        leaveLine();
        refuse(503, why);
    }

    private void leaveLine() {
        if (room != null) {
            room.leaveLine();
        }
    }

    private void stop() {
        if (over) {
            return;
        }
        leaveLine();
        if (Outflow.of(request.connection()).isActive()) {
            refuse(400, "The request body is not valid HTTP/1.1.");
        } else {
            refuse(
                    Settlement.CLIENT_LEFT,
                    "The client left while it sent its body, after " + size + " bytes.");
        }
    }
}
