package dev.vivace.simulator;

import dev.vivace.simulator.Answer.Choice;
import dev.vivace.simulator.ModelCall.Tool;
import dev.vivace.token.TokenCounter;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** Decides what is said: what was recorded, or something that follows from the request. */
final class Author {
    private static final int CALL_OVERHEAD = 4;

    private final Script script;
    private final TokenCounter counter;
    private final Runnable unscripted;

    /**
     * @param unscripted told of each call that the script does not have
     */
    Author(Script script, TokenCounter counter, Runnable unscripted) {
        this.script = script;
        this.counter = counter;
        this.unscripted = unscripted;
    }

    List<Choice> choices(ModelCall call) {
        if (!script.isEmpty()) {
            var recorded = script.after(call.messages());
            if (recorded.isPresent()) {
                var choice = recorded(recorded.get());
                return Collections.nCopies(call.choices(), choice);
            }
            unscripted.run();
        }
        var choices = new ArrayList<Choice>();
        for (int i = 0; i < call.choices(); i++) {
            choices.add(generated(call, new SplittableRandom(Mix.of(call.digest().high(), i))));
        }
        return choices;
    }

    /** What a choice costs, in tokens; at least 1. */
    int tokens(Choice choice) {
        int tokens = counter.count(choice.text());
        for (JsonNode call : choice.toolCalls()) {
            JsonNode function = call.path("function");
            tokens +=
                    CALL_OVERHEAD
                            + counter.count(function.path("name").stringValue(""))
                            + counter.count(function.path("arguments").stringValue(""));
        }
        return Math.max(1, tokens);
    }

    private static Choice recorded(JsonNode message) {
        JsonNode content = message.path("content");
        var calls = new ArrayList<JsonNode>();
        message.path("tool_calls").forEach(calls::add);
        return new Choice(
                content.isMissingNode() ? JsonNodeFactory.instance.nullNode() : content,
                calls,
                calls.isEmpty() ? "stop" : "tool_calls");
    }

    private Choice generated(ModelCall call, SplittableRandom random) {
        if (!call.callable().isEmpty() && (call.mustCall() || wantsTool(call, random))) {
            int count = call.parallelCalls() && random.nextInt(4) == 0 ? 2 : 1;
            var calls = new ArrayList<JsonNode>();
            for (int i = 0; i < count; i++) {
                calls.add(toolCall(call.callable(), random));
            }
            return new Choice(JsonNodeFactory.instance.nullNode(), calls, "tool_calls");
        }
        String text =
                call.schema()
                        .map(schema -> SchemaSample.of(schema, random).toString())
                        .orElseGet(() -> Prose.write(random));
        return ended(text, call);
    }

    /** An agent goes on for a while, then sums up. */
    private static boolean wantsTool(ModelCall call, SplittableRandom random) {
        boolean afterTool = call.messages().getLast().path("role").stringValue("").equals("tool");
        return random.nextInt(8) < (afterTool ? 3 : 5);
    }

    private static JsonNode toolCall(List<Tool> tools, SplittableRandom random) {
        Tool tool = tools.get(random.nextInt(tools.size()));
        JsonNode arguments = SchemaSample.of(tool.parameters(), random);
        ObjectNode call = Json.object();
        call.put("id", "call_%016x%08x".formatted(random.nextLong(), random.nextInt()));
        call.put("type", "function");
        call.putObject("function")
                .put("name", tool.name())
                .put("arguments", arguments.isObject() ? arguments.toString() : "{}");
        return call;
    }

    private Choice ended(String text, ModelCall call) {
        String ended = text;
        for (String stop : call.stop()) {
            int at = stop.isEmpty() ? -1 : ended.indexOf(stop);
            ended = at < 0 ? ended : ended.substring(0, at);
        }
        if (counter.count(ended) <= call.maxTokens()) {
            return new Choice(JsonNodeFactory.instance.stringNode(ended), List.of(), "stop");
        }
        int low = 0;
        int high = ended.length();
        while (low < high) {
            int middle = (low + high + 1) >>> 1;
            if (counter.count(ended.substring(0, middle)) <= call.maxTokens()) {
                low = middle;
            } else {
                high = middle - 1;
            }
        }
        return new Choice(
                JsonNodeFactory.instance.stringNode(ended.substring(0, low)), List.of(), "length");
    }
}
