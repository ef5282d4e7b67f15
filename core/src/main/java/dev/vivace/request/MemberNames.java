package dev.vivace.request;

import dev.vivace.json.JsonException;
import dev.vivace.json.JsonReader;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The names of the members that a request is judged by. A request must write them as they are here:
 * of a name with escapes one parser would know what it is and another not, and Go's takes names
 * that differ in case only for the same, of which the last one wins. What can be read in two ways
 * is never passed on.
 */
final class MemberNames {
    private static final Set<String> KNOWN =
            Stream.of(
                            Set.of(
                                    "model",
                                    "messages",
                                    "input",
                                    "stream",
                                    "stream_options",
                                    "user",
                                    "metadata",
                                    "temperature",
                                    "seed",
                                    "cache"),
                            ProviderSide.NAMES,
                            OutputBound.NAMES,
                            OtherModels.NAMES)
                    .flatMap(Set::stream)
                    .collect(Collectors.toUnmodifiableSet());

    /** The longest of them, each of its characters as an escape. */
    private static final int LONGEST =
            6 * KNOWN.stream().mapToInt(String::length).max().orElseThrow();

    private MemberNames() {}

    /**
     * Checks the name that the reader has just read.
     *
     * @throws JsonException if it is one of them in another notation
     */
    static void check(JsonReader reader, byte[] body) {
        if (reader.textEnd() - reader.textStart() <= LONGEST && unusual(reader, body)) {
            compare(reader, body);
        }
    }

    private static boolean unusual(JsonReader reader, byte[] body) {
        if (reader.textEscaped()) {
            return true;
        }
        for (int i = reader.textStart(); i < reader.textEnd(); i++) {
            if (body[i] < 0 || body[i] >= 'A' && body[i] <= 'Z') { // below 0: beyond ASCII
                return true;
            }
        }
        return false;
    }

    private static void compare(JsonReader reader, byte[] body) {
        String name = reader.text();
        // Both ways: a long s has a capital only, and the sign for kelvin a small letter only.
        String plain = name.toUpperCase(Locale.ROOT).toLowerCase(Locale.ROOT);
        if (KNOWN.contains(plain)) {
            String how = name.equals(plain) ? "without escapes" : "'" + plain + "'";
            throw new JsonException(
                    "the member name '" + name + "' must be written " + how,
                    body,
                    reader.textStart() - 1);
        }
    }
}
