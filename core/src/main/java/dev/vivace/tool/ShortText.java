package dev.vivace.tool;

/** Text from outside, for a line of the log or a message. */
final class ShortText {
    private static final int LONGEST = 256;

    private ShortText() {}

    /** Cut if it is long; what would begin a new line, or steer a terminal, is replaced. */
    static String of(String text) {
        String cut = text.length() > LONGEST ? text.substring(0, LONGEST) + "..." : text;
        return cut.chars().anyMatch(Character::isISOControl)
                ? cut.replaceAll("\\p{Cntrl}", "?")
                : cut;
    }
}
