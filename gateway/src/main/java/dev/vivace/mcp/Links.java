package dev.vivace.mcp;

import dev.vivace.config.ToolServer;

/** Which way leads to a server. */
final class Links {
    private Links() {}

    static Link to(String name, ToolServer server) {
        return switch (server) {
            case ToolServer.Local local -> new StdioLink(name, local);
            case ToolServer.Remote remote -> new HttpLink(name, remote);
        };
    }
}
