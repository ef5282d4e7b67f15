package dev.vivace.mcp;

import dev.vivace.config.Config;
import dev.vivace.config.ToolSelection;
import dev.vivace.config.ToolServer;
import dev.vivace.gateway.Gateway;
import io.modelcontextprotocol.client.McpClient;
import io.modelcontextprotocol.client.McpSyncClient;
import io.modelcontextprotocol.client.transport.HttpClientStreamableHttpTransport;
import io.modelcontextprotocol.spec.McpSchema.CallToolRequest;
import io.modelcontextprotocol.spec.McpSchema.CallToolResult;
import io.modelcontextprotocol.spec.McpSchema.TextContent;
import io.modelcontextprotocol.spec.McpSchema.Tool;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;

/** A gateway in front of MCP servers, and clients of it. */
final class McpGateway implements AutoCloseable {
    private static final HttpClient HTTP = HttpClient.newHttpClient();

    final Gateway gateway;
    final McpSyncClient client;

    McpGateway(Map<String, ToolServer> servers) {
        this(servers, spec -> spec);
    }

    McpGateway(Map<String, ToolServer> servers, UnaryOperator<McpClient.SyncSpec> more) {
        this(servers, ToolSelection.DEFAULT, more);
    }

    McpGateway(
            Map<String, ToolServer> servers,
            ToolSelection selection,
            UnaryOperator<McpClient.SyncSpec> more) {
        gateway =
                Gateway.start(
                        Config.proxyTo(URI.create("http://127.0.0.1:1/v1"), Optional.empty())
                                .withServer(new Config.Server("127.0.0.1", 0))
                                .toBuilder()
                                .tools(selection)
                                .mcp(servers)
                                .build());
        client = client(gateway, more);
        client.initialize();
    }

    static McpSyncClient client(Gateway to, UnaryOperator<McpClient.SyncSpec> more) {
        return more.apply(
                        McpClient.sync(
                                        HttpClientStreamableHttpTransport.builder(
                                                        to.address().toString())
                                                .endpoint("/mcp")
                                                .build())
                                .requestTimeout(Duration.ofSeconds(40)))
                .build();
    }

    URI url() {
        return gateway.address().resolve("/mcp");
    }

    /** A program of the tests. Their class path is too long for an argument. */
    static ToolServer java(Class<?> main, ToolServer.Terms terms) {
        try {
            Path arguments = Files.createTempFile("mcp-server", ".args");
            arguments.toFile().deleteOnExit();
            Files.writeString(arguments, "-cp " + System.getProperty("java.class.path"));
            return new ToolServer.Local(
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    List.of("-XX:TieredStopAtLevel=1", "-Xmx256m", "@" + arguments, main.getName()),
                    Map.of("EXTRA", "given"),
                    terms);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static Map<String, ToolServer> servers(Object... namesAndServers) {
        var servers = new LinkedHashMap<String, ToolServer>();
        for (int i = 0; i < namesAndServers.length; i += 2) {
            servers.put((String) namesAndServers[i], (ToolServer) namesAndServers[i + 1]);
        }
        return servers;
    }

    static ToolServer.Terms patient(Duration timeout) {
        return new ToolServer.Terms(false, timeout, Duration.ZERO);
    }

    List<String> tools() {
        return client.listTools().tools().stream().map(Tool::name).toList();
    }

    CallToolResult call(String tool, Map<String, Object> arguments) {
        return client.callTool(new CallToolRequest(tool, arguments));
    }

    String text(String tool, Map<String, Object> arguments) {
        return text(call(tool, arguments));
    }

    static String text(CallToolResult result) {
        return ((TextContent) result.content().getFirst()).text();
    }

    String get(String path) throws Exception {
        return HTTP.send(
                        HttpRequest.newBuilder(gateway.address().resolve(path)).build(),
                        HttpResponse.BodyHandlers.ofString())
                .body();
    }

    /** One message as a client of another kind sends it. */
    HttpResponse<String> post(String body, String... headers) throws Exception {
        return post(url(), body, headers);
    }

    static HttpResponse<String> post(URI url, String body, String... headers) throws Exception {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(url)
                        .header("content-type", "application/json")
                        .header("accept", "application/json, text/event-stream");
        for (int i = 0; i < headers.length; i += 2) {
            request.setHeader(headers[i], headers[i + 1]);
        }
        return HTTP.send(
                request.POST(HttpRequest.BodyPublishers.ofString(body)).build(),
                HttpResponse.BodyHandlers.ofString());
    }

    @Override
    public void close() {
        client.close();
        gateway.close();
    }
}
