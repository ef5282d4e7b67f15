package dev.vivace.ledger;

/**
 * The tokens of one call.
 *
 * @param fresh prompt tokens bought at the full price
 * @param cached prompt tokens that the provider's prefix cache had
 * @param output tokens that the model wrote
 * @param saved prompt and output tokens that were not bought, because the answer was at hand
 * @param estimated true where the upstream reported no usage, so that the counts are ours
 */
public record Tokens(long fresh, long cached, long output, long saved, boolean estimated) {
    public static final Tokens NONE = new Tokens(0, 0, 0, 0, false);

    /** All that were bought, whatever they cost. */
    public long bought() {
        return fresh + cached + output;
    }
}
