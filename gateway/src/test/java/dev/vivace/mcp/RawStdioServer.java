package dev.vivace.mcp;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * A server on standard input and output that can do everything wrong. Its tools have the names of
 * what they do; {@code heard} tells which calls hang and which are cancelled, in order.
 */
public final class RawStdioServer {
    private static final JsonMapper JSON = new JsonMapper();
    private static final PrintStream OUT = System.out;

    private RawStdioServer() {}

    public static void main(String[] args) throws IOException {
        System.err.println("a complaint that is " + "very ".repeat(1_000) + "long");
        OUT.println("Welcome! This is no message.");
        var cancelled = new StringBuilder();
        var in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            JsonNode message = JSON.readTree(line);
            String method = message.path("method").asString("");
            String id = message.path("id").toString();
            switch (method) {
                case "initialize" ->
                        answer(
                                id,
                                "{\"protocolVersion\":\"2025-06-18\",\"capabilities\":{\"tools\":{}},\"serverInfo\":{\"name\":\"raw\",\"version\":\"1\"},\"unknown\":1}");
                case "tools/list" -> answer(id, tools());
                case "tools/call" -> {
                    if (message.at("/params/name").asString("").equals("hang")) {
                        cancelled.append("hanging ");
                    }
                    call(id, message.path("params"), cancelled.toString());
                }
                case "notifications/cancelled" -> cancelled.append("cancelled ");
                case "ping" -> answer(id, "{}");
                default -> {}
            }
        }
    }

    private static String tools() {
        var tools = new StringBuilder("{\"tools\":[");
        for (String name :
                new String[] {
                    "echo", "hang", "big", "garbage", "wrong", "refuse", "heard", "die"
                }) {
            tools.append("{\"name\":\"")
                    .append(name)
                    .append(
                            "\",\"description\":\"d\",\"inputSchema\":{\"type\":\"object\"},\"annotations\":{\"readOnlyHint\":true,\"idempotentHint\":true},\"vendor\":1.10},");
        }
        return tools
                + "{\"name\":\"sloppy\",\"title\":null,\"description\":7,\"inputSchema\":{\"type\":\"object\",\"required\":null},\"annotations\":{\"readOnlyHint\":\"true\"},\"_meta\":null},"
                + "{\"name\":\"schemaless\"},{\"name\":\"odd\",\"inputSchema\":{\"type\":\"string\"}},"
                + "{\"name\":\"destroy\",\"inputSchema\":{\"type\":\"object\"},\"annotations\":{\"destructiveHint\":true}},"
                + "7,{\"inputSchema\":{\"type\":\"object\"}}]}";
    }

    private static void call(String id, JsonNode params, String cancelled) {
        switch (params.path("name").asString("")) {
            case "echo" ->
                    answer(
                            id,
                            "{\"content\":[{\"type\":\"text\",\"text\":"
                                    + params.path("arguments").path("text")
                                    + ",\"annotations\":{\"x\":1}}],\"structuredContent\":{\"n\":1.10},\"vendor\":true}");
            case "hang" -> {}
            case "big" -> {
                OUT.print(
                        "{\"jsonrpc\":\"2.0\",\"id\":"
                                + id
                                + ",\"result\":{\"content\":[{\"type\":\"text\",\"text\":\"");
                String piece = "x".repeat(1 << 20);
                for (int i = 0; i < 100; i++) {
                    OUT.print(piece);
                }
                OUT.println("\"}]}}");
            }
            case "garbage" ->
                    OUT.println(
                            "{\"jsonrpc\":\"2.0\",\"id\":" + id + ",\"result\":{\"content\":[}");
            case "wrong" -> answer(id, "7");
            case "refuse" -> {
                OUT.println(
                        "{\"jsonrpc\":\"2.0\",\"id\":"
                                + id
                                + ",\"error\":{\"code\":-32099,\"message\":\"not today\",\"data\":{\"why\":\"x\"}}}");
                OUT.flush();
            }
            case "heard" -> text(id, cancelled);
            case "die" -> Runtime.getRuntime().halt(4);
            default -> text(id, "?");
        }
        OUT.flush();
    }

    private static void text(String id, String text) {
        answer(id, "{\"content\":[{\"type\":\"text\",\"text\":\"" + text + "\"}]}");
    }

    private static void answer(String id, String result) {
        OUT.println("{\"jsonrpc\":\"2.0\",\"id\":" + id + ",\"result\":" + result + "}");
        OUT.flush();
    }
}
