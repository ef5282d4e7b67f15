package dev.vivace.library;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.vivace.chain.Chain;
import dev.vivace.chain.ChainOutcome;
import dev.vivace.chain.Mode;
import dev.vivace.chain.StepRetry;
import dev.vivace.chain.ToolStep;
import dev.vivace.tool.BatchOptions;
import dev.vivace.tool.CallLine;
import dev.vivace.tool.Effects;
import dev.vivace.tool.Resource;
import dev.vivace.tool.Speculation;
import dev.vivace.tool.SpeculationOptions;
import dev.vivace.tool.Tool;
import dev.vivace.tool.ToolContext;
import dev.vivace.tool.ToolDefinition;
import dev.vivace.tool.ToolExecutor;
import dev.vivace.tool.ToolLine;
import dev.vivace.tool.ToolResult;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** A chain, by somebody who has nothing but the public types. */
@Timeout(60)
class ChainsExampleTest {
    private static ObjectNode json(String text) {
        return (ObjectNode) JsonMapper.shared().readTree(text.replace('\'', '"'));
    }

    private record Canned(ToolDefinition definition, String result) implements Tool {
        @Override
        public Effects effects(ObjectNode arguments) {
            return Effects.read(Resource.of("tickets"));
        }

        @Override
        public ToolResult call(ObjectNode arguments, ToolContext context) {
            return ToolResult.of(json(result.replace("?", arguments.path("id").asString(""))));
        }
    }

    private static final Map<String, Tool> TOOLS =
            Map.of(
                    "search",
                    new Canned(
                            new ToolDefinition("search", "Finds tickets.", json("{}")),
                            "{'items':[{'id':'T-1'}]}"),
                    "ticket",
                    new Canned(
                            new ToolDefinition(
                                    "ticket",
                                    "A ticket.",
                                    json(
                                            "{'type':'object','required':['id'],'properties':{'id':{'type':'string'}}}")),
                            "{'title':'about ?'}"));

    @Test
    void aChainIsBuiltOnceAndRunOverALine() throws Exception {
        ToolLine line = ToolLine.of(name -> Optional.ofNullable(TOOLS.get(name))).build();
        CallLine early = new Speculation(line, SpeculationOptions.DEFAULT).session("user-7", "s1");
        Chain chain =
                Chain.named("newest ticket")
                        .input("query", json("{'type':'string'}"))
                        .step(
                                ToolStep.of("find", "search", json("{'q':'$inputs.query'}"))
                                        .yielding(
                                                json(
                                                        "{'type':'object','properties':{'items':{'type':'array','items':"
                                                                + "{'type':'object','properties':{'id':{'type':'string'}}}}}}"))
                                        .retrying(StepRetry.of(3)))
                        .step(
                                ToolStep.of("show", "ticket", json("{'id':'$find.items[0].id'}"))
                                        .optionally())
                        .build(name -> Optional.ofNullable(TOOLS.get(name)).map(Tool::definition));
        ChainOutcome outcome =
                chain.run(
                        new ToolExecutor(early),
                        json("{'query':'broken door'}"),
                        Mode.ADAPTIVE,
                        BatchOptions.of("user-7"));
        assertEquals(ChainOutcome.Status.COMPLETE, outcome.status());
        assertEquals(json("{'title':'about T-1'}"), outcome.result("show").orElseThrow());
    }
}
