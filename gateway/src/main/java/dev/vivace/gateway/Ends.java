package dev.vivace.gateway;

/** The ends of a text, white space aside. */
final class Ends {
    private Ends() {}

    /** The first byte that is no white space; 0 if there is none. */
    static byte first(byte[] text) {
        for (byte b : text) {
            if (b > ' ' || b < 0) {
                return b;
            }
        }
        return 0;
    }

    /** The last byte that is no white space; 0 if there is none. */
    static byte last(byte[] text) {
        for (int i = text.length - 1; i >= 0; i--) {
            if (text[i] > ' ' || text[i] < 0) {
                return text[i];
            }
        }
        return 0;
    }
}
