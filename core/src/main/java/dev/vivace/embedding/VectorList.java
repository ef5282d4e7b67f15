package dev.vivace.embedding;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.vivace.json.JsonText;
import java.io.ByteArrayOutputStream;
import org.jspecify.annotations.Nullable;

/** The answer to an embedding call, put together from vectors. */
final class VectorList {
    private VectorList() {}

    /**
     * @param vectors as some upstream wrote them, one for each input
     * @param promptTokens what the caller bought
     */
    static byte[] of(byte[] @Nullable [] vectors, String model, long promptTokens) {
        int size = 200;
        for (byte[] vector : vectors) {
            size += 60 + (vector == null ? 0 : vector.length);
        }
        var out = new ByteArrayOutputStream(size);
        text(out, "{\"object\":\"list\",\"data\":[");
        for (int i = 0; i < vectors.length; i++) {
            byte[] vector = vectors[i];
            if (vector == null) {
                throw new IllegalStateException("input " + i + " has no vector");
            }
            text(out, i == 0 ? "" : ",");
            text(out, "{\"object\":\"embedding\",\"index\":" + i + ",\"embedding\":");
            out.writeBytes(vector);
            out.write('}');
        }
        text(out, "],\"model\":");
        out.writeBytes(JsonText.quote(model));
        text(
                out,
                ",\"usage\":{\"prompt_tokens\":"
                        + promptTokens
                        + ",\"total_tokens\":"
                        + promptTokens
                        + "}}");
        return out.toByteArray();
    }

    private static void text(ByteArrayOutputStream out, String ascii) {
        out.writeBytes(ascii.getBytes(US_ASCII));
    }
}
