package dev.vivace.cli;

import dev.vivace.command.Arguments;
import dev.vivace.command.Command;
import dev.vivace.command.Console;
import dev.vivace.command.Usage;
import dev.vivace.command.UsageException;
import dev.vivace.mcp.ToolClient;
import java.io.IOException;
import java.util.List;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** {@code vivace mcp call}. */
final class McpCallCommand implements Command {
    private static final int FAILED = 1;

    @Override
    public Usage usage() {
        return McpProgram.describe(
                new Usage("call", "Calls a tool, and prints what it says.")
                        .operands(
                                "TOOL [JSON]",
                                "the tool's name, and its arguments as one JSON object, such as"
                                        + " '{\"path\": \"notes.txt\"}'.",
                                1,
                                2));
    }

    @Override
    public int run(Arguments given, Console console) throws IOException {
        List<String> operands = given.operands();
        ObjectNode arguments = arguments(operands.size() > 1 ? operands.get(1) : "{}");
        return McpProgram.use(
                given,
                client -> call(client, operands.getFirst(), arguments, given.has("json"), console));
    }

    private static ObjectNode arguments(String text) {
        try {
            if (JsonMapper.shared().readTree(text) instanceof ObjectNode object) {
                return object;
            }
        } catch (JacksonException e) {
            throw new UsageException(
                    "JSON: the arguments are not valid JSON"
                            + (e.getLocation() == null
                                    ? ""
                                    : ", in line "
                                            + e.getLocation().getLineNr()
                                            + ", column "
                                            + e.getLocation().getColumnNr()));
        }
        throw new UsageException("JSON: the arguments must be one object, such as '{\"a\": 1}'");
    }

    private static int call(
            ToolClient client, String tool, ObjectNode arguments, boolean json, Console console)
            throws IOException {
        JsonNode result = client.call(tool, arguments);
        boolean failed = result.path("isError").asBoolean(false);
        ToolClient.changes(result)
                .forEach(change ->
                        console.err().println("The arguments were changed: " + shown(change)));
        if (json) {
            console.out()
                    .println(
                            JsonMapper.shared()
                                    .writerWithDefaultPrettyPrinter()
                                    .writeValueAsString(result));
        } else {
            var to = failed ? console.err() : console.out();
            for (JsonNode part : result.path("content")) {
                to.println(
                        part.path("type").asString("").equals("text")
                                ? shown(part.path("text").asString(""))
                                : shown(part.toString()));
            }
            if (result.path("content").isEmpty() && result.has("structuredContent")) {
                to.println(shown(result.get("structuredContent").toString()));
            }
        }
        return failed ? FAILED : 0;
    }

    /** Without what a terminal takes for an order: a server may write what it likes. */
    private static String shown(String text) {
        return text.replaceAll("[\\x00-\\x08\\x0b-\\x1f\\x7f-\\x9f]", "");
    }
}
