package dev.vivace.chain;

import dev.vivace.tool.JsonSchema;
import dev.vivace.tool.ToolDefinition;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.function.Function;
import tools.jackson.databind.JsonNode;

/**
 * Puts a chain together. Everything that is wrong with it is an {@code IllegalArgumentException}
 * that says where, and what would be right. Not thread-safe.
 */
public final class ChainBuilder {
    /** Most steps of a chain. */
    public static final int MAX_STEPS = 1_000;

    private static final int MAX_INPUTS = 100;

    private final String name;
    private final Map<String, JsonNode> inputs = new LinkedHashMap<>();
    private final Map<String, Step> steps = new LinkedHashMap<>();

    ChainBuilder(String name) {
        if (name.isBlank() || name.length() > 256) {
            throw new IllegalArgumentException("a chain's name must have 1 to 256 characters");
        }
        this.name = name;
    }

    /**
     * A value that is given when the chain runs; {@code $inputs.NAME} in arguments.
     *
     * @param input a letter, then letters, digits, {@code _} and {@code -}, 64 at most
     * @param schema JSON Schema; {@code {}} is anything
     */
    public ChainBuilder input(String input, JsonNode schema) {
        named("input", input);
        if (inputs.size() == MAX_INPUTS) {
            throw new IllegalArgumentException("a chain has " + MAX_INPUTS + " inputs at most");
        }
        if (inputs.putIfAbsent(input, schema.deepCopy()) != null) {
            throw new IllegalArgumentException("there are two inputs " + input + ": rename one");
        }
        return this;
    }

    /** At most {@link #MAX_STEPS}; one may refer to others that are added later. */
    public ChainBuilder step(Step step) {
        named("step", step.name());
        if (step.name().equals(Reference.INPUTS)) {
            throw new IllegalArgumentException(
                    "a step cannot be called inputs, which are those of the chain: rename it");
        }
        if (steps.size() == MAX_STEPS) {
            throw new IllegalArgumentException("a chain has " + MAX_STEPS + " steps at most");
        }
        if (steps.putIfAbsent(step.name(), step) != null) {
            throw new IllegalArgumentException(
                    "there are two steps " + step.name() + ": rename one");
        }
        return this;
    }

    private static void named(String what, String name) {
        if (!Reference.NAME.matcher(name).matches()) {
            throw new IllegalArgumentException(
                    what + " names must be a letter, then letters, digits, _ and -, 64 at most");
        }
    }

    /**
     * The chain, checked.
     *
     * @param tools by their names: what they want is what steps must give them
     * @throws IllegalArgumentException if there are no steps, one refers to a step, input or part
     *     that there is not, or in a circle, calls a tool that there is not, gives what is not
     *     wanted, or needs an optional step without being optional itself
     */
    public Chain build(Function<String, Optional<ToolDefinition>> tools) {
        if (steps.isEmpty()) {
            throw new IllegalArgumentException("the chain " + name + " has no steps: add one");
        }
        var schemas = new HashMap<String, JsonSchema>();
        inputs.forEach((input, schema) -> schemas.put(input, schema("input " + input, schema)));
        Map<String, Set<String>> needs = needs();
        List<String> order = order(needs);
        flow(tools);
        var positions = new HashMap<String, Integer>();
        var plan = new ArrayList<Chain.Placed>();
        for (String each : order) {
            List<Integer> needed =
                    of(needs, each).stream().map(need -> of(positions, need)).toList();
            int level = needed.stream().mapToInt(i -> plan.get(i).level() + 1).max().orElse(0);
            Step step = of(steps, each);
            positions.put(each, plan.size());
            plan.add(new Chain.Placed(step, yields(step), needed, level));
        }
        return new Chain(name, schemas, plan);
    }

    private static <V> V of(Map<String, V> map, String key) {
        return Objects.requireNonNull(map.get(key), key);
    }

    private static Optional<JsonSchema> yields(Step step) {
        return switch (step) {
            case ToolStep tool ->
                    tool.declared()
                            .map(schema -> schema("what step " + tool.name() + " yields", schema));
        };
    }

