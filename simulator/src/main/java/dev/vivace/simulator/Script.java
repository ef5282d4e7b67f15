package dev.vivace.simulator;

import dev.vivace.simulator.Meaning.Digest;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/**
 * Recorded conversations by their prefixes. Messages compare by meaning; where recordings share a
 * prefix the first one answers, so that an answer depends on the request alone. Immutable.
 */
final class Script {
    private final Map<Digest, JsonNode> next = new HashMap<>();

    Script(List<Path> files) {
        for (Path file : files) {
            Recordings.read(file).forEach(this::add);
        }
    }

    private void add(Recording recording) {
        Digest prefix = Digest.NONE;
        for (JsonNode message : recording.messages()) {
            if (message.path("role").stringValue("").equals("assistant")) {
                next.putIfAbsent(prefix, message);
            }
            prefix = Meaning.of(prefix, message);
        }
    }

    boolean isEmpty() {
        return next.isEmpty();
    }

    /** The assistant message that was recorded after these messages. */
    Optional<JsonNode> after(List<JsonNode> messages) {
        Digest prefix = Digest.NONE;
        for (JsonNode message : messages) {
            prefix = Meaning.of(prefix, message);
        }
        return Optional.ofNullable(next.get(prefix));
    }
}
