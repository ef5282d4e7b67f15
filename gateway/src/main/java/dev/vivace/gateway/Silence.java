package dev.vivace.gateway;

import io.vertx.core.http.HttpClientConnection;
import io.vertx.core.http.HttpServerRequest;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * For how long nothing has happened on the way to an upstream and back, and whose fault it is. What
 * is asked for every now and then costs a call nothing.
 */
final class Silence {
    private final Lane lane;
    private final @Nullable HttpServerRequest upload;
    private @Nullable Outflow outflow;
    private long uploaded;
    private long lastSign;

    /**
     * @param upload the body where it flows through
     * @param since by the clock of the lane
     */
    Silence(Lane lane, @Nullable HttpServerRequest upload, long since) {
        this.lane = lane;
        this.upload = upload;
        this.lastSign = since;
    }

    /** Something came, or is to come now. */
    void broken() {
        lastSign = lane.nanoTime().getAsLong();
    }

    /** The request begins anew, on another connection. */
    void restarts() {
        outflow = null;
        broken();
    }

    /** What to say of a silence within an answer that is too long. */
    Optional<String> withinAnswer(long now) {
        return longer(now, lane.timeouts().idle(), "fell silent in the middle of its answer for");
    }

    /**
     * What to say of a silence before the answer that is too long. While the request still flows,
     * the upstream is not late.
     *
     * @param connection that the request is written to, if there is one already
     */
    Optional<String> beforeAnswer(long now, @Nullable HttpClientConnection connection) {
        if (requestMoved(connection)) {
            lastSign = now;
        }
        if (outflow != null && !outflow.empty()) {
            return longer(now, lane.timeouts().idle(), "took nothing more of the request for");
        }
        if (upload != null && !upload.isEnded()) {
            return longer(
                    now,
                    lane.timeouts().idle(),
                    "waits for the rest of the request body, of which the client sent nothing for");
        }
        return longer(now, lane.timeouts().firstByte(), "did not begin to answer within");
    }

    /** Whether it is the client that is waited for, and nobody else is to blame. */
    boolean ofClient() {
        return upload != null && !upload.isEnded() && (outflow == null || outflow.empty());
    }

    private boolean requestMoved(@Nullable HttpClientConnection connection) {
        if (outflow == null && connection != null) {
            outflow = new Outflow(Outflow.of(connection));
        }
        boolean moved = outflow != null && outflow.moved();
        long came = upload == null ? 0 : upload.bytesRead();
        moved |= came != uploaded;
        uploaded = came;
        return moved;
    }

    private Optional<String> longer(long now, Duration bound, String what) {
        return now - lastSign <= bound.toNanos()
                ? Optional.empty()
                : Optional.of(lane.called() + " " + what + " " + bound.toMillis() / 1000.0 + " s.");
    }
}
