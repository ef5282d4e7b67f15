package dev.vivace.chain;

import dev.vivace.tool.BatchOptions;
import dev.vivace.tool.JsonSchema;
import dev.vivace.tool.ToolExecutor;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import tools.jackson.databind.node.ObjectNode;

/**
 * A named plan of steps that was found sound: every step refers to something that there is, in no
 * circle, and what goes from one to the next has the type that is wanted there. What can only be
 * known later (whether a list has a first element) fails the step that needs it. Immutable and
 * thread-safe; it can run any number of times.
 */
public final class Chain {
    /** A step at its place. */
    record Placed(Step step, Optional<JsonSchema> yields, List<Integer> needs, int level) {}

    private final String name;
    private final Map<String, JsonSchema> inputs;
    private final List<Placed> plan;
    private final Map<String, Integer> numbers = new HashMap<>();

    Chain(String name, Map<String, JsonSchema> inputs, List<Placed> plan) {
        this.name = name;
        this.inputs = Map.copyOf(inputs);
        this.plan = List.copyOf(plan);
        for (int i = 0; i < plan.size(); i++) {
            numbers.put(plan.get(i).step().name(), i);
        }
    }

    /** A plan to add steps to. */
    public static ChainBuilder named(String name) {
        return new ChainBuilder(name);
    }

    public String name() {
        return name;
    }

    /** In the order in which they run one after another. */
    public List<Step> steps() {
        return plan.stream().map(Placed::step).toList();
    }

    /**
     * Runs all steps and waits for them. One that fails stops those that need it, and no other.
     *
     * @param given a value for every input
     * @param options for whom, how many at a time, and for how long
     * @throws IllegalArgumentException if an input is missing, unknown, or not what it must be
     * @throws InterruptedException if interrupted; then it is cancelled
     */
    public ChainOutcome run(
            ToolExecutor executor, ObjectNode given, Mode mode, BatchOptions options)
            throws InterruptedException {
        try (ChainRun run = start(executor, given, mode, options)) {
            return run.await();
        }
    }

    /**
     * Begins to run it; what is returned must be closed.
     *
     * @throws IllegalArgumentException if an input is missing, unknown, or not what it must be
     */
    public ChainRun start(
            ToolExecutor executor, ObjectNode given, Mode mode, BatchOptions options) {
        check(given);
        ObjectNode values = given.deepCopy();
        var calls = new ArrayList<StepCall>();
        List<Set<Integer>> after = after(mode);
        for (int i = 0; i < plan.size(); i++) {
            Placed placed = plan.get(i);
            switch (placed.step()) {
                case ToolStep step ->
                        calls.add(
                                new StepCall(
                                        step,
                                        placed.yields(),
                                        placed.needs(),
                                        after.get(i),
                                        numbers,
                                        values));
            }
        }
        return new ChainRun(steps(), executor.startPlan(calls, options));
    }

    private void check(ObjectNode given) {
        for (String input : given.propertyNames()) {
            if (!inputs.containsKey(input)) {
                throw new IllegalArgumentException(
                        "the chain %s has no input %s, but %s"
                                .formatted(name, input, Names.of(inputs.keySet())));
            }
        }
        inputs.forEach((input, schema) -> {
            if (!given.has(input)) {
                throw new IllegalArgumentException(
                        "the chain %s needs the input %s".formatted(name, input));
            }
            schema.problem(given.get(input))
                    .ifPresent(problem -> {
                        throw new IllegalArgumentException(
                                "the input %s of the chain %s is not what it must be: %s"
                                        .formatted(input, name, problem));
                    });
        });
    }

    /** Those that each one waits for, beside what it needs. */
    private List<Set<Integer>> after(Mode mode) {
        return switch (mode) {
            case ADAPTIVE -> plan.stream().map(each -> Set.<Integer>of()).toList();
            case SEQUENTIAL ->
                    IntStream.range(0, plan.size())
                            .mapToObj(i -> i == 0 ? Set.<Integer>of() : Set.of(i - 1))
                            .toList();
            case LEVELS -> {
                // One set for all of a level: there may be half a million pairs.
                Map<Integer, Set<Integer>> levels =
                        IntStream.range(0, plan.size())
                                .boxed()
                                .collect(
                                        Collectors.groupingBy(
                                                i -> plan.get(i).level(), Collectors.toSet()));
                yield plan.stream()
                        .map(each -> levels.getOrDefault(each.level() - 1, Set.of()))
                        .toList();
            }
        };
    }
}
