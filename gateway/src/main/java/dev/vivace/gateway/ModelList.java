package dev.vivace.gateway;

import dev.vivace.json.JsonText;
import dev.vivace.key.Principal;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * The models that a client may name, where the gateway knows that and no upstream does: those that
 * its key is for, or else those that are configured. Each has what the clients of either protocol
 * look for. Immutable.
 */
final class ModelList {
    private static final String PATH = "/v1/models";
    private static final String NEVER = "1970-01-01T00:00:00Z";

    private final TreeSet<String> configured;

    ModelList(Collection<String> configured) {
        this.configured = new TreeSet<>(configured);
    }

    /** The answer to who asks at this path; empty if that is for the first upstream to say. */
    Optional<byte[]> answer(String path, Principal who) {
        if (!path.startsWith(PATH)) {
            return Optional.empty();
        }
        TreeSet<String> names =
                who.key()
                        .filter(key -> !key.models().isEmpty())
                        .map(key -> new TreeSet<>(key.models()))
                        .orElse(configured);
        if (path.equals(PATH)) {
            return names.isEmpty() ? Optional.empty() : Optional.of(list(names));
        }
        String name = path.substring(PATH.length()).replace("%2F", "/").replace("%2f", "/");
        return name.startsWith("/") && names.contains(name.substring(1))
                ? Optional.of(bytes(one(name.substring(1))))
                : Optional.empty();
    }

    private static byte[] list(TreeSet<String> names) {
        String all = names.stream().map(ModelList::one).collect(Collectors.joining(","));
        return bytes(
                "{\"object\":\"list\",\"data\":["
                        + all
                        + "],\"has_more\":false,\"first_id\":"
                        + quoted(names.first())
                        + ",\"last_id\":"
                        + quoted(names.last())
                        + "}");
    }

    private static String one(String name) {
        String quoted = quoted(name);
        return "{\"id\":"
                + quoted
                + ",\"object\":\"model\",\"created\":0,\"owned_by\":\"vivace\",\"type\":\"model\",\"display_name\":"
                + quoted
                + ",\"created_at\":\""
                + NEVER
                + "\"}";
    }

    private static String quoted(String text) {
        return new String(JsonText.quote(text), StandardCharsets.UTF_8);
    }

    private static byte[] bytes(String json) {
        return json.getBytes(StandardCharsets.UTF_8);
    }
}
