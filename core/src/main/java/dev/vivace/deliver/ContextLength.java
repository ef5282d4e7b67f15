package dev.vivace.deliver;

import dev.vivace.json.JsonException;
import dev.vivace.json.JsonReader;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;

/**
 * Whether the body of a 400 or 413 says that the prompt is too long for the model, so that a model
 * that reads more may answer. There is no standard for it: some have a code, others a sentence.
 *
 * <p>Only the members that name and describe the error are read: an upstream may quote the request
 * elsewhere in the body, and what a user wrote decides nothing.
 */
public final class ContextLength {
    private static final int MOST = 64 << 10;
    private static final byte[] ERROR = utf8("error");
    private static final List<byte[]> SAID_IN =
            List.of(utf8("code"), utf8("type"), utf8("message"));

    private static final List<String> CODES =
            List.of("context_length_exceeded", "exceed_context_size_error");

    /** In lower case; the comment names who writes it. */
    private static final List<String> SENTENCES =
            List.of(
                    "prompt is too long", // Anthropic
                    "exceed context limit", // Anthropic, prompt and max_tokens together
                    "maximum context length", // OpenAI, vLLM, Mistral, DeepSeek, OpenRouter
                    "exceeds the context window", // OpenAI, the Responses API
                    "longer than the maximum model length", // vLLM
                    "exceeds the available context size", // llama.cpp
                    "exceeds the maximum number of tokens", // Gemini
                    "maximum prompt length", // xAI
                    "input is too long for requested model"); // Bedrock

    private ContextLength() {}

    /** Looks at the first 64 kB; anything that is not JSON says nothing. */
    public static boolean exceeded(byte[] errorBody) {
        try {
            var reader = new JsonReader(errorBody, 0, Math.min(errorBody.length, MOST));
            return reader.peek() == '[' ? inArray(reader) : inObject(reader, true);
        } catch (JsonException notJson) {
            return false;
        }
    }

    /** Gemini wraps its error into an array. */
    private static boolean inArray(JsonReader reader) {
        reader.beginArray();
        return reader.nextElement() && reader.peek() == '{' && inObject(reader, true);
    }

    private static boolean inObject(JsonReader reader, boolean outer) {
        reader.beginObject();
        while (reader.nextMember()) {
            boolean error = outer && reader.nameIs(ERROR);
            boolean said = error || SAID_IN.stream().anyMatch(reader::nameIs);
            byte next = reader.peek();
            if (error && next == '{') {
                if (inObject(reader, false)) {
                    return true;
                }
            } else if (said && next == '"') {
                if (says(reader.string())) {
                    return true;
                }
            } else {
                reader.skipValue();
            }
        }
        return false;
    }

    private static boolean says(String text) {
        String lower = text.toLowerCase(Locale.ROOT);
        return CODES.contains(lower) || SENTENCES.stream().anyMatch(lower::contains);
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
