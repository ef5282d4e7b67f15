package dev.vivace.token;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.util.Arrays;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TokenCounterTest {
    private final TokenCounter counter = new TokenCounter();

    // Counts of OpenAI's own tokenizer for o200k_base.
    @ParameterizedTest
    @CsvSource({"'', 0", "hello, 1", "hello world, 2", "tiktoken is great!, 6"})
    void countsAsTheProviderDoes(String text, int tokens) {
        assertEquals(tokens, counter.count(text));
        assertEquals(tokens, counter.tokens(text).length);
    }

    @Test
    void specialTokensAreText() {
        assertEquals(counter.tokens("<|endoftext|>").length, counter.count("<|endoftext|>"));
        assertFalse(counter.count("<|endoftext|>") == 1);
    }

    @Test
    void longTextsAreEstimated() {
        String text = "a b ".repeat(TokenCounter.EXACT_CHARS / 4) + "!";
        assertEquals((int) Math.ceil(text.length() / 3.5), counter.count(text));
        assertEquals(counter.count(text), counter.tokens(text).length);
    }

    @Test
    void longTextsWithACommonBeginningShareTheirFirstTokens() {
        String common = "lorem ipsum dolor ".repeat(6_000);
        int[] one = counter.tokens(common + "one");
        int[] two = counter.tokens(common + "two, and more");
        int shared = (int) (common.length() / 3.5);
        assertArrayEquals(Arrays.copyOf(one, shared), Arrays.copyOf(two, shared));
        assertFalse(Arrays.equals(one, two));
        assertFalse(counter.tokens("x" + common)[0] == one[0]);
    }

    @Test
    void whatIsReturnedIsACopy() {
        int[] first = counter.tokens("hello world");
        int token = first[0];
        first[0] = -1;
        assertEquals(token, counter.tokens("hello world")[0]);
    }

    @Test
    void manyThreadsAgree() throws Exception {
        var tiny = new TokenCounter(1_000);
        Callable<Integer> work =
                () -> IntStream.range(0, 200).map(i -> tiny.count("text number " + i % 20)).sum();
        int alone = work.call();
        try (var threads = Executors.newFixedThreadPool(4)) {
            for (var answer : threads.invokeAll(java.util.Collections.nCopies(8, work))) {
                assertEquals(alone, answer.get());
            }
        }
    }
}
