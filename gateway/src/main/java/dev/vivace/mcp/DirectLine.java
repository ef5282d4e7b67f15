package dev.vivace.mcp;

import dev.vivace.tool.CallLine;
import dev.vivace.tool.Prepared;
import dev.vivace.tool.Tool;
import dev.vivace.tool.ToolCall;
import dev.vivace.tool.ToolContext;
import dev.vivace.tool.ToolOutcome;
import dev.vivace.tool.ToolOutcome.Failed;
import dev.vivace.tool.ToolOutcome.Reason;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;

/** Calls tools and does nothing else. Thread-safe. */
public final class DirectLine implements CallLine {
    private final Function<String, Optional<Tool>> tools;

    public DirectLine(Function<String, Optional<Tool>> tools) {
        this.tools = tools;
    }

    @Override
    public Prepared prepare(ToolCall call, String principal) {
        return tools.apply(call.tool())
                .<Prepared>map(tool ->
                        new Prepared.Ready(
                                tool, call.arguments(), tool.effects(call.arguments()), List.of()))
                .orElseGet(() ->
                        new Prepared.Refused(
                                new Failed(Reason.UNKNOWN_TOOL, "There is no such tool.")));
    }

    @Override
    public ToolOutcome run(
            Prepared.Ready ready, ToolContext context, boolean skipCache, Runnable ended) {
        try {
            return new ToolOutcome.Done(
                    ready.tool().call(ready.arguments(), context),
                    ToolOutcome.Source.CALLED,
                    ready.changes());
        } catch (InterruptedException e) {
            return new Failed(Reason.CANCELLED, "The call was cancelled.");
        } catch (TimeoutException e) {
            return new Failed(Reason.TIMEOUT, String.valueOf(e.getMessage()));
        } catch (Exception e) {
            return new Failed(Reason.FAILED, String.valueOf(e.getMessage()));
        } finally {
            ended.run();
        }
    }
}
