package dev.vivace.simulator;

import static dev.vivace.simulator.Api.CHAT;
import static dev.vivace.simulator.Api.chat;
import static dev.vivace.simulator.Api.chatOf;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class PrefixCacheTest {
    private static final String LONG =
            "The harbour master keeps a ledger of every ship. ".repeat(160);

    private final AtomicLong now = new AtomicLong();
    private final Api api =
            new Api(SimulatorOptions.defaults().withTimeScale(0).withClock(now::get));

    @AfterEach
    void stop() {
        api.close();
    }

    private int cached(String body, String... headers) {
        return api.ask(CHAT, body, headers)
                .at("/usage/prompt_tokens_details/cached_tokens")
                .intValue();
    }

    @Test
    void aCommonBeginningIsCachedInSteps() {
        assertEquals(0, cached(chat(LONG + "one")));
        int cached = cached(chat(LONG + "and something longer, two"));
        int tokens = 4 + new dev.vivace.token.TokenCounter().count(LONG.stripTrailing());
        assertEquals(tokens / 128 * 128, cached);
        assertTrue(cached >= 1024);
        assertEquals(cached, api.simulator.stats().cachedTokens());
    }

    @Test
    void aHistoryThatGrowsIsCached() {
        String first = "{\"role\": \"user\", \"content\": %s}".formatted(Api.quoted(LONG));
        String more =
                ", {\"role\": \"assistant\", \"content\": \"yes\"}, {\"role\": \"user\", \"content\": \"go on\"}";
        assertEquals(0, cached(chatOf("[" + first + "]")));
        assertTrue(cached(chatOf("[" + first + more + "]")) >= 1024);
    }

    @Test
    void aChangedBeginningIsNot() {
        assertEquals(0, cached(chat("a " + LONG)));
        assertEquals(0, cached(chat("b " + LONG)));
        assertEquals(0, cached(chat("a " + LONG).replace("\"user\"", "\"system\"")));
    }

    @Test
    void reorderedToolsAreAChangedBeginning() {
        String one = "{\"type\": \"function\", \"function\": {\"name\": \"one\"}}";
        String two = "{\"type\": \"function\", \"function\": {\"name\": \"two\"}}";
        assertEquals(0, cached(chat(LONG, "\"tools\": [" + one + "," + two + "]")));
        assertEquals(0, cached(chat(LONG, "\"tools\": [" + two + "," + one + "]")));
        assertTrue(cached(chat(LONG, "\"tools\": [" + one + ", " + two + "]")) > 0);
    }

    @Test
    void shortPromptsAreNot() {
        String text = "word ".repeat(1000);
        assertEquals(0, cached(chat(text)));
        assertEquals(0, cached(chat(text)));
        assertEquals(0, cached(chat(text.repeat(2))));
        assertTrue(cached(chat(text.repeat(2))) >= 1024);
        assertEquals(0, cached(chat(text)));
    }

    @Test
    void credentialsAndModelsAreApart() {
        cached(chat(LONG), "authorization", "Bearer a");
        assertEquals(0, cached(chat(LONG), "authorization", "Bearer b"));
        assertEquals(0, cached(chat(LONG), "x-api-key", "a"));
        assertEquals(
                0,
                cached(chat(LONG).replace("gpt-4o-mini", "gpt-4o"), "authorization", "Bearer a"));
        assertTrue(cached(chat(LONG), "authorization", "Bearer a") > 0);
    }

    @Test
    void theTimeToLiveCountsFromTheLastUse() {
        cached(chat(LONG));
        now.addAndGet(Duration.ofMinutes(4).toNanos());
        assertTrue(cached(chat(LONG)) > 0);
        now.addAndGet(Duration.ofMinutes(4).toNanos());
        assertTrue(cached(chat(LONG)) > 0);
        now.addAndGet(Duration.ofMinutes(6).toNanos());
        assertEquals(0, cached(chat(LONG)));
    }

    @Test
    void resetForgets() {
        cached(chat(LONG));
        api.post("/simulator/reset", "");
        assertEquals(0, cached(chat(LONG)));
    }
}
