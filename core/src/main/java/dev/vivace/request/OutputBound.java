package dev.vivace.request;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.vivace.json.JsonReader;
import dev.vivace.json.MeaningDigest;
import java.util.OptionalLong;

/** How many tokens an answer may have at most, by the names that the protocols have for it. */
final class OutputBound {
    private static final byte[] MAX_TOKENS = "max_tokens".getBytes(US_ASCII);
    private static final byte[] MAX_OUTPUT_TOKENS = "max_output_tokens".getBytes(US_ASCII);
    private static final byte[] MAX_COMPLETION_TOKENS = "max_completion_tokens".getBytes(US_ASCII);

    /** More digits are more than any model writes, and the number is not read. */
    private static final int DIGITS = 12;

    private long tokens;

    void clear() {
        tokens = -1;
    }

    /** The largest of them, should there be several; empty if none is a whole number. */
    OptionalLong tokens() {
        return tokens < 0 ? OptionalLong.empty() : OptionalLong.of(tokens);
    }

    /** Whether the member's name that the reader has just read is one of them. */
    static boolean is(JsonReader reader) {
        return reader.nameIs(MAX_TOKENS)
                || reader.nameIs(MAX_COMPLETION_TOKENS)
                || reader.nameIs(MAX_OUTPUT_TOKENS);
    }

    /** Reads and digests the value. */
    void read(JsonReader reader, byte[] body, MeaningDigest digest) {
        digest.memberName(reader, body);
        boolean number = Values.number(reader.peek());
        digest.value(reader, body);
        if (number) {
            tokens = Math.max(tokens, whole(body, reader.textStart(), reader.textEnd()));
        }
    }

    private static long whole(byte[] body, int from, int to) {
        long value = to - from > DIGITS ? -1 : 0;
        for (int i = from; i < to && value >= 0; i++) {
            value = body[i] >= '0' && body[i] <= '9' ? value * 10 + (body[i] - '0') : -1;
        }
        return value;
    }
}