    private static JsonSchema schema(String what, JsonNode schema) {
        try {
            return JsonSchema.of(schema);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(what + ": " + e.getMessage(), e);
        }
    }

    // ---- who needs whom

    private Map<String, Set<String>> needs() {
        var needs = new HashMap<String, Set<String>>();
        for (Step step : steps.values()) {
            var names = new LinkedHashSet<String>();
            collect(step, step.arguments(), names);
            needs.put(step.name(), names);
        }
        return needs;
    }

    private void collect(Step step, JsonNode node, Set<String> to) {
        Reference.of(node)
                .filter(reference -> !reference.name().equals(Reference.INPUTS))
                .ifPresent(reference -> to.add(needed(step, reference)));
        node.forEach(child -> collect(step, child, to));
    }

    private String needed(Step step, Reference reference) {
        Step needed = steps.get(reference.name());
        if (needed == null) {
            throw new IllegalArgumentException(
                    "step %s refers to the unknown step %s; there are %s; if %s is a text, write $%s"
                            .formatted(
                                    step.name(),
                                    reference.name(),
                                    Names.of(steps.keySet()),
                                    reference,
                                    reference));
        }
        if (needed.optional() && !step.optional()) {
            throw new IllegalArgumentException(
                    "step %s needs step %s, which is optional: make both optional, or neither"
                            .formatted(step.name(), needed.name()));
        }
        return needed.name();
    }

    /** What is needed first, and otherwise as they were added. */
    private List<String> order(Map<String, Set<String>> needs) {
        var added = List.copyOf(steps.keySet());
        var numbers = new HashMap<String, Integer>();
        added.forEach(each -> numbers.put(each, numbers.size()));
        var left = new int[added.size()];
        var users = new ArrayList<BitSet>();
        added.forEach(each -> users.add(new BitSet()));
        var free = new PriorityQueue<Integer>();
        for (int i = 0; i < left.length; i++) {
            Set<String> needed = of(needs, added.get(i));
            left[i] = needed.size();
            int user = i;
            needed.forEach(each -> users.get(of(numbers, each)).set(user));
            if (left[i] == 0) {
                free.add(i);
            }
        }
        var order = new ArrayList<String>();
        while (!free.isEmpty()) {
            int next = free.remove();
            order.add(added.get(next));
            users.get(next).stream().filter(user -> --left[user] == 0).forEach(free::add);
        }
        if (order.size() < added.size()) {
            var placed = Set.copyOf(order);
            throw circle(added.stream().filter(each -> !placed.contains(each)).toList(), needs);
        }
        return order;
    }

    /** Every one of these needs another of them. */
    private static IllegalArgumentException circle(
            List<String> among, Map<String, Set<String>> needs) {
        var members = Set.copyOf(among);
        var way = new LinkedHashSet<String>();
        String at = among.getFirst();
        while (way.add(at)) {
            at = of(needs, at).stream().filter(members::contains).findFirst().orElseThrow();
        }
        List<String> circle = new ArrayList<>(way);
        circle = new ArrayList<>(circle.subList(circle.indexOf(at), circle.size()));
        circle.add(at);
        return new IllegalArgumentException(
                "steps need each other in a circle, where none can come first: "
                        + String.join(" needs ", circle));
    }

    // ---- what goes from one to the next

    private void flow(Function<String, Optional<ToolDefinition>> tools) {
        var results = new HashMap<String, JsonNode>();
        for (Step step : steps.values()) {
            switch (step) {
                case ToolStep tool ->
                        tool.declared().ifPresent(schema -> results.put(tool.name(), schema));
            }
        }
        for (Step step : steps.values()) {
            switch (step) {
                case ToolStep tool -> {
                    ToolDefinition definition =
                            tools.apply(tool.tool())
                                    .orElseThrow(() ->
                                            new IllegalArgumentException(
                                                    "step %s calls the unknown tool %s"
                                                            .formatted(tool.name(), tool.tool())));
                    new Flow(tool.name(), inputs, results)
                            .check(tool.arguments(), definition.schema());
                }
            }
        }
    }
}
