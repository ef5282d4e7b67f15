package dev.vivace.gateway;

import dev.vivace.cache.Invalidation;
import dev.vivace.json.JsonException;
import dev.vivace.json.JsonReader;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** The body of a request to forget cached answers. */
final class Forgetting {
    private Forgetting() {}

    /**
     * @throws IllegalArgumentException saying what is wrong, and where
     */
    static Invalidation read(byte[] body) {
        try {
            return read(new JsonReader(body));
        } catch (JsonException e) {
            throw new IllegalArgumentException(
                    "The request body cannot be read: " + e.getMessage(), e);
        }
    }

    private static Invalidation read(JsonReader reader) {
        Map<String, String> texts = new HashMap<>();
        Optional<Boolean> all = Optional.empty();
        reader.beginObject();
        while (reader.nextMember()) {
            String name = reader.text();
            boolean again = name.equals("all") ? all.isPresent() : texts.containsKey(name);
            if (again) {
                throw reader.fail("'" + name + "' is there twice, the second time");
            }
            switch (name) {
                case "scope", "model", "tag", "pattern" -> texts.put(name, text(name, reader));
                case "all" -> all = Optional.of(all(reader));
                default ->
                        throw reader.fail(
                                "unknown member '"
                                        + (name.length() > 100
                                                ? name.substring(0, 100) + "..."
                                                : name)
                                        + "'; known are scope, model, tag, pattern, all");
            }
        }
        reader.end();
        return new Invalidation(
                Optional.ofNullable(texts.get("scope")),
                Optional.ofNullable(texts.get("model")),
                Optional.ofNullable(texts.get("tag")),
                Optional.ofNullable(texts.get("pattern")),
                all.orElse(false));
    }

    private static String text(String name, JsonReader reader) {
        if (reader.peek() != '"') {
            throw reader.fail("'" + name + "' must be a string, but is not,");
        }
        String text = reader.string();
        if (name.equals("tag") && text.indexOf('=') < 1) {
            throw reader.fail("'tag' must be NAME=VALUE, but is not,");
        }
        return text;
    }

    private static boolean all(JsonReader reader) {
        byte first = reader.peek();
        if (first != 't' && first != 'f') {
            throw reader.fail("'all' must be true or false, but is not,");
        }
        return reader.bool();
    }
}
