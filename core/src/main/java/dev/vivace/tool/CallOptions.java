package dev.vivace.tool;

/**
 * How one call is made.
 *
 * @param skipCache whether the tool is called even if its result is known or on its way; what it
 *     says takes the place of what is kept
 */
public record CallOptions(boolean skipCache) {
    public static final CallOptions DEFAULT = new CallOptions(false);
}
