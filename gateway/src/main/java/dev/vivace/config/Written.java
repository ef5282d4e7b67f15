package dev.vivace.config;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Gathers which keys one file holds. Not thread-safe. */
final class Written {
    private final Set<String> keys = new HashSet<>();
    private final Map<String, String> variables = new HashMap<>();

    void add(String key) {
        keys.add(key);
    }

    /**
     * @param raw as the file says it
     */
    void add(String key, String raw, boolean secret) {
        keys.add(key);
        if (secret ? Variables.isOne(raw) : Variables.isIn(raw)) {
            variables.put(key, raw);
        }
    }

    Sources sources(Path file) {
        return new Sources(Optional.of(file), keys, variables, Set.of());
    }
}
