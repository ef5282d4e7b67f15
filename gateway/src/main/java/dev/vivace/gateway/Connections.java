package dev.vivace.gateway;

import io.vertx.core.Future;
import io.vertx.core.http.HttpClientAgent;
import io.vertx.core.http.HttpClientConnection;
import io.vertx.core.http.HttpConnectOptions;
import java.util.ArrayDeque;
import java.util.HashSet;
import java.util.Set;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The connections to one upstream on one event loop. Idle ones are taken newest first, so that
 * those that a burst opened grow old and are closed. Vert.x has a pool as well; this one knows
 * whether a connection served before, and costs a fraction per request.
 */
final class Connections {
    /** Providers and proxies commonly keep an idle connection for a minute. */
    private static final long MAX_IDLE_NANOS = 50_000_000_000L;

    /** Most connections, busy ones included. */
    private static final int MAX = 10_000;

    /**
     * For how long none is used again after two in a row broke that were; twice as long each time.
     */
    private static final long DISTRUST_NANOS = 15_000_000_000L;

    private static final int MAX_DOUBLINGS = 2;

    /** All connections that there may be are in use. */
    static final class AllBusy extends RuntimeException {
        private static final long serialVersionUID = 1;

        private AllBusy() {
            super("all " + MAX + " connections are busy", null, false, false);
        }
    }

    /** A connection and when it was last used, by the clock of its lane. */
    record Idle(HttpClientConnection connection, long since) {}

    private final HttpClientAgent client;
    private final HttpConnectOptions address;
    private final LongSupplier nanoTime;
    private final ArrayDeque<Idle> idle = new ArrayDeque<>();
    private final Set<HttpClientConnection> open = new HashSet<>();
    private int opening;
    private int brokeInARow;
    private boolean retired;
    private long brokeAt;

    Connections(HttpClientAgent client, HttpConnectOptions address, LongSupplier nanoTime) {
        this.client = client;
        this.address = address;
        this.nanoTime = nanoTime;
    }

    /** A connection that served before and is open as far as we know; null if there is none. */
    @Nullable Idle idle() {
        if (distrusted()) {
            return null;
        }
        for (Idle last = idle.pollLast(); last != null; last = idle.pollLast()) {
            if (open.contains(last.connection)) {
                return last;
            }
        }
        return null;
    }

    /**
     * One that had just served broke at its next request, without an answer. An upstream where two
     * in a row do closes connections without saying so: a new one for each request costs less than
     * the requests that go astray.
     */
    void brokeWhenReused() {
        brokeInARow++;
        brokeAt = nanoTime.getAsLong();
    }

    /** One that had served before has served again. */
    void servedWhenReused() {
        brokeInARow = 0;
    }

    private boolean distrusted() {
        int doublings = Math.min(brokeInARow - 2, MAX_DOUBLINGS);
        return brokeInARow > 1 && nanoTime.getAsLong() - brokeAt < DISTRUST_NANOS << doublings;
    }

    /** Opens a new one. */
    Future<HttpClientConnection> connect() {
        if (open.size() + opening >= MAX) {
            return Future.failedFuture(new AllBusy());
        }
        opening++;
        return client.connect(address)
                .onComplete(ended -> opening--)
                .onSuccess(connection -> {
                    open.add(connection);
                    connection.closeHandler(closed -> open.remove(connection));
                    // The attempt that it belongs to hears of it too, and says it to the client.
                    connection.exceptionHandler(broken -> {});
                });
    }

    /** Takes a connection back whose exchange is over, if it is still open. */
    void release(HttpClientConnection connection) {
        if (retired || distrusted()) {
            connection.close();
        } else if (open.contains(connection)) {
            idle.addLast(new Idle(connection, nanoTime.getAsLong()));
        }
    }

    /** Closes what is idle, and from now on what becomes idle. */
    void retire() {
        retired = true;
        for (Idle last = idle.pollLast(); last != null; last = idle.pollLast()) {
            if (open.contains(last.connection)) {
                last.connection.close();
            }
        }
    }

    /** Closes what has been idle for too long. */
    void sweep(long now) {
        for (Idle oldest = idle.peekFirst();
                oldest != null
                        && (now - oldest.since > MAX_IDLE_NANOS
                                || !open.contains(oldest.connection));
                oldest = idle.peekFirst()) {
            idle.removeFirst();
            if (open.contains(oldest.connection)) {
                oldest.connection.close();
            }
        }
    }
}
