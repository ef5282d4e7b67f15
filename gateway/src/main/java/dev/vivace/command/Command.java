package dev.vivace.command;

/** One command of a {@link Program}. */
public interface Command {
    /** What it is called, what it takes, and what it says of itself. */
    Usage usage();

    /**
     * Does it.
     *
     * @return the exit code
     * @throws UsageException if the arguments are wrong; the exit code is then 2
     */
    int run(Arguments given, Console console) throws Exception;
}
