package dev.vivace.request;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.vivace.answer.Protocol;
import dev.vivace.json.JsonReader;
import dev.vivace.json.MeaningDigest;
import java.util.OptionalLong;
import java.util.Set;

/**
 * How many tokens an answer may have at most, and how many answers there are, by the names that the
 * call's protocol has for it: others do nothing at its provider. What is no number that a provider
 * could go by is as if it was not there. Not thread-safe.
 */
final class OutputBound {
    /** The names that this class acts on. */
    static final Set<String> NAMES =
            Set.of("max_tokens", "max_completion_tokens", "max_output_tokens", "n");

    private static final byte[] MAX_TOKENS = "max_tokens".getBytes(US_ASCII);
    private static final byte[] MAX_OUTPUT_TOKENS = "max_output_tokens".getBytes(US_ASCII);
    private static final byte[] MAX_COMPLETION_TOKENS = "max_completion_tokens".getBytes(US_ASCII);
    private static final byte[] N = {'n'};

    /** More characters than this are no number that anybody writes. */
    private static final int MAX_LENGTH = 32;

    private static final double MOST_TOKENS = 1e12;
    private static final double MOST_CHOICES = 1e6;

    private Protocol protocol = Protocol.CHAT;
    private long tokens;
    private long choices;

    void clear(Protocol of) {
        protocol = of;
        tokens = -1;
        choices = 1;
    }

    /**
     * Of one answer. Chat has two names for it; the larger counts, as some providers know the older
     * one only.
     */
    OptionalLong tokens() {
        return tokens < 0 ? OptionalLong.empty() : OptionalLong.of(tokens);
    }

    /** How many answers there are. */
    long choices() {
        return choices;
    }

    /** Whether the member's name that the reader has just read is one of the protocol's. */
    boolean is(JsonReader reader) {
        return switch (protocol) {
            case CHAT ->
                    reader.nameIs(MAX_COMPLETION_TOKENS)
                            || reader.nameIs(MAX_TOKENS)
                            || reader.nameIs(N);
            case MESSAGES -> reader.nameIs(MAX_TOKENS);
            case RESPONSES -> reader.nameIs(MAX_OUTPUT_TOKENS);
        };
    }

    /** Reads and digests the value. */
    void read(JsonReader reader, byte[] body, MeaningDigest digest) {
        boolean counts = reader.nameIs(N);
        digest.memberName(reader, body);
        boolean number = Values.number(reader.peek());
        digest.value(reader, body);
        if (!number) {
            return;
        }
        double value = number(reader, body);
        if (counts) {
            choices = value >= 1 ? (long) Math.min(value, MOST_CHOICES) : choices;
        } else if (value >= 0) {
            tokens = Math.max(tokens, (long) Math.min(value, MOST_TOKENS));
        }
    }

    /** A whole number, however it is written; anything else is negative. */
    private static double number(JsonReader reader, byte[] body) {
        int length = reader.textEnd() - reader.textStart();
        if (length > MAX_LENGTH) {
            return -1;
        }
        double value = Double.parseDouble(new String(body, reader.textStart(), length, US_ASCII));
        return value == Math.rint(value) ? value : -1;
    }
}
