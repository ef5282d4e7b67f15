package dev.vivace.replay;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalDouble;
import tools.jackson.databind.JsonNode;

/**
 * What to replay, and how.
 *
 * @param file recorded conversations: JSON or JSON Lines, gzipped or not
 * @param tools sent with every call; empty: none
 * @param target a base URL that ends in {@code /v1}
 * @param baseline the address to compare with, asked first; empty: no comparison
 * @param model sent with every call
 * @param temperature sent with every call, 0 to 2
 * @param stream whether the calls ask for streams
 * @param concurrency closed loop: conversations at a time; open loop: conversations that take
 *     turns; 1 to 10,000
 * @param rate open loop: calls per second, more than 0; empty: closed loop
 * @param key sent as a bearer token; empty: no credential
 * @param timeout longest time for one answer
 */
public record ReplayOptions(
        Path file,
        Optional<JsonNode> tools,
        URI target,
        Optional<URI> baseline,
        String model,
        double temperature,
        boolean stream,
        int concurrency,
        OptionalDouble rate,
        Optional<String> key,
        Duration timeout) {
    public ReplayOptions {
        if (!(temperature >= 0 && temperature <= 2)) {
            throw new ReplayException("--temperature must be from 0 to 2, not " + temperature);
        }
        if (concurrency < 1 || concurrency > 10_000) {
            throw new ReplayException("--concurrency must be from 1 to 10000, not " + concurrency);
        }
        if (rate.isPresent() && !(rate.getAsDouble() > 0 && rate.getAsDouble() <= 1e6)) {
            throw new ReplayException(
                    "--rate must be more than 0 and at most 1000000 calls per second, not "
                            + rate.getAsDouble());
        }
        if (timeout.isNegative() || timeout.isZero()) {
            throw new ReplayException("--timeout must be more than 0, not " + timeout.toSeconds());
        }
        if (model.isBlank()) {
            throw new ReplayException("--model must not be empty");
        }
    }

    /**
     * Reads a base URL as people write it: an address without a path gets {@code /v1}.
     *
     * @param option names the option, for the message
     * @throws ReplayException if it is no http or https address
     */
    public static URI url(String option, String text) {
        return Endpoint.base(option, text);
    }

    /**
     * Reads tool schemas.
     *
     * @param file a JSON list, gzipped or not
     * @throws ReplayException if it cannot be read or is no list
     */
    public static JsonNode toolsFrom(Path file) {
        return ToolsFile.read(file);
    }
}
