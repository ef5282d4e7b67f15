package dev.vivace.request;

import dev.vivace.json.JsonReader;
import dev.vivace.json.MeaningDigest;
import java.util.ArrayList;
import java.util.List;

/** The inputs of an embedding call, each with a digest of its own. Not thread-safe. */
final class EmbeddingInputs {
    private static final String KINDS =
            "'input' must be a string, an array of strings, an array of tokens, or an array of arrays of tokens;";

    /** A few hundred bytes are kept for each while it is under way, however short it is. */
    static final int MAX_INPUTS = 16_384;

    private static final byte[] NO_SECRET = {};

    private final MeaningDigest digest = new MeaningDigest();
    private final List<EmbeddingScan.Input> inputs = new ArrayList<>();
    private int start;
    private int end;

    void clear() {
        inputs.clear();
        start = end = 0;
    }

    boolean found() {
        return end > 0;
    }

    EmbeddingScan scan(RequestScan rest) {
        return new EmbeddingScan(rest, start, end, List.copyOf(inputs));
    }

    /** Reads a text, an array of texts, an array of tokens, or an array of arrays of tokens. */
    void read(JsonReader reader, byte[] body) {
        byte kind = reader.peek();
        start = reader.offset();
        boolean tokens = false;
        if (kind == '[') {
            reader.beginArray();
            while (reader.nextElement()) {
                byte element = reader.peek();
                boolean token = Values.number(element);
                if (!token && element != '"' && element != '['
                        || token && !inputs.isEmpty()
                        || tokens && !token) {
                    throw reader.fail(KINDS);
                }
                tokens = token;
                if (token) {
                    reader.readNumber();
                } else {
                    input(reader, body);
                }
            }
        } else if (kind == '"') {
            input(reader, body);
        } else {
            throw reader.fail(KINDS);
        }
        end = reader.offset();
        if (tokens) {
            input(new JsonReader(body, start, end), body);
        } else if (inputs.isEmpty()) {
            throw reader.fail("'input' must not be empty");
        }
    }

    private void input(JsonReader reader, byte[] body) {
        reader.peek();
        if (inputs.size() == MAX_INPUTS) {
            throw reader.fail("'input' must not have more than " + MAX_INPUTS + " inputs");
        }
        int from = reader.offset();
        digest.reset();
        digest.value(reader, body);
        inputs.add(new EmbeddingScan.Input(from, reader.offset(), digest.finish(NO_SECRET)));
    }
}
