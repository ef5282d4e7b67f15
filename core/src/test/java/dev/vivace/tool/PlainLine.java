package dev.vivace.tool;

import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Calls the tools and does nothing else. */
final class PlainLine implements CallLine {
    private final Map<String, Tool> tools;

    PlainLine(List<Tool> tools) {
        this.tools =
                tools.stream()
                        .collect(
                                Collectors.toMap(
                                        tool -> tool.definition().name(), Function.identity()));
    }

    @Override
    public Effects atMost(String tool) {
        Tool known = tools.get(tool);
        return known == null ? Effects.PURE : known.atMost();
    }

    @Override
    public Prepared prepare(ToolCall call, String principal) {
        Tool tool = tools.get(call.tool());
        if (tool == null) {
            return new Prepared.Refused(
                    new ToolOutcome.Failed(ToolOutcome.Reason.UNKNOWN_TOOL, "no such tool"));
        }
        return new Prepared.Ready(
                tool, call.arguments(), tool.effects(call.arguments()), List.of());
    }

    @Override
    public ToolOutcome run(
            Prepared.Ready ready, ToolContext context, boolean skipCache, Runnable ended) {
        try {
            return new ToolOutcome.Done(
                    ready.tool().call(ready.arguments(), context),
                    ToolOutcome.Source.CALLED,
                    ready.changes());
        } catch (Exception e) {
            return new ToolOutcome.Failed(ToolOutcome.Reason.FAILED, "" + e.getMessage());
        } finally {
            ended.run();
        }
    }
}
