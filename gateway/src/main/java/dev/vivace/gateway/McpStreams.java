package dev.vivace.gateway;

import io.vertx.core.Context;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * The clients of one event loop that wait for an answer or listen: now and then each is sent a sign
 * of life, so that nobody on the way takes the connection for dead. Used on that loop.
 */
final class McpStreams {
    private static final long PERIOD_MILLIS = 15_000;

    private final Context context;
    private final Set<McpExchange> waiting = new LinkedHashSet<>();
    private long timer = -1;

    McpStreams(Context context) {
        this.context = context;
    }

    void add(McpExchange one) {
        waiting.add(one);
        if (timer < 0) {
            timer =
                    context.owner()
                            .setPeriodic(
                                    PERIOD_MILLIS,
                                    id -> List.copyOf(waiting).forEach(McpExchange::signOfLife));
        }
    }

    void remove(McpExchange one) {
        waiting.remove(one);
        if (waiting.isEmpty() && timer >= 0) {
            context.owner().cancelTimer(timer);
            timer = -1;
        }
    }
}
