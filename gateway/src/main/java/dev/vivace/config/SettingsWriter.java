package dev.vivace.config;

import java.net.URI;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import tools.jackson.core.JsonGenerator;

/**
 * Writes settings section by section, remembering where each came from. What the file writes with
 * variables is written as the file does.
 */
final class SettingsWriter {
    private final Sources sources;
    private final JsonGenerator to;
    private final Deque<String> path = new ArrayDeque<>();
    private final Map<String, String> origins = new TreeMap<>();

    SettingsWriter(Sources sources, JsonGenerator to) {
        this.sources = sources;
        this.to = to;
    }

    SettingsWriter begin(String name) {
        path.addLast(name);
        to.writeObjectPropertyStart(name);
        return this;
    }

    void end() {
        path.removeLast();
        to.writeEndObject();
    }

    SettingsWriter text(String key, String value) {
        note(key);
        to.writeStringProperty(key, shown(whole(key), value));
        return this;
    }

    /** Without what is asked for there, which may be a secret. */
    SettingsWriter address(String key, URI value) {
        note(key);
        String whole = shown(whole(key), value.toString());
        int query = whole.indexOf('?');
        to.writeStringProperty(key, query < 0 ? whole : whole.substring(0, query) + "?***");
        return this;
    }

    /** Null if there is none. */
    SettingsWriter text(String key, Optional<String> value) {
        return value.map(known -> text(key, known)).orElseGet(() -> none(key));
    }

    SettingsWriter number(String key, long value) {
        if (sources.variables().containsKey(whole(key))) {
            return text(key, "");
        }
        note(key);
        to.writeNumberProperty(key, value);
        return this;
    }

    SettingsWriter number(String key, double value) {
        if (sources.variables().containsKey(whole(key))) {
            return text(key, "");
        }
        note(key);
        to.writeNumberProperty(key, value);
        return this;
    }

    SettingsWriter truth(String key, boolean value) {
        if (sources.variables().containsKey(whole(key))) {
            return text(key, "");
        }
        note(key);
        to.writeBooleanProperty(key, value);
        return this;
    }

    SettingsWriter none(String key) {
        note(key);
        to.writeNullProperty(key);
        return this;
    }

    /** Its elements' sources are the list's. */
    SettingsWriter texts(String key, Collection<String> values) {
        note(key);
        to.writeArrayPropertyStart(key);
        int i = 0;
        for (String value : List.copyOf(values)) {
            to.writeString(shown(whole(key) + "[" + i++ + "]", value));
        }
        to.writeEndArray();
        return this;
    }

    /** What was written, with where it came from. */
    Map<String, String> origins() {
        return origins;
    }

    private void note(String key) {
        origins.put(whole(key), sources.of(whole(key)));
    }

    private String whole(String key) {
        return path.isEmpty() ? key : path.stream().collect(Collectors.joining(".", "", ".")) + key;
    }

    private String shown(String key, String value) {
        return Objects.requireNonNullElse(sources.variables().get(key), value);
    }
}
