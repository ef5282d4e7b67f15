package dev.vivace.simulator;

/**
 * How long a simulated call takes. This is all there is to it:
 *
 * <pre>
 * first token = (base + uncached prompt tokens x prefill) x jitter
 * whole answer = first token + (output tokens - 1) x decode x jitter
 * embeddings   = (embedding base + tokens x embedding per token) x jitter
 * </pre>
 *
 * The pieces of a streamed answer follow each other evenly from the first token to the end. Jitter
 * is a factor between {@code 1 - jitter} and {@code 1 + jitter} that follows from the seed and the
 * request, so that the same request always takes the same time.
 *
 * @param baseMs milliseconds before any work; 200 by default
 * @param prefillMsPerToken milliseconds to read one prompt token that the prefix cache did not
 *     have; 0.05 by default, which is 20,000 tokens a second
 * @param decodeMsPerToken milliseconds to write one token; 12.5 by default, which is 80 tokens a
 *     second
 * @param embeddingBaseMs milliseconds before any embedding; 40 by default
 * @param embeddingMsPerToken milliseconds to embed one token; 0.02 by default
 * @param jitter from 0 to less than 1; 0 by default
 */
public record TimeModel(
        double baseMs,
        double prefillMsPerToken,
        double decodeMsPerToken,
        double embeddingBaseMs,
        double embeddingMsPerToken,
        double jitter) {

    /** The published model. */
    public static final TimeModel DEFAULT = new TimeModel(200, 0.05, 12.5, 40, 0.02, 0);

    public TimeModel {
        Check.duration("baseMs", baseMs);
        Check.duration("prefillMsPerToken", prefillMsPerToken);
        Check.duration("decodeMsPerToken", decodeMsPerToken);
        Check.duration("embeddingBaseMs", embeddingBaseMs);
        Check.duration("embeddingMsPerToken", embeddingMsPerToken);
        if (!(jitter >= 0 && jitter < 1)) {
            throw new IllegalArgumentException(
                    "jitter must be at least 0 and less than 1, not " + jitter);
        }
    }

    public TimeModel withJitter(double other) {
        return new TimeModel(
                baseMs,
                prefillMsPerToken,
                decodeMsPerToken,
                embeddingBaseMs,
                embeddingMsPerToken,
                other);
    }

    /**
     * The times of one answer.
     *
     * @param draw evenly distributed between 0 and 1; it decides the jitter
     */
    Timing answer(long freshTokens, long outputTokens, double draw) {
        double factor = factor(draw);
        double first = (baseMs + freshTokens * prefillMsPerToken) * factor;
        double rest = Math.max(0, outputTokens - 1) * decodeMsPerToken * factor;
        return new Timing(first, first + rest);
    }

    /** The time of one embedding call. */
    Timing embedding(long tokens, double draw) {
        double all = (embeddingBaseMs + tokens * embeddingMsPerToken) * factor(draw);
        return new Timing(all, all);
    }

    private double factor(double draw) {
        return 1 + jitter * (2 * draw - 1);
    }

    /** Milliseconds from the request to the first token and to the end. */
    record Timing(double firstTokenMs, double totalMs) {
        Timing scaled(double factor) {
            return new Timing(firstTokenMs * factor, totalMs * factor);
        }
    }
}
