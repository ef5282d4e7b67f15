package dev.vivace.tool;

import java.util.List;
import java.util.function.IntFunction;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * A call as a model wrote it.
 *
 * @param calls in the batch, if its arguments may refer to them; 0 if they may not
 */
record ReferringCall(ToolCall call, int calls) implements PlannedCall {
    @Override
    public String id() {
        return call.id();
    }

    @Override
    public String tool() {
        return call.tool();
    }

    @Override
    public List<Integer> needs() {
        return calls == 0 ? List.of() : References.in(call.arguments(), calls);
    }

    @Override
    public ObjectNode arguments(IntFunction<JsonNode> results) throws ResultPath.Dangling {
        return calls == 0 ? call.arguments() : References.resolve(call.arguments(), calls, results);
    }
}
