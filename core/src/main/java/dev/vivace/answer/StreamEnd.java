package dev.vivace.answer;

/** How a stream of events ended, by its last bytes. A connection that closes well says nothing. */
public enum StreamEnd {
    /**
     * With the mark that its protocol has for the end, or with what stands for one; or nothing in
     * it is an event of its protocol, and nobody can say that one is missing.
     */
    WHOLE,
    /** With an error that it reports itself. */
    ERROR,
    /** In the middle. */
    CUT
}
