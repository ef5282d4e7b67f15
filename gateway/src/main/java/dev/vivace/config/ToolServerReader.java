package dev.vivace.config;

import java.net.URI;
import java.util.Optional;
import java.util.OptionalInt;

/** Reads one MCP server, which is a program or an address. */
final class ToolServerReader {
    private ToolServerReader() {}

    static Optional<ToolServer> read(Entry entry) {
        Section section = entry.section(Keys.MCP);
        var standard = ToolServer.Terms.DEFAULT;
        var terms =
                new ToolServer.Terms(
                        section.get("trust", ToolServer.TRUST, standard.trust()),
                        section.get("timeout", ToolServer.TIMEOUT, standard.timeout()),
                        section.get("ttl", ToolServer.TTL, standard.ttl()),
                        section.find("concurrency", ToolServer.CONCURRENCY)
                                .map(OptionalInt::of)
                                .orElse(OptionalInt.empty()),
                        DeliveryReader.perMinute(section, "requests-per-minute"));
        Optional<String> command = section.find("command", ToolServer.COMMAND);
        Optional<URI> url = section.find("url", ToolServer.URL);
        var args = section.all("args", ToolServer.ARGUMENT);
        var env = section.texts("env", ToolServer.VARIABLE, ToolServer.VALUE);
        var headers = section.texts("headers", ToolServer.HEADER, ToolServer.HEADER_VALUE);
        boolean local = section.find("command").isPresent();
        boolean remote = section.find("url").isPresent();
        if (local == remote) {
            if (entry.mayHaveChildren()) {
                entry.problem(
                        local
                                ? "has a command and a url: one of them is too much"
                                : "needs a command to start, or the url of a server that runs");
            }
            return Optional.empty();
        }
        if (local) {
            stray(section, "headers", "belongs to a server with a url");
            return command.map(program -> new ToolServer.Local(program, args, env, terms));
        }
        stray(section, "args", "belongs to a server with a command");
        stray(section, "env", "belongs to a server with a command");
        return url.map(where -> new ToolServer.Remote(where, headers, terms));
    }

    private static void stray(Section section, String key, String message) {
        section.find(key).ifPresent(child -> child.problem(message));
    }
}
