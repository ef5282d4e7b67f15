package dev.vivace.command;

import java.io.PrintStream;

/**
 * Where a command writes.
 *
 * @param out for results
 * @param err for progress and complaints
 */
public record Console(PrintStream out, PrintStream err) {
    /** The process's own. */
    public static Console standard() {
        return new Console(System.out, System.err);
    }
}
