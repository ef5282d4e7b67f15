package dev.vivace.cli;

import dev.vivace.command.Arguments;
import dev.vivace.command.Kind;
import dev.vivace.command.Program;
import dev.vivace.command.Usage;
import dev.vivace.command.UsageException;
import dev.vivace.config.Config;
import dev.vivace.config.ConfigException;
import dev.vivace.config.ConfigFile;
import dev.vivace.gateway.Gateway;
import dev.vivace.mcp.ToolClient;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.Optional;

/** {@code vivace mcp}: the commands that look at the tools of MCP servers, and what they share. */
final class McpProgram {
    private static final String USUAL = "http://127.0.0.1:8080/mcp";
    private static final String[] FOOTER = {
        "",
        "Exit code: 0 if all went well; 1 if the call failed, the server or gateway cannot be reached"
                + " or lets nobody in, or nothing is listed because servers are down; 2 for wrong"
                + " use."
    };

    private McpProgram() {}

    static Program of(String version) {
        return new Program(
                        "vivace mcp",
                        version,
                        "Lists and calls the tools that a gateway offers at /mcp, or any MCP server.",
                        "Where client keys are needed, one is taken from VIVACE_KEY.",
                        "",
                        "vivace mcp COMMAND --help says more.")
                .with("list", McpListCommand::new)
                .with("call", McpCallCommand::new);
    }

    /** Adds the options that say whose tools are meant. */
    static Usage describe(Usage usage) {
        return usage.option("url", "URL", "The server's endpoint (default " + USUAL + ").")
                .option(
                        "config",
                        "FILE",
                        "Start the servers of this configuration for the moment, and ask them.")
                .flag("json", "Print JSON.")
                .footer(FOOTER);
    }

    /** What is done with a client. */
    interface Use {
        int with(ToolClient client) throws IOException;
    }

    /**
     * Opens a client of what the options name.
     *
     * @throws UsageException if they name nothing that there could be
     * @throws IOException if it cannot be asked, with a reason for people
     */
    static int use(Arguments given, Use use) throws IOException {
        Optional<Path> file = given.find("config", Kind.PATH);
        Optional<URI> url = given.find("url", Kind.URL);
        if (file.isPresent() && url.isPresent()) {
            throw new UsageException("--config and --url: one of them is too much");
        }
        if (file.isPresent()) {
            try (Gateway gateway = Gateway.start(configured(file.get()))) {
                return use(gateway.address().resolve("/mcp"), Optional.empty(), use);
            }
        }
        URI where = url.orElse(URI.create(USUAL));
        if (where.getHost() == null || !String.valueOf(where.getScheme()).startsWith("http")) {
            throw new UsageException("--url: '" + where + "' is no http:// or https:// address");
        }
        if (where.getRawPath().isEmpty()) {
            where = where.resolve("/mcp");
        }
        Optional<String> key =
                Optional.ofNullable(System.getenv("VIVACE_KEY"))
                        .map(String::strip)
                        .filter(text -> !text.isEmpty());
        return use(where, key, use);
    }

    private static int use(URI where, Optional<String> key, Use use) throws IOException {
        try (ToolClient client = ToolClient.open(where, key)) {
            return use.with(client);
        }
    }

    /** Its tool servers, and nothing else of it. */
    private static Config configured(Path file) {
        try {
            Config config = ConfigFile.load(file, name -> Optional.ofNullable(System.getenv(name)));
            if (config.mcp().isEmpty()) {
                throw new UsageException("--config: " + file + " has no MCP servers ('mcp')");
            }
            return Config.proxyTo(URI.create("http://127.0.0.1:1/v1"), Optional.empty())
                    .withServer(new Config.Server("127.0.0.1", 0))
                    .toBuilder()
                    .mcp(config.mcp())
                    .build();
        } catch (ConfigException e) {
            throw Report.wrong(e);
        }
    }
}
