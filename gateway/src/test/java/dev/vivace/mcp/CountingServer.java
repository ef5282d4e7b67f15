package dev.vivace.mcp;

import dev.vivace.config.ToolServer;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import tools.jackson.databind.JsonNode;

/**
 * A server over HTTP with tools that only read, and one each of whatever else there is: the
 * resource {@code NAME:one}, the template {@code NAME:{id}}, the prompt {@code greet}. What begins
 * with {@code else:} it has without listing it. It remembers what it was asked.
 */
final class CountingServer implements AutoCloseable {
    private final String name;
    private final List<String> tools;
    private final PlainServer server;
    private final ConcurrentLinkedQueue<String> heard = new ConcurrentLinkedQueue<>();

    /** Counted down when the tool {@code wait} was called. */
    final CountDownLatch waiting = new CountDownLatch(1);

    /** Lets the tool {@code wait} answer. */
    final CountDownLatch go = new CountDownLatch(1);

    CountingServer(String name, String... tools) throws IOException {
        this.name = name;
        this.tools = List.of(tools);
        server = new PlainServer(this::said);
    }

    /** Trusted, and what it reads may be kept. */
    ToolServer options() {
        return server.options(
                new ToolServer.Terms(true, Duration.ofMinutes(1), Duration.ofMinutes(1)));
    }

    /** What it was asked beside lists: the methods, each with what it was for. */
    List<String> heard() {
        return List.copyOf(heard);
    }

    private String said(String method, JsonNode params) {
        return switch (method) {
            case "initialize" ->
                    PlainServer.hello(
                            "{\"tools\":{},\"resources\":{},\"prompts\":{},\"completions\":{}}");
            case "tools/list" -> result("'tools':[" + listed() + "]");
            case "resources/list" ->
                    result("'resources':[{'uri':'" + name + ":one','name':'one'}]");
            case "resources/templates/list" ->
                    result("'resourceTemplates':[{'uriTemplate':'" + name + ":{id}','name':'t'}]");
            case "prompts/list" -> result("'prompts':[{'name':'greet'}]");
            case "ping" -> result("");
            default -> {
                heard.add(method + " " + asked(params));
                yield asked(method, params);
            }
        };
    }

    private String listed() {
        return tools.stream()
                .map(tool ->
                        "{'name':'"
                                + tool
                                + "','inputSchema':{'type':'object'},'annotations':{'readOnlyHint':true}}")
                .collect(Collectors.joining(","));
    }

    private static String asked(JsonNode params) {
        return params.path("name")
                .asString(params.path("uri").asString(params.path("ref").toString()));
    }

    private String asked(String method, JsonNode params) {
        return switch (method) {
            case "tools/call" -> called(params);
            case "resources/read" -> read(params.path("uri").asString(""));
            case "prompts/get" -> result("'messages':[],'description':'of " + name + "'");
            case "completion/complete" -> result("'completion':{'values':['of " + name + "']}");
            default -> error(-32601);
        };
    }

    private String read(String uri) {
        return uri.startsWith(name + ":") || uri.startsWith("else:")
                ? result("'contents':[{'uri':'" + uri + "','text':'of " + name + "'}]")
                : error(-32002);
    }

    private String called(JsonNode params) {
        if (params.path("name").asString("").equals("wait")) {
            waiting.countDown();
            try {
                if (!go.await(30, TimeUnit.SECONDS)) {
                    return error(-32000);
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
        JsonNode code = params.path("arguments").path("fail");
        return code.isNumber()
                ? error(code.asInt())
                : result("'content':[{'type':'text','text':'of " + name + "'}]");
    }

    private static String result(String members) {
        return PlainServer.result("{" + members.replace('\'', '"') + "}");
    }

    private static String error(int code) {
        return PlainServer.error(code, "not so");
    }

    @Override
    public void close() {
        server.close();
    }
}
