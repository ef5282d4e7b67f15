package dev.vivace.json;

/** Bytes that are not the JSON that was expected: what, and where. */
public final class JsonException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final int offset;

    /**
     * @param offset of the first offending byte, from 0
     */
    public JsonException(String what, byte[] document, int offset) {
        super(what + " at " + place(document, offset), null, false, false);
        this.offset = offset;
    }

    public int offset() {
        return offset;
    }

    private static String place(byte[] document, int offset) {
        int line = 1;
        int column = 1;
        for (int i = 0; i < Math.min(offset, document.length); i++) {
            if (document[i] == '\n') {
                line++;
                column = 1;
            } else {
                column++;
            }
        }
        return "line " + line + ", column " + column + " (offset " + offset + ")";
    }
}
