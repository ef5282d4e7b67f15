package dev.vivace.chain;

import dev.vivace.deliver.RetryOptions;
import dev.vivace.limit.LocalBuckets;
import dev.vivace.tool.Effects;
import dev.vivace.tool.Tool;
import dev.vivace.tool.ToolContext;
import dev.vivace.tool.ToolDefinition;
import dev.vivace.tool.ToolExecutor;
import dev.vivace.tool.ToolLimit;
import dev.vivace.tool.ToolLimits;
import dev.vivace.tool.ToolLine;
import dev.vivace.tool.ToolResult;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.random.RandomGenerator;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** Tools that do what a test says, called once each time. */
final class Tools {
    /** What a tool does. */
    interface Body {
        JsonNode call(ObjectNode arguments) throws Exception;
    }

    private final Map<String, Tool> all = new HashMap<>();
    private Optional<Duration> kept = Optional.empty();

    static ObjectNode json(String text) {
        return (ObjectNode) JsonMapper.shared().readTree(text.replace('\'', '"'));
    }

    /** Results may be kept. */
    Tools keeping() {
        kept = Optional.of(Duration.ofMinutes(1));
        return this;
    }

    Tools with(String name, Effects effects, String schema, Body body) {
        var definition = new ToolDefinition(name, "", json(schema));
        all.put(
                name,
                new Tool() {
                    @Override
                    public ToolDefinition definition() {
                        return definition;
                    }

                    @Override
                    public Effects effects(ObjectNode arguments) {
                        return effects;
                    }

                    @Override
                    public Optional<Duration> timeToLive() {
                        return kept;
                    }

                    @Override
                    public ToolResult call(ObjectNode arguments, ToolContext context)
                            throws Exception {
                        return ToolResult.of(body.call(arguments));
                    }
                });
        return this;
    }

    Optional<ToolDefinition> definition(String name) {
        return Optional.ofNullable(all.get(name)).map(Tool::definition);
    }

    ToolExecutor executor() {
        var once =
                new ToolLimit(
                        1_000,
                        1_000,
                        Duration.ofSeconds(30),
                        java.util.OptionalLong.empty(),
                        ToolLimit.DEFAULT.breaker(),
                        new RetryOptions(
                                1, 0, 0, Duration.ofMillis(1), Duration.ofMillis(1), false));
        return new ToolExecutor(
                ToolLine.of(name -> Optional.ofNullable(all.get(name)))
                        .limits(
                                new ToolLimits(
                                        tool -> once,
                                        tool -> Optional.empty(),
                                        new LocalBuckets(),
                                        System::nanoTime,
                                        RandomGenerator.getDefault()))
                        .build());
    }
}
