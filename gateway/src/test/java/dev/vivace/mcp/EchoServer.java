package dev.vivace.mcp;

import java.io.IOException;
import java.net.URI;
import tools.jackson.databind.JsonNode;

/** A small server whose tools say what they are told, or fail. */
public final class EchoServer implements AutoCloseable {
    private final PlainServer server = new PlainServer(EchoServer::answer);

    public EchoServer() throws IOException {}

    public URI url() {
        return server.url();
    }

    private static String answer(String method, JsonNode params) {
        return switch (method) {
            case "initialize" -> PlainServer.hello("{\"tools\":{}}");
            case "tools/list" ->
                    PlainServer.result(
                            "{\"tools\":[{\"name\":\"echo\",\"description\":\"Says it again.\\nAnd again.\",\"inputSchema\":{\"type\":\"object\",\"properties\":{\"times\":{\"type\":\"integer\"}}}},{\"name\":\"fail\",\"description\":\"Fails.\",\"inputSchema\":{\"type\":\"object\"}}]}");
            case "tools/call" ->
                    switch (params.path("name").asString("")) {
                        case "echo" -> text(params.path("arguments").path("text").toString(), "");
                        case "fail" -> text("\"it failed\"", ",\"isError\":true");
                        default -> PlainServer.error(-32602, "Unknown tool");
                    };
            default -> PlainServer.result("{}");
        };
    }

    private static String text(String text, String more) {
        return PlainServer.result(
                "{\"content\":[{\"type\":\"text\",\"text\":" + text + "}]" + more + "}");
    }

    @Override
    public void close() {
        server.close();
    }
}
