package dev.vivace.config;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;

/** A text with one to four accidents: what is lost, doubled, swapped or put in. */
final class Mutation {
    private static final List<String> SNIPPETS =
            List.of(
                    "{",
                    "}",
                    "[",
                    "]",
                    ":",
                    ": ",
                    "- ",
                    ",",
                    "\n",
                    "\r",
                    "\t",
                    "  ",
                    "&a ",
                    "*a",
                    "!!x ",
                    "!<y> ",
                    "<<: *a",
                    "| ",
                    ">-\n",
                    "? ",
                    "---\n",
                    "...\n",
                    "%YAML 9.9\n",
                    "#",
                    "\"",
                    "'",
                    "${",
                    "${KEY}",
                    "${NOPE}",
                    "$",
                    "\\",
                    "@",
                    "`",
                    "null",
                    "~",
                    "-1",
                    "1e999",
                    ".nan",
                    "0x1F",
                    "99999999999999999999",
                    "é",
                    "\uFEFF",
                    "\u0000",
                    "\u2028",
                    "😀",
                    "keys:",
                    "chain:",
                    "port: ",
                    "mcp: ",
                    "/v1",
                    "1h",
                    "256MB");

    private Mutation() {}

    static byte[] of(String text, Random random) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        for (int i = random.nextInt(4); i >= 0; i--) {
            bytes = mutate(bytes, random);
        }
        return bytes;
    }

    private static byte[] mutate(byte[] bytes, Random random) {
        int from = random.nextInt(bytes.length + 1);
        int to = Math.min(bytes.length, from + random.nextInt(30));
        var out = new ByteArrayOutputStream();
        out.write(bytes, 0, from);
        switch (random.nextInt(5)) {
            case 0 -> out.write(bytes, to, bytes.length - to);
            case 1 -> {
                for (int i = random.nextInt(50); i >= 0; i--) {
                    out.write(bytes, from, to - from);
                }
                out.write(bytes, from, bytes.length - from);
            }
            case 2 -> {
                out.writeBytes(snippet(random));
                out.write(bytes, from, bytes.length - from);
            }
            case 3 -> {
                out.writeBytes(snippet(random));
                out.write(bytes, to, bytes.length - to);
            }
            default -> {
                out.write(random.nextInt(256));
                out.write(bytes, to, bytes.length - to);
            }
        }
        return out.toByteArray();
    }

    private static byte[] snippet(Random random) {
        return SNIPPETS.get(random.nextInt(SNIPPETS.size())).getBytes(StandardCharsets.UTF_8);
    }
}
