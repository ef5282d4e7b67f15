package dev.vivace.chain;

import dev.vivace.tool.ToolOutcome;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/**
 * What became of a chain.
 *
 * @param steps in the order in which they run one after another
 */
public record ChainOutcome(Status status, List<StepOutcome> steps) {
    /** How much of it went well. */
    public enum Status {
        /** All of it. */
        COMPLETE,
        /** All but optional steps. */
        PARTIAL,
        /** A step that is not optional failed, or was not run. */
        FAILED
    }

    /** What became of a step. */
    public record StepOutcome(Step step, ToolOutcome outcome) {
        /** What it yielded; empty if it failed. */
        public Optional<JsonNode> result() {
            return outcome instanceof ToolOutcome.Done done && !done.result().error()
                    ? Optional.of(done.result().value())
                    : Optional.empty();
        }
    }

    public ChainOutcome {
        steps = List.copyOf(steps);
    }

    static ChainOutcome of(List<StepOutcome> steps) {
        List<StepOutcome> failed = steps.stream().filter(each -> each.result().isEmpty()).toList();
        Status status =
                failed.isEmpty()
                        ? Status.COMPLETE
                        : failed.stream().allMatch(each -> each.step().optional())
                                ? Status.PARTIAL
                                : Status.FAILED;
        return new ChainOutcome(status, steps);
    }

    /**
     * What a step yielded; empty if it failed.
     *
     * @throws IllegalArgumentException if there is no such step
     */
    public Optional<JsonNode> result(String step) {
        return steps.stream()
                .filter(each -> each.step().name().equals(step))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("there is no step " + step))
                .result();
    }
}
