package dev.vivace.mcp;

import io.modelcontextprotocol.json.McpJsonDefaults;
import io.modelcontextprotocol.server.McpServer;
import io.modelcontextprotocol.server.McpServerFeatures;
import io.modelcontextprotocol.server.McpSyncServer;
import io.modelcontextprotocol.server.transport.StdioServerTransportProvider;
import io.modelcontextprotocol.spec.McpSchema.CallToolResult;
import io.modelcontextprotocol.spec.McpSchema.GetPromptResult;
import io.modelcontextprotocol.spec.McpSchema.ProgressNotification;
import io.modelcontextprotocol.spec.McpSchema.Prompt;
import io.modelcontextprotocol.spec.McpSchema.PromptMessage;
import io.modelcontextprotocol.spec.McpSchema.ReadResourceResult;
import io.modelcontextprotocol.spec.McpSchema.Resource;
import io.modelcontextprotocol.spec.McpSchema.Role;
import io.modelcontextprotocol.spec.McpSchema.ServerCapabilities;
import io.modelcontextprotocol.spec.McpSchema.TextContent;
import io.modelcontextprotocol.spec.McpSchema.TextResourceContents;
import io.modelcontextprotocol.spec.McpSchema.Tool;
import io.modelcontextprotocol.spec.McpSchema.ToolAnnotations;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;

/** A server on standard input and output, made with the SDK. */
public final class SdkStdioServer {
    private static final Map<String, Object> ANYTHING = Map.of("type", "object");

    /** Of two calls. */
    private static final CyclicBarrier MEETING = new CyclicBarrier(2);

    private SdkStdioServer() {}

    public static void main(String[] args) throws InterruptedException {
        var self = new AtomicReference<McpSyncServer>();
        McpSyncServer server =
                McpServer.sync(new StdioServerTransportProvider(McpJsonDefaults.getMapper()))
                        .serverInfo("sdk", "1")
                        .capabilities(
                                ServerCapabilities.builder()
                                        .tools(true)
                                        .resources(false, true)
                                        .prompts(true)
                                        .build())
                        .toolCall(
                                tool("echo", ToolAnnotations.builder().readOnlyHint(true).build()),
                                (client, call) ->
                                        text(String.valueOf(call.arguments().get("text"))))
                        .toolCall(
                                tool("environment", ToolAnnotations.builder().build()),
                                (client, call) ->
                                        text(
                                                String.join(
                                                        ",",
                                                        System.getenv().keySet().stream()
                                                                .sorted()
                                                                .toList())))
                        .toolCall(
                                tool("pid", ToolAnnotations.builder().build()),
                                (client, call) -> text("" + ProcessHandle.current().pid()))
                        .toolCall(
                                tool("steps", ToolAnnotations.builder().build()),
                                (client, call) -> {
                                    for (int i = 1; i <= 3; i++) {
                                        client.progressNotification(
                                                new ProgressNotification(
                                                        call.progressToken(), i, 3.0, "step " + i));
                                    }
                                    return text("done");
                                })
                        .toolCall(
                                tool("meet", ToolAnnotations.builder().build()),
                                (client, call) -> {
                                    try {
                                        MEETING.await(30, TimeUnit.SECONDS);
                                        return text("met");
                                    } catch (Exception e) {
                                        return text("alone");
                                    }
                                })
                        .toolCall(
                                tool("die", ToolAnnotations.builder().build()),
                                (client, call) -> {
                                    Runtime.getRuntime().halt(3);
                                    return text("never");
                                })
                        .toolCall(
                                tool("grow", ToolAnnotations.builder().build()),
                                (client, call) -> {
                                    self.get()
                                            .addTool(
                                                    McpServerFeatures.SyncToolSpecification
                                                            .builder()
                                                            .tool(
                                                                    tool(
                                                                            "grown",
                                                                            ToolAnnotations
                                                                                    .builder()
                                                                                    .build()))
                                                            .callHandler((c, r) -> text("grown"))
                                                            .build());
                                    return text("grown");
                                })
                        .resources(
                                new McpServerFeatures.SyncResourceSpecification(
                                        Resource.builder()
                                                .uri("note://one")
                                                .name("one")
                                                .mimeType("text/plain")
                                                .build(),
                                        (client, asked) ->
                                                new ReadResourceResult(
                                                        List.of(
                                                                new TextResourceContents(
                                                                        asked.uri(),
                                                                        "text/plain",
                                                                        "first note")))))
                        .prompts(
                                new McpServerFeatures.SyncPromptSpecification(
                                        new Prompt("greet", "Greets.", List.of()),
                                        (client, asked) ->
                                                new GetPromptResult(
                                                        "Greets.",
                                                        List.of(
                                                                new PromptMessage(
                                                                        Role.USER,
                                                                        new TextContent(
                                                                                "Hello!"))))))
                        .build();
        self.set(server);
        Thread.currentThread().join();
    }

    private static Tool tool(String name, ToolAnnotations annotations) {
        return Tool.builder(name, ANYTHING).description("A tool.").annotations(annotations).build();
    }

    private static CallToolResult text(String text) {
        return CallToolResult.builder().addTextContent(text).build();
    }
}
