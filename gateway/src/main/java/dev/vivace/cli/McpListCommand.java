package dev.vivace.cli;

import dev.vivace.command.Arguments;
import dev.vivace.command.Command;
import dev.vivace.command.Console;
import dev.vivace.command.Usage;
import dev.vivace.mcp.ToolClient;
import java.io.IOException;
import java.util.Map;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** {@code vivace mcp list}. */
final class McpListCommand implements Command {
    private static final int LONGEST = 100;
    private static final int FAILED = 1;

    @Override
    public Usage usage() {
        return McpProgram.describe(new Usage("list", "Lists the tools."));
    }

    @Override
    public int run(Arguments given, Console console) throws IOException {
        return McpProgram.use(given, client -> list(client, given.has("json"), console));
    }

    private static int list(ToolClient client, boolean json, Console console) throws IOException {
        JsonNode listed = client.tools();
        if (json) {
            console.out()
                    .println(
                            JsonMapper.shared()
                                    .writerWithDefaultPrettyPrinter()
                                    .writeValueAsString(listed));
        } else {
            print(listed, console);
        }
        Map<String, String> down = ToolClient.down(listed);
        down.forEach((server, why) ->
                console.err()
                        .println("The server " + shown(server) + " is down: " + shown(why) + "."));
        if (!listed.path("tools").isEmpty()) {
            searching(client, listed, console);
            return 0;
        }
        console.err()
                .println(
                        client.keyed()
                                ? "There are no tools, or none that the key in VIVACE_KEY may call."
                                : "There are no tools.");
        return down.isEmpty() ? 0 : FAILED;
    }

    /** A gateway with many tools may list a few of them, and one that finds the others. */
    private static void searching(ToolClient client, JsonNode listed, Console console) {
        for (JsonNode tool : listed.path("tools")) {
            if (client.ofGateway() && tool.path("name").asString("").equals(ToolClient.SEARCH)) {
                console.err()
                        .println(
                                "There are more tools: find them with vivace mcp call "
                                        + ToolClient.SEARCH
                                        + " '{\"query\": \"what it should do\"}'.");
            }
        }
    }

    private static void print(JsonNode listed, Console console) {
        int width = 0;
        for (JsonNode tool : listed.path("tools")) {
            width = Math.max(width, tool.path("name").asString("").length());
        }
        for (JsonNode tool : listed.path("tools")) {
            String name = tool.path("name").asString("");
            String about = shown(tool.path("description").asString(""));
            console.out().println((name + " ".repeat(width - name.length() + 2) + about).strip());
        }
    }

    /** The beginning, in one line; a server may write what it likes. */
    private static String shown(String text) {
        String line =
                text.strip()
                        .lines()
                        .findFirst()
                        .orElse("")
                        .replaceAll("[\\x00-\\x1f\\x7f-\\x9f]", " ");
        return line.length() > LONGEST ? line.substring(0, LONGEST) + "..." : line;
    }
}
