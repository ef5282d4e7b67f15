package dev.vivace.mcp;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * Whether what a server lists can be listed to others. Clients check a list as a whole: one element
 * that is wrong would hide those of all servers.
 */
final class Sound {
    private static final Logger LOG = LoggerFactory.getLogger(Sound.class);
    private static final int LONGEST_KEY = 8_192;

    private Sound() {}

    static boolean is(String server, Kind kind, ObjectNode element) {
        String key = element.path(kind.key).asString("");
        String problem = problem(kind, element, key);
        if (problem.isEmpty()) {
            return true;
        }
        LOG.warn(
                "mcp server {}: one of its {} is left out, '{}': {}",
                server,
                kind.member,
                shown(key),
                problem);
        return false;
    }

    private static String problem(Kind kind, ObjectNode element, String key) {
        if (key.isBlank() || key.length() > LONGEST_KEY) {
            return "it has no usable " + kind.key;
        }
        if (kind == Kind.TOOLS
                && !element.path("inputSchema").path("type").asString("").equals("object")) {
            return "its inputSchema is not the schema of an object";
        }
        if (kind == Kind.TOOLS
                && element.has("outputSchema")
                && !element.path("outputSchema").path("type").asString("").equals("object")) {
            return "its outputSchema is not the schema of an object";
        }
        if ((kind == Kind.RESOURCES || kind == Kind.TEMPLATES)
                && element.path("name").asString("").isEmpty()) {
            return "it has no name";
        }
        return "";
    }

    private static String shown(String text) {
        String start = text.length() > 100 ? text.substring(0, 100) + "..." : text;
        return start.replaceAll("\\p{Cntrl}", " ");
    }
}
