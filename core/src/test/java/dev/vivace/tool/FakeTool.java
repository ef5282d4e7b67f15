package dev.vivace.tool;

import java.time.Duration;
import java.util.Optional;
import java.util.function.Function;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** A tool that does what a test says. */
final class FakeTool implements Tool {
    /** What it does. */
    interface Body {
        ToolResult call(ObjectNode arguments, ToolContext context) throws Exception;
    }

    static final JsonMapper JSON = JsonMapper.shared();

    private final ToolDefinition definition;
    private final Function<ObjectNode, Effects> effects;
    private final Body body;
    private Optional<Duration> timeToLive = Optional.empty();
    private boolean idempotent;
    private boolean blocksNatively;

    FakeTool(String name, Function<ObjectNode, Effects> effects, Body body) {
        this(new ToolDefinition(name, "", json("{}")), effects, body);
    }

    FakeTool(ToolDefinition definition, Function<ObjectNode, Effects> effects, Body body) {
        this.definition = definition;
        this.effects = effects;
        this.body = body;
    }

    static ObjectNode json(String text) {
        return (ObjectNode) JSON.readTree(text);
    }

    static JsonNode text(String value) {
        return JsonNodeFactory.instance.stringNode(value);
    }

    static ToolResult said(String value) {
        return ToolResult.of(text(value));
    }

    FakeTool keptFor(Duration time) {
        timeToLive = Optional.of(time);
        return this;
    }

    FakeTool withIdempotence() {
        idempotent = true;
        return this;
    }

    FakeTool withNativeBlocking() {
        blocksNatively = true;
        return this;
    }

    @Override
    public ToolDefinition definition() {
        return definition;
    }

    @Override
    public Effects effects(ObjectNode arguments) {
        return effects.apply(arguments);
    }

    @Override
    public ToolResult call(ObjectNode arguments, ToolContext context) throws Exception {
        return body.call(arguments, context);
    }

    @Override
    public boolean idempotent() {
        return idempotent;
    }

    @Override
    public boolean blocksNatively() {
        return blocksNatively;
    }

    @Override
    public Optional<Duration> timeToLive() {
        return timeToLive;
    }
}
