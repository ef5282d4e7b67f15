package dev.vivace.gateway;

import dev.vivace.json.JsonException;
import dev.vivace.json.JsonReader;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The body of what an operator orders: an object whose members are texts, and {@code all}, which is
 * true or false.
 */
final class AdminMembers {
    private static final String ALL = "all";
    private static final int LONGEST_SHOWN = 100;

    private final Map<String, String> texts = new HashMap<>();
    private Optional<Boolean> all = Optional.empty();

    private AdminMembers() {}

    /**
     * @param known the names of what there may be: all are texts, but {@code all}
     * @throws IllegalArgumentException saying what is wrong, and where
     */
    static AdminMembers read(byte[] body, List<String> known) {
        try {
            var members = new AdminMembers();
            members.read(new JsonReader(body), known);
            return members;
        } catch (JsonException e) {
            throw new IllegalArgumentException(
                    "The request body cannot be read: " + e.getMessage(), e);
        }
    }

    Optional<String> text(String name) {
        return Optional.ofNullable(texts.get(name));
    }

    boolean all() {
        return all.orElse(false);
    }

    private void read(JsonReader reader, List<String> known) {
        reader.beginObject();
        while (reader.nextMember()) {
            String name = reader.text();
            if (name.equals(ALL) ? all.isPresent() : texts.containsKey(name)) {
                throw reader.fail("'" + name + "' is there twice, the second time");
            }
            if (!known.contains(name)) {
                throw reader.fail(
                        "unknown member '"
                                + (name.length() > LONGEST_SHOWN
                                        ? name.substring(0, LONGEST_SHOWN) + "..."
                                        : name)
                                + "'; known: "
                                + String.join(", ", known));
            }
            if (name.equals(ALL)) {
                all = Optional.of(flag(reader));
            } else {
                texts.put(name, text(name, reader));
            }
        }
        reader.end();
    }

    private static String text(String name, JsonReader reader) {
        if (reader.peek() != '"') {
            throw reader.fail("'" + name + "' must be a string, but is not,");
        }
        return reader.string();
    }

    private static boolean flag(JsonReader reader) {
        byte first = reader.peek();
        if (first != 't' && first != 'f') {
            throw reader.fail("'all' must be true or false, but is not,");
        }
        return reader.bool();
    }
}
