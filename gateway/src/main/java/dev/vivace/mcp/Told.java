package dev.vivace.mcp;

import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** What a session was told of last, where not all was. Thread-safe. */
final class Told {
    private boolean chosen;
    private final Set<String> names = new HashSet<>();
    private String query = "";
    private Set<String> found = Set.of();

    /** What there was to choose from was chosen from. */
    synchronized void list(Collection<String> tools) {
        chosen = true;
        names.addAll(tools);
    }

    /** These were found; whether one of them is new. */
    synchronized boolean found(String forQuery, List<String> tools) {
        chosen = true;
        query = forQuery;
        found = Set.copyOf(tools);
        return names.addAll(tools);
    }

    /** Whether it was told of a tool; empty if nothing was ever chosen. */
    synchronized Optional<Boolean> of(String tool) {
        return chosen ? Optional.of(names.contains(tool)) : Optional.empty();
    }

    /** For what a tool is called: what it was found for, or else what is known of the client. */
    synchronized String reason(String tool, String client) {
        return found.contains(tool) ? query : client;
    }
}
