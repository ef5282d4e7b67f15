package dev.vivace.tool;

import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.Map;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.BigIntegerNode;
import tools.jackson.databind.node.BinaryNode;
import tools.jackson.databind.node.BooleanNode;
import tools.jackson.databind.node.DecimalNode;
import tools.jackson.databind.node.NullNode;
import tools.jackson.databind.node.POJONode;

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
                long scalar = scalar(next);
                text = Math.min(text + scalar, Long.MAX_VALUE / 2);
                heap = Math.min(heap + scalar, Long.MAX_VALUE / 2);
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

    private static long scalar(JsonNode value) {
        return switch (value) {
            case BinaryNode binary -> (binary.binaryValue().length + 2L) / 3 * 4 + 2;
            case BigIntegerNode number -> number.bigIntegerValue().bitLength() / 3 + 1;
            // With an exponent where it has many zeros.
            case DecimalNode number -> number.decimalValue().precision() + 2L * NUMBER;
            // Any Java object: whatever it is as JSON, it is none.
            case POJONode any -> Long.MAX_VALUE / 4;
            case BooleanNode any -> 5;
            case NullNode any -> 4;
            default -> 2 * NUMBER;
        };
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
