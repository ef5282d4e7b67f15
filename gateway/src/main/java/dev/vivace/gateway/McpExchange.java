package dev.vivace.gateway;

import dev.vivace.mcp.McpReply;
import io.vertx.core.Context;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * One request of an MCP client and its answer. What is told from other threads is done on the loop.
 */
final class McpExchange implements McpReply {
    /** Events that the loop has not come to yet: what more comes meanwhile can be left out. */
    static final int MOST_ON_THE_WAY = 64;

    private static final Buffer SIGN_OF_LIFE = Buffer.buffer(":\n\n");
    private static final byte[] BEFORE = "event: message\ndata: ".getBytes(StandardCharsets.UTF_8);
    private static final byte[] AFTER = "\n\n".getBytes(StandardCharsets.UTF_8);

    private final Exchange exchange;
    private final HttpServerResponse response;
    private final McpStreams streams;
    private final Context context;
    private final boolean takesStream;
    private final AtomicInteger onTheWay = new AtomicInteger();
    private volatile boolean full;

    // On the loop only.
    private final List<Runnable> onEnd = new ArrayList<>();
    private final List<Runnable> onRoom = new ArrayList<>();
    private boolean over;
    private boolean began;
    private boolean waited;

    /** To be made on the event loop. */
    McpExchange(Exchange exchange, McpStreams streams, Context context) {
        this.exchange = exchange;
        this.response = exchange.response;
        this.streams = streams;
        this.context = context;
        this.takesStream =
                exchange.request.headers().getAll(HttpHeaders.ACCEPT).stream()
                        .map(each -> each.toLowerCase(Locale.ROOT))
                        .anyMatch(
                                each -> each.contains("text/event-stream") || each.contains("*/*"));
        response.exceptionHandler(gone -> end());
        response.closeHandler(gone -> end());
        streams.add(this);
        if (response.closed()) {
            end();
        }
    }

    @Override
    public boolean streams() {
        return takesStream;
    }

    @Override
    public void answer(int status, byte[] json, Optional<String> session) {
        onLoop(() -> {
            if (began) {
                write(json);
                finish();
                return;
            }
            response.setStatusCode(status);
            response.headers().set(HttpHeaders.CONTENT_TYPE, "application/json");
            session.ifPresent(id -> response.headers().set("mcp-session-id", id));
            exchange.end(json);
            end();
        });
    }

    @Override
    public void empty(int status) {
        onLoop(() -> {
            if (began) {
                finish();
                return;
            }
            response.setStatusCode(status);
            exchange.end(new byte[0]);
            end();
        });
    }

    @Override
    public void open() {
        onLoop(this::begin);
    }

    @Override
    public void event(byte[] json) {
        onTheWay.incrementAndGet();
        try {
            context.runOnContext(nothing -> {
                onTheWay.decrementAndGet();
                if (!over) {
                    begin();
                    write(json);
                }
            });
        } catch (RejectedExecutionException e) {
            // The loop has ended, and its clients with it.
        }
    }

    @Override
    public boolean full() {
        return full || onTheWay.get() >= MOST_ON_THE_WAY;
    }

    @Override
    public void whenRoom(Runnable action) {
        onLoop(() -> {
            if (full) {
                onRoom.add(action);
            } else {
                action.run();
            }
        });
    }

    @Override
    public void onEnd(Runnable action) {
        try {
            context.runOnContext(nothing -> {
                if (over) {
                    action.run();
                } else {
                    onEnd.add(action);
                }
            });
        } catch (RejectedExecutionException e) {
            action.run();
        }
    }

    /**
     * Whoever waits for long gets the beginning of a stream, if it takes one: not at the first
     * time, at which it may just have come, and an answer of its own says more than an event.
     */
    void signOfLife() {
        if (!waited) {
            waited = true;
        } else if (!over && takesStream) {
            begin();
            if (!exchange.full()) {
                drained();
                var unused = response.write(SIGN_OF_LIFE);
            }
        }
    }

    private void begin() {
        if (began) {
            return;
        }
        began = true;
        response.setChunked(true);
        response.headers().set(HttpHeaders.CONTENT_TYPE, "text/event-stream");
        response.headers().set(HttpHeaders.CACHE_CONTROL, "no-cache");
        // So that its client knows that it is heard, before there is anything to say.
        var unused = response.write(SIGN_OF_LIFE);
    }

    private void write(byte[] json) {
        Buffer event = Buffer.buffer(BEFORE.length + json.length + AFTER.length);
        event.appendBytes(BEFORE).appendBytes(json).appendBytes(AFTER);
        var unused = response.write(event);
        full = exchange.full();
        if (full) {
            response.drainHandler(nothing -> drained());
        }
    }

    private void drained() {
        full = false;
        List<Runnable> waiting = List.copyOf(onRoom);
        onRoom.clear();
        waiting.forEach(Runnable::run);
    }

    private void finish() {
        var unused = response.end();
        exchange.over();
        end();
    }

    private void end() {
        if (over) {
            return;
        }
        over = true;
        streams.remove(this);
        exchange.over();
        onEnd.forEach(Runnable::run);
        onEnd.clear();
        onRoom.clear();
    }

    private void onLoop(Runnable action) {
        try {
            context.runOnContext(nothing -> {
                if (!over) {
                    action.run();
                }
            });
        } catch (RejectedExecutionException e) {
            // The loop has ended, and its clients with it.
        }
    }
}
