package dev.vivace.mcp;

import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** What a session was told of, where not all was. Thread-safe. */
final class Told {
    static final String SHOWN = "shown";
    static final String FOUND = "found";
    static final String HIDDEN = "hidden";

    private boolean chosen;
    private final Set<String> listed = new HashSet<>();

    /** What was found, by tool: what for. No more than there are tools. */
    private final Map<String, String> found = new HashMap<>();

    /** What there was to choose from was chosen from. */
    synchronized void list(Collection<String> tools) {
        chosen = true;
        tools.stream().filter(tool -> !found.containsKey(tool)).forEach(listed::add);
    }

    /** These were found; whether one of them is new. */
    synchronized boolean found(String query, List<String> tools) {
        chosen = true;
        boolean more = false;
        for (String tool : tools) {
            more |= found.put(tool, query) == null && !listed.contains(tool);
        }
        return more;
    }

    /** Whether a tool was listed, or found, or neither; empty if nothing was ever chosen. */
    synchronized Optional<String> of(String tool) {
        if (!chosen) {
            return Optional.empty();
        }
        return Optional.of(
                listed.contains(tool) ? SHOWN : found.containsKey(tool) ? FOUND : HIDDEN);
    }

    /** For what a tool was found last; empty if it was not. */
    synchronized Optional<String> query(String tool) {
        return Optional.ofNullable(found.get(tool));
    }
}
