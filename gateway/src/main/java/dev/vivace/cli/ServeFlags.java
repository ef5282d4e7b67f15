package dev.vivace.cli;

import dev.vivace.command.Arguments;
import dev.vivace.command.Kind;
import dev.vivace.command.UsageException;
import dev.vivace.config.Config;
import java.net.URI;
import java.util.LinkedHashMap;
import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * What is said where the gateway is started, put in front of what the file says, now and whenever
 * the file changes.
 *
 * @param openAiKey for the provider that is asked if nothing names one
 * @param last who is asked if there is no such key either; empty: then there must be one
 */
record ServeFlags(Arguments arguments, Optional<String> openAiKey, Optional<URI> last)
        implements UnaryOperator<Config> {
    private static final URI OPENAI = URI.create("https://api.openai.com/v1");

    ServeFlags(Arguments arguments, Optional<String> openAiKey) {
        this(
                arguments,
                openAiKey.map(String::strip).filter(key -> !key.isEmpty()),
                Optional.empty());
    }

    ServeFlags orElse(URI upstream) {
        return new ServeFlags(arguments, openAiKey, Optional.of(upstream));
    }

    /**
     * @throws IllegalArgumentException if then there is no upstream
     */
    @Override
    public Config apply(Config written) {
        Config result = given(written);
        if (!result.upstreams().isEmpty()) {
            return result;
        }
        // That the embedded simulator answers is decided at the start: it must not take the place
        // of providers because of a slip of the pen.
        return upstream(
                result,
                last.orElseThrow(() ->
                        new IllegalArgumentException("upstreams: there must be at least one")),
                Optional.empty());
    }

    /** There may be no upstream then. */
    Config given(Config written) {
        Config.Server server =
                written.server()
                        .at(
                                arguments.find("host", Kind.TEXT).orElse(written.server().host()),
                                arguments.find("port", Kind.WHOLE).orElse(written.server().port()));
        Config result =
                written.withServer(server)
                        .withData(arguments.find("data", Kind.PATH).or(written::data));
        Optional<URI> upstream = arguments.find("upstream", Kind.URL);
        if (upstream.isPresent()) {
            return upstream(result, upstream.get(), Optional.empty());
        }
        return result.upstreams().isEmpty() && openAiKey.isPresent()
                ? upstream(result, OPENAI, openAiKey)
                : result;
    }

    private static Config upstream(Config base, URI url, Optional<String> key) {
        var upstreams = new LinkedHashMap<String, Config.Upstream>();
        try {
            upstreams.put("default", new Config.Upstream(url, Config.Protocol.OPENAI, key));
        } catch (IllegalArgumentException e) {
            throw new UsageException("--upstream: " + e.getMessage());
        }
        return base.withUpstreams(upstreams);
    }

    /** Without the key. */
    @Override
    public String toString() {
        return "ServeFlags";
    }
}
