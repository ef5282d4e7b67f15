package dev.vivace.bench;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.Random;

/** Bodies that are nearly what a door expects, and in some way not. */
final class FuzzBodies {
    private static final String[] GOOD = {
        "{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\"q%d\"}]}",
        "{\"model\":\"m\",\"temperature\":0,\"stream\":true,\"messages\":[{\"role\":\"system\",\"content\":\"s\"},"
                + "{\"role\":\"user\",\"content\":[{\"type\":\"text\",\"text\":\"q%d\"}]}],\"stream_options\":{\"include_usage\":true}}",
        "{\"model\":\"m\",\"temperature\":0,\"max_tokens\":9,\"messages\":[{\"role\":\"user\",\"content\":\"q%d\"}],"
                + "\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"f\",\"parameters\":{\"type\":\"object\"}}}],\"user\":\"u\"}",
        "{\"model\":\"m\",\"seed\":%d,\"cache\":{\"ttl\":5,\"no-store\":true},\"metadata\":{\"a\":\"b\"},\"messages\":[{\"role\":\"user\",\"content\":\"x\"}]}",
        "{\"model\":\"m\",\"input\":\"q%d\",\"temperature\":0}",
        "{\"model\":\"m\",\"input\":[{\"role\":\"user\",\"content\":[{\"type\":\"input_text\",\"text\":\"q%d\"}]}],\"stream\":true}",
        "{\"model\":\"e\",\"input\":[\"a\",\"b%d\",\"\\u00e9\\ud83d\\ude00\"],\"encoding_format\":\"base64\"}",
        "{\"model\":\"e\",\"input\":[[1,2,%d],[4]],\"dimensions\":8}",
        "{\"model\":\"m\",\"pattern\":\"*q%d*\"}",
        "{\"all\":true,\"tag\":\"a=%d\"}"
    };
    private static final String[] VALUES = {
        "null",
        "true",
        "-0",
        "1e999",
        "1e-999999999",
        "9".repeat(400),
        "0." + "0".repeat(400) + "1",
        "-1",
        "18446744073709551616",
        "\"\"",
        "\"\\ud800\"",
        "\"\\udc00\\ud800\"",
        "\"\\u0000\"",
        "\"\\x\"",
        "\"\\u12\"",
        "{}",
        "[]",
        "[[]]",
        "{\"a\":{}}",
        "[1,\"a\",null,{}]",
        "NaN",
        "01",
        "+1",
        ".5",
        "'a'",
        "[1,]",
        "{\"a\":1,}",
        "// no\n1"
    };
    private static final String[] MEMBERS = {
        "\"model\":\"other\",",
        "\"m\\u006fdel\":\"m\",",
        "\"messages\":[],",
        "\"input\":[],",
        "\"stream\":true,",
        "\"stream\":1,",
        "\"temperature\":1e400,",
        "\"seed\":-9223372036854775809,",
        "\"n\":0,",
        "\"n\":2147483648,",
        "\"max_tokens\":-1,",
        "\"cache\":{\"ttl\":-1},",
        "\"cache\":[],",
        "\"tools\":{},",
        "\"tools\":[{}],",
        "\"previous_response_id\":\"r\",",
        "\"store\":true,",
        "\"background\":true,",
        "\"\":0,",
        "\"\\ud800\":0,"
    };
    private static final byte[][] INVALID = {
        {(byte) 0xff},
        {(byte) 0xc0, (byte) 0xaf},
        {(byte) 0xed, (byte) 0xa0, (byte) 0x80},
        {(byte) 0xf4, (byte) 0x90, (byte) 0x80, (byte) 0x80},
        {(byte) 0xe2, (byte) 0x82},
        {0},
        {(byte) 0xef, (byte) 0xbb, (byte) 0xbf}
    };

    private FuzzBodies() {}

    /** One that the door expects, mostly. */
    private static byte[] good(String door, Random random) {
        int first = 0;
        int count = GOOD.length;
        if (random.nextInt(8) > 0) {
            first =
                    switch (door) {
                        case "responses" -> 4;
                        case "embeddings" -> 6;
                        case "admin" -> 8;
                        default -> 0;
                    };
            count = first > 0 ? 2 : 4;
        }
        return GOOD[first + random.nextInt(count)].formatted(random.nextInt(200)).getBytes(UTF_8);
    }

    static byte[] next(String door, Random random) {
        byte[] body = good(door, random);
        for (int changes = random.nextInt(4); changes > 0; changes--) {
            body = changed(body, random);
        }
        return body;
    }

    private static byte[] changed(byte[] body, Random random) {
        int at = random.nextInt(body.length + 1);
        return switch (random.nextInt(10)) {
            case 0 -> Fuzz.flipped(body, random);
            case 1 -> Fuzz.spliced(body, at, body.length, new byte[0]);
            case 2 -> Fuzz.spliced(body, at, Math.min(body.length, at + 8), new byte[0]);
            case 3 -> Fuzz.spliced(body, at, at, slice(body, random));
            case 4 -> Fuzz.spliced(body, at, at, INVALID[random.nextInt(INVALID.length)]);
            case 5, 6 -> behindA('{', MEMBERS[random.nextInt(MEMBERS.length)], body, random);
            case 7 -> nested(body, random);
            default -> inPlaceOfAValue(VALUES[random.nextInt(VALUES.length)], body, random);
        };
    }

    private static byte[] slice(byte[] body, Random random) {
        int from = random.nextInt(body.length + 1);
        return Fuzz.spliced(body, 0, from, new byte[0]);
    }

    private static byte[] behindA(char mark, String insert, byte[] body, Random random) {
        int at = place(mark, body, random) + 1;
        return Fuzz.spliced(body, at, at, insert.getBytes(UTF_8));
    }

    private static byte[] inPlaceOfAValue(String value, byte[] body, Random random) {
        int at = place(':', body, random) + 1;
        int end = at;
        while (end < body.length && ",}]".indexOf(body[end]) < 0) {
            end++;
        }
        return Fuzz.spliced(body, at, end, value.getBytes(ISO_8859_1));
    }

    private static byte[] nested(byte[] body, Random random) {
        int depth = random.nextInt(4) == 0 ? 20_000 : random.nextInt(400);
        String open = random.nextBoolean() ? "[" : "{\"a\":";
        String close = random.nextInt(3) == 0 ? "" : open.equals("[") ? "]" : "}";
        return inPlaceOfAValue(open.repeat(depth) + "1" + close.repeat(depth), body, random);
    }

    /** Where one of these is; 0 if there is none. */
    private static int place(char mark, byte[] body, Random random) {
        int from = body.length == 0 ? 0 : random.nextInt(body.length);
        for (int i = 0; i < body.length; i++) {
            int at = (from + i) % body.length;
            if (body[at] == mark) {
                return at;
            }
        }
        return -1;
    }
}
