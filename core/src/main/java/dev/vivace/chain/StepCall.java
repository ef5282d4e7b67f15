package dev.vivace.chain;

import dev.vivace.tool.JsonSchema;
import dev.vivace.tool.PlannedCall;
import dev.vivace.tool.ResultPath;
import dev.vivace.tool.ToolOutcome;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.IntFunction;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * A step on its way.
 *
 * @param numbers of all steps, by their names
 */
record StepCall(
        ToolStep step,
        Optional<JsonSchema> yields,
        List<Integer> needs,
        Set<Integer> after,
        Map<String, Integer> numbers,
        ObjectNode inputs)
        implements PlannedCall {
    @Override
    public String id() {
        return step.name();
    }

    @Override
    public String tool() {
        return step.tool();
    }

    @Override
    public ObjectNode arguments(IntFunction<JsonNode> results) throws ResultPath.Dangling {
        return (ObjectNode)
                Reference.filled(
                        step.arguments(), reference -> reference.in(name -> value(name, results)));
    }

    private JsonNode value(String name, IntFunction<JsonNode> results) {
        Integer number = numbers.get(name);
        return number == null ? inputs : results.apply(number);
    }

    @Override
    public ToolOutcome check(ToolOutcome outcome) {
        if (yields.isPresent()
                && outcome instanceof ToolOutcome.Done done
                && !done.result().error()
                && yields.get().problem(done.result().value()).orElse(null) instanceof String bad) {
            return new ToolOutcome.Failed(
                    ToolOutcome.Reason.FAILED,
                    "The step " + step.name() + " did not yield what was declared: " + bad + ".");
        }
        return outcome;
    }

    @Override
    public Optional<Duration> beforeRetry(int made, ToolOutcome.Failed last) {
        boolean worthwhile =
                switch (last.reason()) {
                    case FAILED, TIMEOUT, LIMITED, CROWDED, RESTING -> true;
                    case UNKNOWN_TOOL, DENIED, BAD_ARGUMENTS, DEPENDENCY, CANCELLED, TOO_LARGE ->
                            false;
                };
        return worthwhile && made < step.retry().attempts()
                ? Optional.of(step.retry().before(made))
                : Optional.empty();
    }
}
