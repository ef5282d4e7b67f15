package dev.vivace.mcp;

import io.modelcontextprotocol.client.McpClient;
import io.modelcontextprotocol.client.McpSyncClient;
import io.modelcontextprotocol.client.transport.HttpClientStreamableHttpTransport;
import io.modelcontextprotocol.json.jackson3.JacksonMcpJsonMapper;
import io.modelcontextprotocol.spec.McpError;
import io.modelcontextprotocol.spec.McpSchema.CallToolRequest;
import io.modelcontextprotocol.spec.McpSchema.Implementation;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** A client of an MCP server, for the command line. Not thread-safe. */
public final class ToolClient implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofMinutes(10);
    private static final TypeReference<Map<String, Object>> OBJECT = new TypeReference<>() {};

    private final URI url;
    private final McpSyncClient client;

    private ToolClient(URI url, McpSyncClient client) {
        this.url = url;
        this.client = client;
    }

    /**
     * Begins a session.
     *
     * @param url the server's endpoint
     * @param key sent as a bearer token; empty for none
     * @throws IOException if that is not possible, with a reason for people
     */
    public static ToolClient open(URI url, Optional<String> key) throws IOException {
        HttpRequest.Builder requests = HttpRequest.newBuilder();
        key.ifPresent(secret -> requests.header("Authorization", "Bearer " + secret));
        String endpoint =
                url.getRawQuery() == null
                        ? url.getRawPath()
                        : url.getRawPath() + "?" + url.getRawQuery();
        var transport =
                HttpClientStreamableHttpTransport.builder(
                                url.getScheme() + "://" + url.getRawAuthority())
                        .endpoint(endpoint)
                        .jsonMapper(new JacksonMcpJsonMapper(Rpc.JSON))
                        .requestBuilder(requests)
                        .build();
        McpSyncClient client =
                McpClient.sync(transport)
                        .clientInfo(new Implementation("vivace-cli", "1"))
                        .requestTimeout(PATIENCE)
                        .build();
        var opened = new ToolClient(url, client);
        try {
            var unused = opened.ask(client::initialize);
            return opened;
        } catch (IOException e) {
            opened.close();
            throw e;
        }
    }

    private <T> T ask(Supplier<T> question) throws IOException {
        try {
            return question.get();
        } catch (McpError e) {
            throw new IOException(String.valueOf(e.getMessage()), e);
        } catch (RuntimeException e) {
            throw new IOException(
                    "There is no MCP server at " + url + ", or it does not let us in" + reason(e),
                    e);
        }
    }

    private static String reason(Throwable e) {
        Throwable root = e;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        String message = root.getMessage();
        return message == null ? "." : ": " + message;
    }

    /**
     * What it has, as an object with the member {@code tools}.
     *
     * @throws IOException if it does not answer, with a reason for people
     */
    public JsonNode tools() throws IOException {
        return Rpc.JSON.valueToTree(ask(client::listTools));
    }

    /**
     * Calls a tool.
     *
     * @return what the protocol calls a result
     * @throws IOException if there is none, with a reason for people
     */
    public JsonNode call(String tool, ObjectNode arguments) throws IOException {
        var request =
                CallToolRequest.builder()
                        .name(tool)
                        .arguments(Rpc.JSON.convertValue(arguments, OBJECT))
                        .build();
        return Rpc.JSON.valueToTree(ask(() -> client.callTool(request)));
    }

    @Override
    public void close() {
        client.close();
    }
}
