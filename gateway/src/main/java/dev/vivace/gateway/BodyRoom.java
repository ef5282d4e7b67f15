package dev.vivace.gateway;

import dev.vivace.key.Principal;
import dev.vivace.limit.ByteBudget;
import io.vertx.core.Context;
import io.vertx.core.http.HttpServerRequest;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Room for one body that comes in part, or finds none at once: of the part of its sender first,
 * then of the budget for all. Until there is some, the body is not read. Used on one event loop.
 */
final class BodyRoom {
    private static final int SENDERS_PART = 4;

    /** A client that waits for room for so long does better to come again. */
    private static final long MAX_WAIT_NANOS = 30_000_000_000L;

    /**
     * A place in line.
     *
     * @param bound what is in the way, for the client
     */
    private record Waiting(ByteBudget.Place place, long since, Supplier<String> bound) {}

    private final BodyReader reader;
    private final BodyReader.Desk desk;
    private final HttpServerRequest request;
    private final Principal who;
    private final long limit;
    private Senders.@Nullable Sender sender;
    private long sending;

    /** Of the budget for all, while it waits for that of its sender. */
    private long parked;

    private @Nullable Waiting waiting;

    /**
     * @param reader of the body; hears when it has to wait, and when it waits in vain
     * @param who sends it
     * @param limit most bytes of a body
     */
    BodyRoom(
            BodyReader reader,
            BodyReader.Desk desk,
            HttpServerRequest request,
            Principal who,
            long limit) {
        this.reader = reader;
        this.desk = desk;
        this.request = request;
        this.who = who;
        this.limit = limit;
    }

    /**
     * Takes room for a body that has come whole.
     *
     * @param held what it has already
     * @param then how it goes on when there is room, which may be now
     */
    void takeForWhole(long more, long held, Runnable then) {
        take(desk.budget(), more, held, held, this::ofAll, then);
    }

    /** Likewise for a body of which more is to come. */
    void takeForPart(long more, long held, Runnable then) {
        Senders.Sender own = sender;
        if (own == null) {
            sender = own = desk.senders().enter(who, request, mostOfOne());
        }
        take(
                own.budget(),
                more,
                sending,
                held,
                this::ofOne,
                () -> {
                    sending += more;
                    takeForWhole(more, held, then);
                });
    }

    private long mostOfOne() {
        return Math.max(desk.budget().max() / SENDERS_PART, limit);
    }

    private String ofAll() {
        return "at most "
                + desk.budget().max()
                + " bytes are in flight at one time (limits.in-flight).";
    }

    private String ofOne() {
        return "bodies of one "
                + (who.key().isPresent() ? "tenant" : "address")
                + " that have come in part take at most "
                + mostOfOne()
                + " bytes (a quarter of limits.in-flight, or limits.body if that is more).";
    }

    /**
     * @param own what it has of that budget
     */
    private void take(
            ByteBudget from,
            long more,
            long own,
            long held,
            Supplier<String> bound,
            Runnable then) {
        if (from.tryReserve(more, own)) {
            then.run();
            return;
        }
        reader.pause();
        Context context = desk.context();
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
            waiting = new Waiting(place.get(), desk.now(), bound);
            if (from != desk.budget()) {
                // Those of its sender that have what it waits for may wait for what it holds.
                parked = held;
                desk.budget().park(parked);
            }
        } else {
            reader.refuse(
                    429,
                    "There is no room for the request body, and too many wait: " + bound.get());
        }
    }

    private void granted(ByteBudget from, long more, Runnable then) {
        Waiting waited = waiting;
        if (waited == null) {
            from.release(more); // it has left
            return;
        }
        waiting = null;
        unpark();
        reader.wentOn(waited.since());
        then.run();
    }

    private void unpark() {
        if (parked > 0) {
            desk.budget().unpark(parked);
            parked = 0;
        }
    }

    private void hopeless(Supplier<String> bound) {
        if (!reader.over()) {
            reader.refuse(
                    429,
                    "There is no room for the rest of the request body, and others were there"
                            + " before: "
                            + bound.get());
        }
    }

    /** Whether it waits; then nobody else is late. */
    boolean waits() {
        return waiting != null;
    }

    /** Refuses it if it has waited for too long. */
    void checkTime(long now) {
        Waiting waits = waiting;
        if (waits != null && now - waits.since() > MAX_WAIT_NANOS && waits.place().leave()) {
            reader.refuse(
                    429,
                    "There was no room for the request body within "
                            + MAX_WAIT_NANOS / 1_000_000_000
                            + " s: "
                            + waits.bound().get());
        }
    }

    /** Waits no longer. If its turn has come meanwhile, what it was granted is given back then. */
    void leaveLine() {
        Waiting waits = waiting;
        if (waits != null) {
            waits.place().leave();
        }
    }

    /** The body has come whole, or comes no more: what it took of its sender's part is free. */
    void done() {
        waiting = null;
        unpark();
        Senders.Sender own = sender;
        if (own != null) {
            own.budget().release(sending);
            own.leave();
        }
    }
}
