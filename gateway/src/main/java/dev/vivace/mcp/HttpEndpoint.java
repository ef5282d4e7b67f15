package dev.vivace.mcp;

import dev.vivace.config.ToolServer;
import io.modelcontextprotocol.spec.HttpHeaders;
import java.net.http.HttpRequest;
import java.util.Optional;

/** Makes requests to a server's endpoint, of the session that it has given us. Thread-safe. */
final class HttpEndpoint {
    static final String EVENTS = "text/event-stream";

    private final ToolServer.Remote options;
    private volatile Optional<String> session = Optional.empty();
    private volatile Optional<String> version = Optional.empty();

    HttpEndpoint(ToolServer.Remote options) {
        this.options = options;
    }

    /**
     * @throws IllegalArgumentException if one of its headers cannot be sent
     */
    HttpRequest.Builder request() {
        HttpRequest.Builder request = HttpRequest.newBuilder(options.url());
        options.headers().forEach(request::header);
        session.ifPresent(id -> request.setHeader(HttpHeaders.MCP_SESSION_ID, id));
        version.ifPresent(spoken -> request.setHeader(HttpHeaders.PROTOCOL_VERSION, spoken));
        return request;
    }

    /** Asks for what comes after an event; after none, for what comes. */
    HttpRequest.Builder stream(String lastEventId) {
        HttpRequest.Builder get = request().header("Accept", EVENTS).GET();
        if (!lastEventId.isEmpty()) {
            get.header(HttpHeaders.LAST_EVENT_ID, lastEventId);
        }
        return get;
    }

    boolean hasSession() {
        return session.isPresent();
    }

    /** The first one is that of the session. */
    void session(String id) {
        if (session.isEmpty() && id.matches("[!-~]{1,1024}")) {
            session = Optional.of(id);
        }
    }

    void speaks(String spoken) {
        version = Optional.of(spoken);
    }
}
