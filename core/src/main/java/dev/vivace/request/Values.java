package dev.vivace.request;

import dev.vivace.json.JsonReader;

/** Small values of a request's members. */
final class Values {
    private Values() {}

    /** Whether a value that begins so is a number. */
    static boolean number(byte kind) {
        return kind == '-' || kind >= '0' && kind <= '9';
    }

    /** True or false; null counts as false. */
    static boolean flag(JsonReader reader, String name) {
        return switch (reader.peek()) {
            case 't', 'f' -> reader.bool();
            case 'n' -> {
                reader.readNull();
                yield false;
            }
            default -> throw reader.fail("'" + name + "' must be true or false");
        };
    }
}
