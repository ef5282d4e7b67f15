package dev.vivace.answer;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Answers that went wrong in any way: never an exception, and what is called whole can be
 * converted.
 */
class HostileBytesTest {
    private static final int CASES = 5_000;
    private static final int GOOD = 40;

    private static final String[] SNIPPETS = {
        "null",
        "{}",
        "[]",
        "\"\"",
        "0",
        "-1",
        "1e999999999999",
        "1.0",
        "99999999999999999999999",
        "\"x\"",
        "true",
        ",",
        "}",
        "]",
        "{",
        "[",
        ":",
        "\"",
        "\\ud83d",
        "\\",
        "\n",
        "\r",
        "\n\n",
        "data: ",
        "data:\n",
        "event: error\n",
        ": c\n",
        "[DONE]",
        "\u00ef\u00bb\u00bf",
        "\u00ed\u00a0\u0080",
        "\u00c0\u0080",
        "\u00ff",
        "\u0000",
        "\"index\":",
        "\"index\":7,",
        "\"usage\":{",
        "\"choices\":[],",
        "\"error\":null,"
    };

    @ParameterizedTest
    @EnumSource(Protocol.class)
    void neverThrows(Protocol protocol) {
        byte[][] good = good(protocol);
        int whole = 0;
        for (long seed = 0; seed < CASES; seed++) {
            Random random = new Random(seed);
            int which = random.nextInt(good.length);
            boolean stream = which % 2 == 0;
            byte[] body = good[which];
            for (int i = random.nextInt(3); i >= 0; i--) {
                body = mutate(body, random);
            }
            try {
                whole += check(protocol.form(), body, stream) ? 1 : 0;
            } catch (RuntimeException | Error failure) {
                throw new AssertionError(
                        "seed " + seed + ": " + new String(body, ISO_8859_1), failure);
            }
        }
        assertTrue(whole > CASES / 20, "too few mutants are still whole to say anything: " + whole);
    }

    /** Streams at even places, objects at odd ones; short, so that mutations hit more than text. */
    private static byte[][] good(Protocol protocol) {
        byte[][] good = new byte[2 * GOOD][];
        int count = 0;
        for (long seed = 0; count < good.length; seed++) {
            byte[] stream = Answers.generated(protocol, seed, true);
            if (stream.length < 6_000) {
                good[count++] = stream;
                good[count++] = Answers.generated(protocol, seed, false);
            }
        }
        return good;
    }

    private static boolean check(AnswerForm form, byte[] body, boolean stream) {
        form.usageIn(body);
        form.examine(body, !stream);
        form.stream(body, false);
        Examination examined = form.examine(body, stream);
        if (examined instanceof Examination.Unfit) {
            return false;
        }
        byte[] object = stream ? form.toObject(body) : body;
        assertInstanceOf(Examination.Whole.class, form.examine(object, false));
        byte[] replayed = form.toStream(object, true);
        assertInstanceOf(Examination.Whole.class, form.examine(replayed, true));
        assertInstanceOf(Examination.Whole.class, form.examine(form.stream(replayed, false), true));
        form.toObject(replayed);
        return true;
    }

    private static byte[] mutate(byte[] body, Random random) {
        int at = random.nextInt(body.length + 1);
        int to = Math.min(body.length, at + random.nextInt(random.nextBoolean() ? 4 : 200));
        byte[] snippet = SNIPPETS[random.nextInt(SNIPPETS.length)].getBytes(ISO_8859_1);
        return switch (random.nextInt(8)) {
            case 0 -> Arrays.copyOf(body, at);
            case 1 -> replace(body, at, to, new byte[0]);
            case 2 -> replace(body, at, at, Arrays.copyOfRange(body, at, to));
            case 3 -> replace(body, at, at, snippet);
            case 4, 5 -> replaceValue(body, at, snippet);
            case 6 ->
                    replace(
                            body,
                            at,
                            Math.min(body.length, at + 1),
                            new byte[] {(byte) random.nextInt(256)});
            default -> replace(body, at, to, snippet);
        };
    }

    /** Replaces what follows a colon by another value, so that many mutants are still JSON. */
    private static byte[] replaceValue(byte[] body, int near, byte[] value) {
        String text = new String(body, ISO_8859_1);
        int colon = text.indexOf("\":", near);
        if (colon < 0) {
            return body;
        }
        int from = colon + 2;
        int to = from;
        while (to < text.length() && ",}]\n".indexOf(text.charAt(to)) < 0) {
            to++;
        }
        return replace(body, from, to, value);
    }

    private static byte[] replace(byte[] body, int from, int to, byte[] by) {
        byte[] result = new byte[body.length - (to - from) + by.length];
        System.arraycopy(body, 0, result, 0, from);
        System.arraycopy(by, 0, result, from, by.length);
        System.arraycopy(body, to, result, from + by.length, body.length - to);
        return result;
    }
}
