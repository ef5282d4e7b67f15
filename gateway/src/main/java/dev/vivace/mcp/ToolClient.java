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
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** A client of an MCP server, for the command line. Not thread-safe. */
public final class ToolClient implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofMinutes(10);
    private static final int MOST_PAGES = 1_000;
    private static final String NEXT = "nextCursor";
    private static final TypeReference<Map<String, Object>> OBJECT = new TypeReference<>() {};

    /** The tool of a gateway that finds others, where it does not list all. */
    public static final String SEARCH = ToolShelf.SEARCH;

    private final URI url;
    private final boolean keyed;
    private final McpSyncClient client;

    private ToolClient(URI url, boolean keyed, McpSyncClient client) {
        this.url = url;
        this.keyed = keyed;
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
        var opened = new ToolClient(url, key.isPresent(), client);
        try {
            var unused = opened.ask(client::initialize);
            return opened;
        } catch (IOException e) {
            opened.close();
            throw new IOException(Refusal.of(url, key).orElse(String.valueOf(e.getMessage())), e);
        }
    }

    private <T> T ask(Supplier<T> question) throws IOException {
        try {
            return question.get();
        } catch (McpError e) {
            throw new IOException(String.valueOf(e.getMessage()), e);
        } catch (RuntimeException e) {
            throw new IOException("No MCP server answers at " + url + reason(e), e);
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

    /** Whether it is a gateway like this one that is asked. */
    public boolean ofGateway() {
        return client.getServerInfo().name().equals(Requests.NAME);
    }

    /** Whether a key is sent. */
    public boolean keyed() {
        return keyed;
    }

    /**
     * What it has, as an object with the member {@code tools}.
     *
     * @throws IOException if it does not answer, with a reason for people
     */
    public JsonNode tools() throws IOException {
        ObjectNode all = page(null);
        ArrayNode tools = all.withArrayProperty(Kind.TOOLS.member);
        JsonNode next = all.path(NEXT);
        for (int pages = 1; pages < MOST_PAGES && next.isString(); pages++) {
            ObjectNode page = page(next.asString());
            page.path(Kind.TOOLS.member).forEach(tools::add);
            next = page.path(NEXT);
        }
        all.remove(NEXT);
        return all;
    }

    /** The SDK's own way to have all pages drops what is told beside the tools. */
    private ObjectNode page(@Nullable String cursor) throws IOException {
        return Rpc.JSON.valueToTree(ask(() -> client.listTools(cursor)));
    }

    /** Why servers behind a gateway are down, by their names, as its list of tools says. */
    public static Map<String, String> down(JsonNode listed) {
        var down = new LinkedHashMap<String, String>();
        listed.path("_meta")
                .path(Rpc.SERVERS_DOWN)
                .properties()
                .forEach(each -> down.put(each.getKey(), each.getValue().asString("")));
        return down;
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

    /** What a gateway changed of a call's arguments, as its result says; empty if nothing. */
    public static List<String> changes(JsonNode result) {
        return result.path("_meta")
                .path(Rpc.ARGUMENT_CHANGES)
                .valueStream()
                .map(each -> each.asString(""))
                .toList();
    }

    @Override
    public void close() {
        client.close();
    }
}
