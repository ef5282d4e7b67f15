package dev.vivace.gateway;

import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import io.vertx.core.buffer.Buffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The clients of one event loop that do not keep up: those whose sockets are full, who are cut off
 * when they take nothing for too long, and those who still send what was refused, who get a moment
 * to read the refusal. As many as there are connections; nobody else is in here.
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

    private final Duration patience;
    private final Set<Slow> slow = new LinkedHashSet<>();
    private final List<Lingering> lingering = new ArrayList<>();

    /**
     * @param patience how long a client may take nothing of what was written to it
     */
    Stragglers(Duration patience) {
        this.patience = patience;
    }

    /** Watches a client whose socket is full until it is not. */
    void watch(Exchange exchange) {
        slow.add(new Slow(exchange, System.nanoTime()));
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
            if (!stays(one, now)) {
                slow.remove(one);
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
        if (now - one.since <= patience.toNanos()) {
            return true;
        }
        String why =
                "the client took nothing of its answer for " + patience.toMillis() / 1000.0 + " s";
        LOG.debug("{} is cut off: {}", channel.remoteAddress(), why);
        one.exchange.cutOff(why);
        abort(channel);
        return false;
    }

    /** A graceful close would wait behind what the client does not take. */
    private static void abort(Channel channel) {
        channel.config().setOption(ChannelOption.SO_LINGER, 0);
        channel.pipeline().firstContext().close();
    }
}
