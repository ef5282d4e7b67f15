package dev.vivace.gateway;

import io.netty.channel.Channel;
import io.netty.channel.ChannelOutboundBuffer;
import io.vertx.core.Handler;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpServerRequest;
import java.time.Duration;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The client connections of one event loop: who is between two requests for too long, or takes too
 * long over the head of one, is sent away. A request costs no look at the clock; what has changed
 * since the last {@link #sweep} is found by the next. Used on that event loop only.
 */
final class Visitors {
    /** Clients keep idle connections for less, mostly for a minute: they end them, not we. */
    static final Duration MAX_IDLE = Duration.ofMinutes(2);

    /** For a head from its first byte to its last; as long as the silence within a body. */
    static final Duration MAX_HEAD = Duration.ofSeconds(30);

    private static final Duration FAREWELL = Duration.ofSeconds(2);

    private enum Doing {
        NOTHING,
        SENDING_HEAD,
        WAITING
    }

    private final class Visit implements Handler<Void> {
        private final HttpConnection connection;
        private final Channel channel;
        private final @Nullable RequestDecoder decoder;
        private boolean busy;
        private int requests;
        private int requestsThen;
        private Doing then = Doing.NOTHING;
        private long since;

        private Visit(HttpConnection connection, @Nullable RequestDecoder decoder, long now) {
            this.connection = connection;
            this.channel = Outflow.of(connection);
            this.decoder = decoder;
            this.since = now;
        }

        /** A response is over. */
        @Override
        public void handle(Void nothing) {
            busy = false;
        }

        private Doing doing() {
            if (busy) {
                return Doing.WAITING;
            }
            return decoder != null && decoder.withinHead() ? Doing.SENDING_HEAD : Doing.NOTHING;
        }

        /** Whether a request has no whole answer, or an answer is not wholly in the socket. */
        private boolean served() {
            ChannelOutboundBuffer out = channel.unsafe().outboundBuffer();
            return !busy && (out == null || out.totalPendingWriteBytes() == 0);
        }

        private void check(long now) {
            Doing doing = doing();
            if (doing != then || requests != requestsThen) {
                then = doing;
                requestsThen = requests;
                since = now;
                return;
            }
            if (doing == Doing.SENDING_HEAD && now - since > MAX_HEAD.toNanos()) {
                Entrance.dismiss(
                        channel,
                        "408 Request Timeout",
                        "The head of the request did not end within "
                                + MAX_HEAD.toSeconds()
                                + " s.");
            } else if (doing == Doing.NOTHING && now - since > MAX_IDLE.toNanos()) {
                connection.close();
            }
        }
    }

    private final Entrance entrance;
    private final Map<HttpConnection, Visit> visits = new IdentityHashMap<>();

    Visitors(Entrance entrance) {
        this.entrance = entrance;
    }

    /**
     * Lets a new connection in, or sends it away.
     *
     * @return whether it may stay
     */
    boolean enter(HttpConnection connection, @Nullable RequestDecoder decoder) {
        if (!entrance.admits()) {
            entrance.sendAway(Outflow.of(connection));
            return false;
        }
        visits.put(connection, new Visit(connection, decoder, System.nanoTime()));
        connection.closeHandler(nothing -> {
            if (visits.remove(connection) != null) {
                entrance.left();
            }
        });
        return true;
    }

    /** A request has come; its response ends the connection if the gateway is to end. */
    void asks(HttpServerRequest request) {
        Visit visit = visits.get(request.connection());
        if (visit == null) {
            return;
        }
        visit.busy = true;
        visit.requests++;
        if (entrance.closing()) {
            request.response()
                    .headersEndHandler(nothing -> Exchange.last(request.response()))
                    .endHandler(nothing -> {
                        visit.handle(nothing);
                        visit.connection.shutdown(FAREWELL.toSeconds(), TimeUnit.SECONDS);
                    });
        } else {
            request.response().endHandler(visit);
        }
    }

    /** Sends away who has been idle or slow for too long. */
    void sweep(long now) {
        for (Visit visit : List.copyOf(visits.values())) {
            visit.check(now);
        }
    }

    /** How many connections have something that they still wait for. */
    int waiting() {
        int count = 0;
        for (Visit visit : visits.values()) {
            if (!visit.served()) {
                count++;
            }
        }
        return count;
    }

    /** Closes all connections: at once those that wait for nothing, the others soon. */
    void sayGoodbye() {
        for (Visit visit : List.copyOf(visits.values())) {
            visit.connection.shutdown(FAREWELL.toSeconds(), TimeUnit.SECONDS);
        }
    }
}
