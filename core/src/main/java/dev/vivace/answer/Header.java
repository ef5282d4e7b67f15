package dev.vivace.answer;

/** One header field, as it was sent. */
public record Header(String name, String value) {
    public boolean is(String other) {
        return name.equalsIgnoreCase(other);
    }
}
