package dev.vivace.gateway;

import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import io.vertx.core.buffer.Buffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The clients of one event loop that do not keep up: those whose sockets are full, who are cut off
 * when they take nothing for too long, and those who still send what was refused, who get a moment
 * to read the refusal. As many as there are connections; nobody else is in here. What was written
 * to all of them together and not taken is bounded as well: beyond that, who took nothing for the
 * longest time is cut off first.
 */
final class Stragglers {
    /**
     * A connection that is closed while its client sends is reset, and the client may never see
     * what was written last. So much is read and dropped before.
     */
    static final long DROPPED_BYTES = 1 << 20;

    private static final long LINGER_NANOS = 1_000_000_000L;
    private static final Logger LOG = LoggerFactory.getLogger(Stragglers.class);

    private static final class Slow {
        private final Exchange exchange;
        private final Outflow outflow;
        private long since;
        private long bytes;

        private Slow(Exchange exchange, long since) {
            this.exchange = exchange;
            this.outflow = new Outflow(exchange.channel());
            this.since = since;
        }
    }

    private static final class Lingering {
        private final Exchange exchange;
        private final long since;
        private long dropped;

        private Lingering(Exchange exchange, long since) {
            this.exchange = exchange;
            this.since = since;
        }

        private void drop(Buffer chunk) {
            dropped += chunk.length();
            if (dropped > DROPPED_BYTES) {
                exchange.close();
            }
        }
    }

    private Duration patience;
    private final long maxBytes;
    private long bytes;
    private final Set<Slow> slow = new LinkedHashSet<>();
    private final List<Lingering> lingering = new ArrayList<>();

    /**
     * @param patience how long a client may take nothing of what was written to it
     * @param maxBytes most that all may not have taken
     */
    Stragglers(Duration patience, long maxBytes) {
        this.patience = patience;
        this.maxBytes = maxBytes;
    }

    /** For exchanges that begin from now on. */
    void patience(Duration other) {
        patience = other;
    }

    Duration patience() {
        return patience;
    }

    /** Watches a client whose socket is full until it is not. */
    void watch(Exchange exchange) {
        var one = new Slow(exchange, System.nanoTime());
        slow.add(one);
        count(one);
        if (bytes > maxBytes) {
            // Not now: this may be in the middle of writing.
            exchange.channel().eventLoop().execute(this::shrink);
        }
    }

    private void count(Slow one) {
        long now = one.outflow.bytes();
        bytes += now - one.bytes;
        one.bytes = now;
    }

    private void leaves(Slow one) {
        slow.remove(one);
        bytes -= one.bytes;
    }

    private void shrink() {
        sweep(System.nanoTime());
        while (bytes > maxBytes) {
            Slow longest = Collections.min(slow, Comparator.comparingLong(one -> one.since));
            cutOff(longest, "too much waits for clients that do not take it (limits.in-flight)");
            leaves(longest);
        }
    }

    /** Reads and drops a little of what a refused client still sends, and then closes. */
    void linger(Exchange exchange) {
        var one = new Lingering(exchange, System.nanoTime());
        lingering.add(one);
        if (!exchange.request.isEnded()) {
            exchange.request.handler(one::drop);
            exchange.request.endHandler(nothing -> exchange.close());
            exchange.request.resume();
        }
    }

    void sweep(long now) {
        // A copy: whoever is cut off may make others go on.
        for (Slow one : List.copyOf(slow)) {
            if (stays(one, now)) {
                count(one);
            } else {
                leaves(one);
            }
        }
        lingering.removeIf(one -> {
            boolean due = now - one.since > LINGER_NANOS;
            if (due) {
                one.exchange.close();
            }
            return due || !one.exchange.channel().isOpen();
        });
    }

    private boolean stays(Slow one, long now) {
        Channel channel = one.exchange.channel();
        if (one.outflow.moved()) {
            one.since = now;
        }
        if (!channel.isOpen() || one.outflow.empty()) {
            one.exchange.unwatched();
            return false;
        }
        Duration allowed = one.exchange.patience();
        if (now - one.since <= allowed.toNanos()) {
            return true;
        }
        cutOff(
                one,
                "the client took nothing of its answer for " + allowed.toMillis() / 1000.0 + " s");
        return false;
    }

    private static void cutOff(Slow one, String why) {
        Channel channel = one.exchange.channel();
        LOG.debug("{} is cut off: {}", channel.remoteAddress(), why);
        one.exchange.cutOff(why);
        abort(channel);
    }

    /** A graceful close would wait behind what the client does not take. */
    private static void abort(Channel channel) {
        if (!channel.isOpen()) {
            return;
        }
        channel.config().setOption(ChannelOption.SO_LINGER, 0);
        channel.pipeline().firstContext().close();
    }
}
