package dev.vivace.embedding;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.vivace.answer.Usage;
import dev.vivace.json.JsonException;
import dev.vivace.json.JsonReader;
import java.util.Arrays;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * An upstream's answer to an embedding call, taken apart. Vectors stay the bytes that they were.
 *
 * @param vectors one for each input, by the index that the upstream gave them
 * @param promptTokens as billed, if it says so; at most {@link Usage#MAX_COUNT}
 */
record VectorAnswer(byte[][] vectors, OptionalLong promptTokens) {
    private static final byte[] DATA = "data".getBytes(US_ASCII);
    private static final byte[] INDEX = "index".getBytes(US_ASCII);
    private static final byte[] EMBEDDING = "embedding".getBytes(US_ASCII);
    private static final byte[] USAGE = "usage".getBytes(US_ASCII);
    private static final byte[] PROMPT_TOKENS = "prompt_tokens".getBytes(US_ASCII);

    /**
     * @param expected how many inputs were sent
     * @throws JsonException if it is no such answer
     */
    static VectorAnswer read(byte[] body, int expected) {
        byte[] @Nullable [] vectors = new byte[expected][];
        OptionalLong tokens = OptionalLong.empty();
        var reader = new JsonReader(body);
        reader.beginObject();
        while (reader.nextMember()) {
            if (reader.nameIs(DATA) && reader.peek() == '[') {
                data(reader, body, vectors);
            } else if (reader.nameIs(USAGE) && reader.peek() == '{') {
                tokens = usage(reader, body);
            } else {
                reader.skipValue();
            }
        }
        reader.end();
        byte[][] all = new byte[expected][];
        for (int i = 0; i < expected; i++) {
            byte[] vector = vectors[i];
            if (vector == null) {
                // Then the others' places are in doubt as well, and nobody must get somebody
                // else's.
                throw reader.fail("no vector for input " + i + " of " + expected);
            }
            all[i] = vector;
        }
        return new VectorAnswer(all, tokens);
    }

    private static void data(JsonReader reader, byte[] body, byte[] @Nullable [] vectors) {
        int position = 0;
        reader.beginArray();
        while (reader.nextElement()) {
            long index = position++;
            byte[] vector = null;
            reader.beginObject();
            while (reader.nextMember()) {
                if (reader.nameIs(INDEX)) {
                    reader.readNumber();
                    index = number(reader, body);
                } else if (reader.nameIs(EMBEDDING)) {
                    byte kind = reader.peek();
                    if (kind != '[' && kind != '"') {
                        throw reader.fail("an embedding must be an array or a string");
                    }
                    int start = reader.offset();
                    reader.skipValue();
                    vector = Arrays.copyOfRange(body, start, reader.offset());
                } else {
                    reader.skipValue();
                }
            }
            if (index < 0 || index >= vectors.length || vectors[(int) index] != null) {
                throw reader.fail("vector " + index + " was not asked for or came twice");
            }
            vectors[(int) index] = vector;
        }
    }

    private static OptionalLong usage(JsonReader reader, byte[] body) {
        OptionalLong tokens = OptionalLong.empty();
        reader.beginObject();
        while (reader.nextMember()) {
            if (reader.nameIs(PROMPT_TOKENS) && reader.peek() != 'n') {
                reader.readNumber();
                long count = number(reader, body);
                tokens =
                        count >= 0 && count <= Usage.MAX_COUNT
                                ? OptionalLong.of(count)
                                : OptionalLong.empty();
            } else {
                reader.skipValue();
            }
        }
        return tokens;
    }

    private static long number(JsonReader reader, byte[] body) {
        try {
            return Long.parseLong(
                    new String(
                            body,
                            reader.textStart(),
                            reader.textEnd() - reader.textStart(),
                            US_ASCII));
        } catch (NumberFormatException e) {
            throw reader.fail("expected a whole number");
        }
    }

    /**
     * Splits a total by weights so that the shares add up to it: the largest remainders get what
     * rounding left.
     *
     * @param weights 0 or more, together less than 2<sup>31</sup>
     */
    static long[] shares(long total, int[] weights) {
        long sum = Math.max(1, Arrays.stream(weights).asLongStream().sum());
        long[] shares = new long[weights.length];
        long[] remainders = new long[weights.length];
        long left = total;
        for (int i = 0; i < weights.length; i++) {
            // In two steps, because the product of total and weight may be beyond a long.
            long rest = total % sum * weights[i];
            shares[i] = total / sum * weights[i] + rest / sum;
            remainders[i] = rest % sum;
            left -= shares[i];
        }
        Integer[] order = new Integer[weights.length];
        Arrays.setAll(order, i -> i);
        Arrays.sort(order, (a, b) -> Long.compare(remainders[b], remainders[a]));
        for (int i = 0; i < left; i++) {
            shares[order[i]]++;
        }
        return shares;
    }
}
