package dev.vivace.library;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.vivace.select.LearnedRanking;
import dev.vivace.select.Selection;
import dev.vivace.select.SelectorOptions;
import dev.vivace.select.ToolSelector;
import dev.vivace.tool.BatchOptions;
import dev.vivace.tool.Effects;
import dev.vivace.tool.Resource;
import dev.vivace.tool.Tool;
import dev.vivace.tool.ToolCall;
import dev.vivace.tool.ToolContext;
import dev.vivace.tool.ToolDefinition;
import dev.vivace.tool.ToolExecutor;
import dev.vivace.tool.ToolLine;
import dev.vivace.tool.ToolOutcome;
import dev.vivace.tool.ToolResult;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** What docs/tools.md shows, by somebody who has nothing but the public types. */
@Timeout(60)
class ToolsExampleTest {
    @TempDir Path root;

    private static ObjectNode json(String text) {
        return (ObjectNode) JsonMapper.shared().readTree(text.replace('\'', '"'));
    }

    private static final JsonNode SCHEMA =
            json(
                    "{'type':'object','required':['path'],'properties':{'path':{'type':'string'},'text':{'type':'string'}}}");

    private final class ReadFile implements Tool {
        private final ToolDefinition definition =
                new ToolDefinition("read", "Reads a file.", SCHEMA);

        @Override
        public ToolDefinition definition() {
            return definition;
        }

        @Override
        public Effects effects(ObjectNode in) {
            return Effects.read(Resource.file(in.path("path").asString("")));
        }

        @Override
        public Optional<Duration> timeToLive() {
            return Optional.of(Duration.ofMinutes(10));
        }

        @Override
        public ToolResult call(ObjectNode in, ToolContext context) throws IOException {
            String text = Files.readString(root.resolve(in.path("path").asString("")));
            return ToolResult.of(JsonNodeFactory.instance.stringNode(text));
        }
    }

    private final class WriteFile implements Tool {
        private final ToolDefinition definition =
                new ToolDefinition("write", "Writes a file.", SCHEMA);

        @Override
        public ToolDefinition definition() {
            return definition;
        }

        @Override
        public Effects effects(ObjectNode in) {
            return Effects.write(Resource.file(in.path("path").asString("")));
        }

        @Override
        public ToolResult call(ObjectNode in, ToolContext context) throws IOException {
            Files.writeString(
                    root.resolve(in.path("path").asString("")), in.path("text").asString(""));
            return ToolResult.of(JsonNodeFactory.instance.nullNode());
        }
    }

    private static ToolCall call(String tool, String arguments) {
        return new ToolCall("id", tool, json(arguments));
    }

    private static ToolOutcome.Done done(ToolOutcome outcome) {
        return assertInstanceOf(ToolOutcome.Done.class, outcome);
    }

    @Test
    void aBatchOverFilesOneResultOfWhichIsKept() throws Exception {
        Map<String, Tool> tools = Map.of("read", new ReadFile(), "write", new WriteFile());
        ToolLine line = ToolLine.of(name -> Optional.ofNullable(tools.get(name))).build();
        var executor = new ToolExecutor(line);
        BatchOptions options = BatchOptions.of("user-7");
        List<ToolOutcome> got =
                executor.executeBatch(
                        List.of(
                                call("write", "{'path':'a','text':'one'}"),
                                call("read", "{' path ':'./a'}"),
                                call("write", "{'path':'b','text':'$2'}"),
                                call("read", "{'path':'b'}"),
                                call("read", "{'path':5}")),
                        options);
        assertEquals("one", done(got.get(1)).result().value().stringValue());
        assertEquals(
                1, done(got.get(1)).changes().size(), "the name was trimmed, and that is told");
        assertEquals("one", done(got.get(3)).result().value().stringValue());
        var bad = assertInstanceOf(ToolOutcome.Failed.class, got.get(4));
        assertEquals(ToolOutcome.Reason.BAD_ARGUMENTS, bad.reason());

        List<ToolOutcome> again =
                executor.executeBatch(List.of(call("read", "{'path':'b'}")), options);
        assertEquals(ToolOutcome.Source.CACHED, done(again.getFirst()).source());
        List<ToolOutcome> changed =
                executor.executeBatch(
                        List.of(
                                call("write", "{'path':'b','text':'two'}"),
                                call("read", "{'path':'b'}")),
                        options);
        assertEquals("two", done(changed.get(1)).result().value().stringValue());
    }

    @Test
    void ofManyToolsThoseAreSentThatFit() {
        var definitions = new ArrayList<ToolDefinition>();
        for (int i = 0; i < 100; i++) {
            definitions.add(new ToolDefinition("filler_" + i, "Does thing " + i, SCHEMA));
        }
        definitions.add(new ToolDefinition("billing.create_invoice", "Makes an invoice.", SCHEMA));
        List<ToolDefinition> all = List.copyOf(definitions);
        var learned = new LearnedRanking();
        var selector = new ToolSelector(SelectorOptions.DEFAULTS, learned);
        Selection now = selector.select("user-7/s1", all, "please send an invoice to Ada");
        List<String> names = now.tools().stream().map(ToolDefinition::name).toList();
        assertTrue(names.contains("billing.create_invoice"), "" + names);
        assertTrue(names.contains("search_tools") && names.size() <= 50, "" + names);
        learned.feedback("please send an invoice to Ada", "billing.create_invoice", true);
        List<String> later =
                selector.select("user-7/s1", all, "thing 7").tools().stream()
                        .map(ToolDefinition::name)
                        .toList();
        assertEquals(names, later.subList(0, names.size()), "only ever longer");
    }
}
