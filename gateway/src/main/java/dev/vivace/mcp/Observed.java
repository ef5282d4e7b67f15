package dev.vivace.mcp;

import dev.vivace.tool.Effects;
import dev.vivace.tool.Tool;
import dev.vivace.tool.ToolContext;
import dev.vivace.tool.ToolDefinition;
import dev.vivace.tool.ToolResult;
import dev.vivace.tool.ToolUnavailableException;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import tools.jackson.databind.node.ObjectNode;

/**
 * A tool for one call: with what its client said beside the arguments, and with an eye on what
 * becomes of it. Thread-safe.
 */
final class Observed implements Tool {
    private final McpTool tool;
    private final ObjectNode meta;
    private final Optional<Consumer<ObjectNode>> progress;
    private final AtomicInteger calls = new AtomicInteger();
    private final AtomicLong nanos = new AtomicLong();

    /** Since when the server is asked; 0 while it is not. */
    private final AtomicLong since = new AtomicLong();

    private volatile Optional<Exception> failure = Optional.empty();

    Observed(McpTool tool, ObjectNode meta, Optional<Consumer<ObjectNode>> progress) {
        this.tool = tool;
        this.meta = meta;
        this.progress = progress;
    }

    @Override
    public ToolDefinition definition() {
        return tool.definition();
    }

    @Override
    public Effects effects(ObjectNode arguments) {
        return tool.effects(arguments);
    }

    @Override
    public boolean idempotent() {
        return tool.idempotent();
    }

    @Override
    public Optional<Duration> timeToLive() {
        return tool.timeToLive();
    }

    @Override
    public ToolResult call(ObjectNode arguments, ToolContext context) throws Exception {
        calls.incrementAndGet();
        failure = Optional.empty();
        long began = System.nanoTime();
        since.set(began);
        try {
            return tool.call(arguments, meta, progress);
        } catch (DownException e) {
            failure = Optional.of(e);
            throw new ToolUnavailableException(String.valueOf(e.getMessage()), e);
        } catch (RpcException e) {
            failure = Optional.of(e);
            if (e.isOfTheRequest()) {
                // The call's fault: or who calls wrongly would have the tool rest for all others.
                throw new IllegalArgumentException(e.getMessage(), e);
            }
            throw e;
        } catch (IOException | TimeoutException e) {
            failure = Optional.of(e);
            throw e;
        } finally {
            since.set(0);
            nanos.addAndGet(System.nanoTime() - began);
        }
    }

    /** How often the server was asked. */
    int calls() {
        return calls.get();
    }

    /** How long it took until now, together; whoever gave up may not have waited for the end. */
    long nanos() {
        long began = since.get();
        return nanos.get() + (began == 0 ? 0 : System.nanoTime() - began);
    }

    /** Why the server has not given a result, if it was asked and has not. */
    Optional<Exception> failure() {
        return failure;
    }
}
