package dev.vivace.chain;

/** When the steps of a chain run. In every mode, what a step needs comes before it. */
public enum Mode {
    /** One after another, in the order in which they were added. */
    SEQUENTIAL,
    /**
     * Together with those that need as many steps before them; all of these end before the next.
     */
    LEVELS,
    /** As soon as what it needs is there, and nothing under way conflicts with it. */
    ADAPTIVE
}
