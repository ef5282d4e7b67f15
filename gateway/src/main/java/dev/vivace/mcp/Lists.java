package dev.vivace.mcp;

import io.modelcontextprotocol.spec.McpSchema;
import java.io.IOException;
import java.time.Duration;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Fetches what a server says it has, as much of it as is kept: each client's list is made of all of
 * it.
 */
final class Lists {
    /** Most that is known of one server, of each kind. */
    static final int MOST = 1_000;

    /** The same in bytes, as JSON. */
    static final int MOST_BYTES = 8 << 20;

    static final int LONGEST_ELEMENT = 256 << 10;

    /** For each page. */
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private static final Logger LOG = LoggerFactory.getLogger(Lists.class);
    private static final int MOST_PAGES = 100;

    private final String server;
    private final Peer peer;
    private final Set<String> told = new HashSet<>();

    Lists(String server, Peer peer) {
        this.server = server;
        this.peer = peer;
    }

    /** Told once in a session, however often it is listed. */
    private void leftOut(Kind kind, String what) {
        boolean anew = told.size() < MOST && told.add(kind.member + what);
        LOG.atLevel(anew ? Level.WARN : Level.DEBUG)
                .log("mcp server {}: one of its {} is left out, {}", server, kind.member, what);
    }

    /** What is kept of one list. */
    private final class Kept {
        private final Kind kind;
        private final Map<String, ObjectNode> all = new LinkedHashMap<>();
        private long bytes;

        Kept(Kind kind) {
            this.kind = kind;
        }

        /** Whether there is room for more. */
        boolean add(JsonNode element) {
            Optional<ObjectNode> sound = Sound.of(kind, element, what -> leftOut(kind, what));
            if (sound.isEmpty()) {
                return true;
            }
            String key = sound.get().path(kind.key).asString();
            int length = Rpc.JSON.writeValueAsBytes(sound.get()).length;
            if (length > LONGEST_ELEMENT) {
                leftOut(kind, Sound.named(key, "it is longer than " + LONGEST_ELEMENT + " bytes"));
                return true;
            }
            if (all.containsKey(key)) {
                return true;
            }
            if (all.size() == MOST || bytes + length > MOST_BYTES) {
                LOG.warn(
                        "mcp server {}: has more than {} {} or {} bytes of them, the rest is left out",
                        server,
                        MOST,
                        kind.member,
                        MOST_BYTES);
                return false;
            }
            all.put(key, sound.get());
            bytes += length;
            return true;
        }
    }

    /**
     * All lists, as a session begins. Without its tools a server is of no use; whatever else it has
     * and cannot list is missing only.
     */
    Map<Kind, List<ObjectNode>> all(Set<String> capabilities)
            throws RpcException, IOException, TimeoutException, InterruptedException {
        var all = new EnumMap<Kind, List<ObjectNode>>(Kind.class);
        for (Kind kind : Kind.values()) {
            all.put(
                    kind,
                    !capabilities.contains(kind.capability)
                            ? List.of()
                            : kind == Kind.TOOLS ? fetch(kind) : fetchIfPossible(kind));
        }
        return all;
    }

    private List<ObjectNode> fetchIfPossible(Kind kind) throws InterruptedException {
        try {
            return fetch(kind);
        } catch (RpcException | IOException | TimeoutException e) {
            LOG.warn("mcp server {}: its {} are not there: {}", server, kind.member, why(e));
            return List.of();
        }
    }

    /**
     * One list.
     *
     * @throws RpcException the server's own error, but that it knows no such list
     */
    List<ObjectNode> fetch(Kind kind)
            throws RpcException, IOException, TimeoutException, InterruptedException {
        var kept = new Kept(kind);
        ObjectNode params = Rpc.object();
        for (int page = 0; page < MOST_PAGES; page++) {
            JsonNode answer;
            try {
                answer = peer.ask(kind.method, params, PATIENCE, Optional.empty());
            } catch (RpcException e) {
                if (e.error().code() == McpSchema.ErrorCodes.METHOD_NOT_FOUND) {
                    return List.of(); // some say that they have resources, and no templates
                }
                throw e;
            }
            for (JsonNode element : answer.path(kind.member)) {
                if (!kept.add(element)) {
                    return List.copyOf(kept.all.values());
                }
            }
            String cursor = answer.path("nextCursor").asString("");
            if (cursor.isEmpty()) {
                break;
            }
            params = Rpc.object().put("cursor", cursor);
        }
        return List.copyOf(kept.all.values());
    }

    /** What went wrong, without the server's words. */
    static String why(Exception e) {
        return switch (e) {
            case RpcException theirs -> "it answered with the error " + theirs.error().code();
            case TimeoutException late -> "it did not answer in time";
            default -> String.valueOf(e.getMessage());
        };
    }
}
