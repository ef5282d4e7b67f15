package dev.vivace.token;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.knuddels.jtokkit.Encodings;
import com.knuddels.jtokkit.api.Encoding;
import com.knuddels.jtokkit.api.EncodingType;

/**
 * Cuts text into the tokens of {@code o200k_base}, the encoding of OpenAI's models since GPT-4o;
 * for models of other makers its counts are estimates. Special tokens in a text are taken as plain
 * text.
 *
 * <p>A text of more than {@link #EXACT_CHARS} characters is not cut, because that takes a second
 * per million characters: it counts as one token per {@value #CHARS_PER_TOKEN} characters. What was
 * cut is remembered, within bounds. The encoding's tables are loaded by the first text.
 * Thread-safe.
 */
public final class TokenCounter {
    /** The longest text, in characters, that is counted exactly. */
    public static final int EXACT_CHARS = 100_000;

    private static final double CHARS_PER_TOKEN = 3.5;
    private static final long DEFAULT_MAX_BYTES = 16L << 20;

    private final Cache<String, int[]> memo;

    /** A counter that remembers up to 16 MB. */
    public TokenCounter() {
        this(DEFAULT_MAX_BYTES);
    }

    /**
     * @param maxBytes what the remembered texts and tokens may hold together; 0 remembers nothing
     */
    public TokenCounter(long maxBytes) {
        memo =
                Caffeine.newBuilder()
                        .maximumWeight(maxBytes)
                        .weigher((String text, int[] tokens) ->
                                128 + 2 * text.length() + 4 * tokens.length)
                        .build();
    }

    /** How many tokens the text is; 0 for an empty one. */
    public int count(String text) {
        return text.length() > EXACT_CHARS
                ? (int) Math.ceil(text.length() / CHARS_PER_TOKEN)
                : cut(text).length;
    }

    /**
     * The text's tokens, as many as {@link #count} says. Texts with a common beginning have tokens
     * with a common beginning; for a text that is too long to be cut, stand-ins made of its slices
     * keep to that.
     *
     * @return a fresh array
     */
    public int[] tokens(String text) {
        return text.length() > EXACT_CHARS ? slices(text) : cut(text).clone();
    }

    private int[] cut(String text) {
        if (text.isEmpty()) {
            return new int[0];
        }
        // Not memo.get(text, ...): that would hold a lock over other texts while it cuts.
        int[] known = memo.getIfPresent(text);
        if (known == null) {
            known = Tables.ENCODING.encodeOrdinary(text).toArray();
            memo.put(text, known);
        }
        return known;
    }

    private static int[] slices(String text) {
        int[] result = new int[(int) Math.ceil(text.length() / CHARS_PER_TOKEN)];
        for (int i = 0; i < result.length; i++) {
            int end = Math.min(text.length(), (int) ((i + 1) * CHARS_PER_TOKEN));
            int hash = 17;
            for (int at = (int) (i * CHARS_PER_TOKEN); at < end; at++) {
                hash = 31 * hash + text.charAt(at);
            }
            result[i] = hash;
        }
        return result;
    }

    /** Loaded at the first use: reading the tables takes longer than starting the program. */
    private static final class Tables {
        static final Encoding ENCODING =
                Encodings.newLazyEncodingRegistry().getEncoding(EncodingType.O200K_BASE);
    }
}
