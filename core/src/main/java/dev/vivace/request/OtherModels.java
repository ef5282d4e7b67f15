package dev.vivace.request;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.vivace.json.JsonReader;
import java.util.Set;

/** By which members a provider is told of further models that may answer: OpenRouter, LiteLLM. */
final class OtherModels {
    static final Set<String> NAMES = Set.of("models", "fallbacks");

    private static final byte[] MODELS = "models".getBytes(US_ASCII);
    private static final byte[] FALLBACKS = "fallbacks".getBytes(US_ASCII);

    private OtherModels() {}

    /** Whether the member whose name the reader has just read is one of them, and not null. */
    static boolean named(JsonReader reader) {
        return (reader.nameIs(MODELS) || reader.nameIs(FALLBACKS)) && reader.peek() != 'n';
    }
}
