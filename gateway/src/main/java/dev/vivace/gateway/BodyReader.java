package dev.vivace.gateway;

import dev.vivace.key.Principal;
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
import java.util.function.LongSupplier;
import java.util.function.Supplier;
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

    private static final int SENDERS_PART = 4;

    /** A client that waits for room for so long does better to come again. */
    private static final long MAX_WAIT_NANOS = 30_000_000_000L;

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

    /**
     * A place in line.
     *
     * @param bound what is in the way, for the client
     */
    private record Waiting(ByteBudget.Place place, long since, Supplier<String> bound) {}

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
    private Senders.@Nullable Sender sender;
    private long sending;

    /** Of the budget for all, while it waits for that of its sender. */
    private long parked;

    private @Nullable Waiting waiting;
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
        this.pace = new Pace(desk.nanos.getAsLong());
    }

    private void start() {
        desk.reading.add(this);
        request.handler(this::chunk);
        request.endHandler(nothing -> end());
        request.exceptionHandler(broken -> stop());
        String length = request.getHeader("content-length");
        if (length != null) {
            declared = Long.parseLong(length);
        }
        String encoding = request.getHeader("content-encoding");
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
        pace.came(desk.nanos.getAsLong());
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
        int room = (int) Math.min(declared < 0 ? limit : declared, Math.max(length, step));
        long more = room - body.length;
        boolean whole = length == declared;
        if (whole && budget.tryReserve(more, body.length)) {
            enlarge(room, chunk); // as most do, at once
            return;
        }
        Runnable fromAll =
                () -> take(budget, more, body.length, this::ofAll, () -> enlarge(room, chunk));
        if (whole) {
            fromAll.run();
            return;
        }
        Senders.Sender own = sender;
        if (own == null) {
            sender = own = desk.senders.enter(who, request, mostOfOne());
        }
        take(
                own.budget(),
                more,
                sending,
                this::ofOne,
                () -> {
                    sending += more;
                    fromAll.run();
                });
    }

    private long mostOfOne() {
        return Math.max(budget.max() / SENDERS_PART, limit);
    }

    private String ofAll() {
        return "at most " + budget.max() + " bytes are in flight at one time (limits.in-flight).";
    }

    private String ofOne() {
        return "bodies of one "
                + (who.key().isPresent() ? "tenant" : "address")
                + " that have come in part take at most "
                + mostOfOne()
                + " bytes (a quarter of limits.in-flight, or limits.body if that is more).";
    }

    /** Goes on when there is room, which may be now. */
    private void take(ByteBudget from, long more, long own, Supplier<String> bound, Runnable then) {
        if (from.tryReserve(more, own)) {
            then.run();
            return;
        }
        request.pause();
        paused = true;
        Context context = desk.context;
        Runnable turn = () -> context.runOnContext(nothing -> granted(from, more, then));
        Optional<ByteBudget.Place> place =
                own == 0 && sending == 0
                        ? from.reserve(more, turn)
                        : from.reserve(
                                more,
                                own,
                                turn,
                                () -> context.runOnContext(nothing -> hopeless(bound)));
        if (place.isPresent()) {
            waiting = new Waiting(place.get(), desk.nanos.getAsLong(), bound);
            if (from != budget) {
                // Those of its sender that have what it waits for may wait for what it holds.
                parked = body.length;
                budget.park(parked);
            }
        } else {
            refuse(429, "There is no room for the request body, and too many wait: " + bound.get());
        }
    }

    private void granted(ByteBudget from, long more, Runnable then) {
        Waiting waited = waiting;
        if (over || waited == null) {
            from.release(more);
            return;
        }
        waiting = null;
        unpark();
        pace.wentOn(waited.since(), desk.nanos.getAsLong());
        then.run();
    }

    private void unpark() {
        if (parked > 0) {
            budget.unpark(parked);
            parked = 0;
        }
    }

    private void hopeless(Supplier<String> bound) {
        if (!over) {
            refuse(
                    429,
                    "There is no room for the rest of the request body, and others were there"
                            + " before: "
                            + bound.get());
        }
    }

    private void enlarge(int room, Buffer chunk) {
        body = Arrays.copyOf(body, room);
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
        Waiting waits = waiting;
        if (waits == null) {
            pace.tooSlow(now, size).ifPresent(why -> refuse(408, why));
        } else if (now - waits.since() > MAX_WAIT_NANOS && waits.place().leave()) {
            refuse(
                    429,
                    "There was no room for the request body within "
                            + MAX_WAIT_NANOS / 1_000_000_000
                            + " s: "
                            + waits.bound().get());
        }
    }

    private void done() {
        over = true;
        desk.reading.remove(this);
        unpark();
        Senders.Sender own = sender;
        if (own != null) {
            own.budget().release(sending);
            own.leave();
        }
    }

    private void refuse(int status, String message) {
        done();
        int held = body.length;
        body = NOTHING;
        waiting = null;
        budget.release(held);
        wanting.refused(status, message);
    }

    private void cut(String why) {
        leaveLine();
        refuse(503, why);
    }

    /** If its turn has come meanwhile, what it was granted is given back then. */
    private void leaveLine() {
        Waiting waits = waiting;
        if (waits != null) {
            waits.place().leave();
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
