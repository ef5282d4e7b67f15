package dev.vivace.embedding;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.vivace.answer.Usage;
import dev.vivace.json.JsonException;
import java.util.Arrays;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Numbers that an upstream says. */
final class VectorAnswerTest {
    private static VectorAnswer read(String index, String tokens) {
        String body =
                "{\"data\":[{\"index\":0,\"embedding\":[1]},{\"index\":%s,\"embedding\":[2]}],\"usage\":{\"prompt_tokens\":%s}}";
        return VectorAnswer.read(body.formatted(index, tokens).getBytes(US_ASCII), 2);
    }

    @Test
    void whatIsACountIsTaken() {
        VectorAnswer answer = read("1", Long.toString(Usage.MAX_COUNT));
        assertEquals(OptionalLong.of(Usage.MAX_COUNT), answer.promptTokens());
        assertEquals("[2]", new String(answer.vectors()[1], US_ASCII));
    }

    @ParameterizedTest
    @ValueSource(strings = {"281474976710657", "9000000000000000000", "-1", "null"})
    void whatIsNoCountIsNone(String tokens) {
        assertEquals(OptionalLong.empty(), read("1", tokens).promptTokens());
    }

    @ParameterizedTest
    @ValueSource(strings = {"4294967297", "-4294967295", "2", "-1", "0", "1e0"})
    void noIndexIsTakenForAnother(String index) {
        assertThrows(JsonException.class, () -> read(index, "1"));
    }

    @ParameterizedTest
    @CsvSource({"281474976710656", "9000000000000000000", "7", "0"})
    void sharesAddUpAndAreInProportion(long total) {
        int[] weights = {1 << 29, 3, 1, 1 << 28};
        long sum = Arrays.stream(weights).asLongStream().sum();
        long[] shares = VectorAnswer.shares(total, weights);
        assertEquals(total, Arrays.stream(shares).sum());
        for (int i = 0; i < shares.length; i++) {
            double exact = (double) total / sum * weights[i];
            assertTrue(Math.abs(shares[i] - exact) <= 1 + exact * 1e-9, shares[i] + " of " + exact);
        }
    }

    @Test
    void theLargestRemaindersGetTheRest() {
        assertArrayEquals(new long[] {3, 4}, VectorAnswer.shares(7, new int[] {10, 11}));
    }
}
