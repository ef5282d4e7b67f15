package dev.vivace.config;

/**
 * Which tools clients of {@code /mcp} are told of, where there are many.
 *
 * @param mode whether a choice is made; not by default
 * @param whole up to so many tools are all listed, and a session is first told of so many of more,
 *     1 to 1,000; 50 by default
 */
public record ToolSelection(Mode mode, int whole) {
    /** Whether a choice is made. */
    public enum Mode {
        /** All tools are listed. */
        OFF,
        /** All tools are listed; what a choice would have done is counted. */
        SHADOW,
        /** Those that were of use are listed; the rest is found by a search. */
        ON
    }

    static final Rule<Mode> MODE = Rule.choice(Mode.class);
    static final Rule<Integer> WHOLE = Rule.integer(1, 1_000);

    public static final ToolSelection DEFAULT = new ToolSelection(Mode.OFF, 50);

    public ToolSelection {
        WHOLE.require("tools.whole", whole);
    }
}
