package dev.vivace.answer;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.vivace.json.Utf8;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.node.ObjectNode;

/** Text in pieces, in JSON and in bytes. */
class TextTest {
    @Test
    void piecesAreAFewWordsAndTogetherTheText() {
        String text = "The quick brown fox jumps over the lazy dog, and then it sleeps.";
        List<String> pieces = Pieces.of(text);
        assertEquals(text, String.join("", pieces));
        assertTrue(pieces.size() >= 3, pieces.toString());
        assertEquals(List.of(), Pieces.of(""));
    }

    @Test
    void piecesDoNotSplitPairs() {
        for (int shift = 0; shift < 40; shift++) {
            String text = "x".repeat(shift) + "😀".repeat(100);
            for (String piece : Pieces.of(text)) {
                assertFalse(Character.isLowSurrogate(piece.charAt(0)), piece);
                assertFalse(Character.isHighSurrogate(piece.charAt(piece.length() - 1)), piece);
            }
        }
    }

    @Test
    void longTextIsNotCutIntoVeryManyPieces() {
        assertTrue(Pieces.of("word ".repeat(200_000)).size() <= 201);
        assertTrue(Pieces.of("w".repeat(1_000_000)).size() <= 201);
    }

    @Test
    void numbersKeepTheirDigits() {
        String json =
                "{\"a\":[1,-1,0,1.0,1.50,1e5,1E+400,12345678901234567890,0.1,-0,9007199254740993]}";
        assertEquals(json, new String(Json.write(Json.readObject(json.getBytes(UTF_8))), UTF_8));
    }

    @Test
    void halfAPairSurvives() {
        String json = "{\"a\":\"x\\ud83d😀\\ude00\"}";
        ObjectNode read = Json.readObject(json.getBytes(UTF_8));
        assertEquals(json, new String(Json.write(read), UTF_8));
    }

    @Test
    void utf8IsWhatTheStrictDecoderTakes() {
        int valid = 0;
        for (long seed = 0; seed < 20_000; seed++) {
            Random random = new Random(seed);
            byte[] bytes =
                    new StringBuilder("0123456789")
                            .appendCodePoint(random.nextInt(0x110000))
                            .append("é空😀")
                            .toString()
                            .getBytes(UTF_8);
            if (random.nextBoolean()) {
                bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
            }
            int end = random.nextInt(8) == 0 ? random.nextInt(bytes.length) : bytes.length;
            assertEquals(decodes(bytes, end), Utf8.isValid(bytes, end), "seed " + seed);
            valid += decodes(bytes, end) ? 1 : 0;
        }
        assertTrue(valid > 1_000 && valid < 19_000);
    }

    private static boolean decodes(byte[] bytes, int end) {
        try {
            UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes, 0, end));
            return true;
        } catch (CharacterCodingException invalid) {
            return false;
        }
    }
}
