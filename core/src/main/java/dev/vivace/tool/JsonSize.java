package dev.vivace.tool;

import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/**
 * How large a value is, found by walking over it, not by writing it.
 *
 * @param text bytes of its JSON text, close to what they will be; more than asked about if it is
 *     larger than that
 * @param heap bytes that it takes in memory, roughly
 */
record JsonSize(long text, long heap) {
    private static final int NODE = 32;
    private static final int MEMBER = 88;
    private static final int NUMBER = 8;

    /**
     * @param most what is larger is not measured to its end
     */
    static JsonSize of(JsonNode value, long most) {
        long text = 0;
        long heap = 0;
        // Not recursive: a tool can nest as deeply as it likes.
        var open = new ArrayDeque<Iterator<JsonNode>>();
        JsonNode next = value;
        while (text <= most) {
            heap += NODE;
            if (next.isObject()) {
                text += 2;
                for (Map.Entry<String, JsonNode> member : next.properties()) {
                    text += quoted(member.getKey()) + 2;
                    heap += MEMBER + member.getKey().length();
                    if (text > most) {
                        return new JsonSize(text, heap);
                    }
                }
                open.push(next.values().iterator());
            } else if (next.isArray()) {
                text += 2 + Math.max(0, next.size() - 1);
                heap += 8L * next.size();
                open.push(next.values().iterator());
            } else if (next.isString()) {
                String string = next.stringValue();
                text += string.length() > most ? string.length() : quoted(string);
                heap += NODE + 2L * string.length();
            } else {
                text += next.isBoolean() || next.isNull() ? 5 : number(next);
            }
            while (!open.isEmpty() && !open.peek().hasNext()) {
                open.pop();
            }
            if (open.isEmpty()) {
                break;
            }
            next = open.peek().next();
        }
        return new JsonSize(text, heap);
    }

    private static long number(JsonNode number) {
        return number.isBigInteger() ? number.bigIntegerValue().bitLength() / 3 + 1 : 2 * NUMBER;
    }

    /** UTF-8, with quotation marks and escapes. */
    private static long quoted(String string) {
        long bytes = 2;
        for (int i = 0; i < string.length(); i++) {
            char c = string.charAt(i);
            if (c < 0x20) {
                bytes += c == '\n' || c == '\r' || c == '\t' ? 2 : 6;
            } else if (c < 0x80) {
                bytes += c == '"' || c == '\\' ? 2 : 1;
            } else {
                // Each half of a surrogate pair is two of its four bytes.
                bytes += c < 0x800 || Character.isSurrogate(c) ? 2 : 3;
            }
        }
        return bytes;
    }
}
