package dev.vivace.replay;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.vivace.replay.LedgerBook.Earning;
import java.util.List;
import org.junit.jupiter.api.Test;

class LedgerBookTest {
    private static final String LEDGER =
            """
            {"entries": [
              {"door": "chat", "cache": "MISS", "tokens": {"fresh": 10, "cached": 2, "output": 3, "saved": 0}, "cost_usd": 0.25, "saved_usd": 0},
              {"door": "chat", "cache": "HIT", "tokens": {"fresh": 0, "cached": 0, "output": 0, "saved": 15}, "cost_usd": 0, "saved_usd": 0.25},
              {"door": "chat", "cache": "JOINED", "tokens": {"fresh": 0, "cached": 0, "output": 0, "saved": 15}, "cost_usd": 0, "saved_usd": 0.25},
              {"door": "chat", "cache": "JOINED", "tokens": {"fresh": 0, "cached": 0, "output": 0, "saved": 5}, "cost_usd": 0, "saved_usd": 0.5},
              {"door": "embeddings", "cache": "HIT", "tokens": {"fresh": 0, "cached": 0, "output": 0, "saved": 7}, "cost_usd": 0, "saved_usd": 0.125},
              {"door": "embeddings", "cache": "MISS", "tokens": {"fresh": 4, "cached": 0, "output": 0, "saved": 0}, "cost_usd": 0.125, "saved_usd": 0,
               "stages": [{"stage": "batch", "outcome": "gathered"}]},
              {"door": "embeddings", "cache": "MISS", "tokens": {"fresh": 4, "cached": 0, "output": 0, "saved": 0}, "cost_usd": 0.125, "saved_usd": 0,
               "stages": [{"stage": "batch", "outcome": "alone"}]}
            ]}\
            """;

    private final LedgerBook book = LedgerBook.of(Json.MAPPER.readTree(LEDGER));

    @Test
    void whatWasBought() {
        assertEquals(new Usage(18, 2, 3), book.bought());
        assertEquals(0.5, book.costUsd());
    }

    @Test
    void eachSavingBelongsToOneStage() {
        assertEquals(
                List.of(
                        new Earning("exact cache", 1, 15, 0.25),
                        new Earning("join", 2, 20, 0.75),
                        new Earning("embedding cache and join", 1, 7, 0.125),
                        new Earning("embedding batch", 1, 0, 0)),
                book.earnings());
    }
}
