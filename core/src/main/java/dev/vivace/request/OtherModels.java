package dev.vivace.request;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.vivace.json.JsonReader;
import java.util.Set;

/** By which members a provider is told of further models that may answer: OpenRouter, LiteLLM. */
final class OtherModels {
    static final Set<String> NAMES =
            Set.of("models", "fallbacks", "context_window_fallbacks", "content_policy_fallbacks");

    private static final byte[][] BYTES =
            NAMES.stream().map(name -> name.getBytes(US_ASCII)).toArray(byte[][]::new);

    private OtherModels() {}

    /** Whether the member whose name the reader has just read is one of them, and not null. */
    static boolean named(JsonReader reader) {
        for (byte[] name : BYTES) {
            if (reader.nameIs(name)) {
                return reader.peek() != 'n';
            }
        }
        return false;
    }
}
