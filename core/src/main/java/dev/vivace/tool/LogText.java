package dev.vivace.tool;

/** Text from outside, for a line of the log. */
final class LogText {
    private LogText() {}

    /** What would begin a new line, or steer a terminal, is replaced. */
    static String of(String text) {
        return text.chars().anyMatch(Character::isISOControl)
                ? text.replaceAll("\\p{Cntrl}", "?")
                : text;
    }
}
