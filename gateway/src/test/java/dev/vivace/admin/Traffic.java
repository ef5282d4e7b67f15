package dev.vivace.admin;

import dev.vivace.ledger.CacheStatus;
import dev.vivace.ledger.LedgerEntry;
import dev.vivace.ledger.Money;
import dev.vivace.ledger.StageNote;
import dev.vivace.ledger.Times;
import dev.vivace.ledger.Tokens;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Generated calls, like those of agents: the same seed gives the same calls. */
final class Traffic {
    private static final String[] MODELS = {"gpt-4o-mini", "gpt-4o", "claude-sonnet-4-5"};

    private Traffic() {}

    /** A plain call that was bought: 21 fresh and 9 output tokens. */
    static LedgerEntry miss(String id, long at, String model) {
        return miss(id, at, model, 0.25);
    }

    /** The same call to a model without a price. */
    static LedgerEntry free(String id, long at, String model) {
        return miss(id, at, model, 0);
    }

    private static LedgerEntry miss(String id, long at, String model, double costUsd) {
        return new LedgerEntry(
                id,
                at,
                "t-1",
                "",
                "chat",
                model,
                CacheStatus.MISS,
                200,
                new Tokens(21, 0, 9, 0, false),
                new Money(costUsd, 0),
                new Times(85, 1_200, 900, 1_300),
                false,
                1,
                List.of(new StageNote("exact-cache", "miss"), new StageNote("deliver", "ok")),
                "");
    }

    /** The same call answered from the exact cache. */
    static LedgerEntry hit(String id, long at, String model) {
        return new LedgerEntry(
                id,
                at,
                "t-1",
                "",
                "chat",
                model,
                CacheStatus.HIT,
                200,
                new Tokens(0, 0, 0, 30, false),
                new Money(0, 0.25),
                new Times(40, 0, 45, 50),
                true,
                0,
                List.of(new StageNote("exact-cache", "hit")),
                "");
    }

    static LedgerEntry with(
            LedgerEntry e, String door, int status, List<StageNote> stages, String error) {
        return new LedgerEntry(
                e.id(),
                e.at(),
                e.tenant(),
                e.key(),
                door,
                e.model(),
                e.cache(),
                status,
                e.tokens(),
                e.money(),
                e.times(),
                e.streamed(),
                e.attempts(),
                stages,
                error);
    }

    /** So many calls that ended within the time before {@code end}, in order. */
    static List<LedgerEntry> generate(long seed, int count, long end, long millis) {
        var random = new Random(seed);
        var entries = new ArrayList<LedgerEntry>(count);
        for (int i = 0; i < count; i++) {
            double share = (double) i / count;
            long at = end - millis + (long) (millis * share);
            entries.add(one(random, "vv_%06d".formatted(i), at, share));
        }
        return entries;
    }

    private static LedgerEntry one(Random random, String id, long ended, double share) {
        double dice = random.nextDouble() + 0.12 * Math.sin(share * 20);
        CacheStatus cache =
                dice < 0.34
                        ? CacheStatus.HIT
                        : dice < 0.46
                                ? CacheStatus.JOINED
                                : dice < 0.82
                                        ? CacheStatus.MISS
                                        : dice < 0.97 ? CacheStatus.BYPASS : CacheStatus.REFRESH;
        boolean ours = cache == CacheStatus.HIT || cache == CacheStatus.JOINED;
        boolean failed = !ours && random.nextInt(60) == 0;
        long prompt = 400 + random.nextInt(9_000);
        long cached = ours || random.nextBoolean() ? 0 : prompt / 2 / 128 * 128;
        long output = 20 + random.nextInt(400);
        double price = (prompt - cached * 0.5 + output * 4) * 1.5e-7;
        long overhead = (long) (35 + Math.abs(random.nextGaussian()) * 45);
        long upstream =
                cache == CacheStatus.HIT
                        ? 0
                        : (long) (280_000 * Math.exp(random.nextGaussian() * 0.7));
        int status = failed ? (random.nextBoolean() ? 502 : 429) : 200;
        return new LedgerEntry(
                id,
                ended - (overhead + upstream) / 1_000,
                "t-" + random.nextInt(3),
                "",
                "chat",
                MODELS[random.nextInt(MODELS.length)],
                cache,
                status,
                ours || failed
                        ? new Tokens(0, 0, 0, ours ? prompt + output : 0, false)
                        : new Tokens(prompt - cached, cached, output, 0, false),
                new Money(ours || failed ? 0 : price, ours ? price : 0),
                new Times(
                        overhead,
                        cache == CacheStatus.JOINED ? 0 : upstream,
                        overhead + upstream / 3,
                        overhead + upstream),
                random.nextBoolean(),
                ours ? 0 : 1,
                stages(cache, failed),
                failed ? "upstream openai answered " + status + ": try again later" : "");
    }

    private static List<StageNote> stages(CacheStatus cache, boolean failed) {
        var deliver = new StageNote("deliver", failed ? "error" : "ok");
        return switch (cache) {
            case HIT -> List.of(new StageNote("exact-cache", "hit"));
            case JOINED ->
                    List.of(new StageNote("exact-cache", "miss"), new StageNote("join", "joined"));
            case MISS ->
                    List.of(
                            new StageNote("exact-cache", "miss"),
                            new StageNote("join", "led"),
                            deliver,
                            new StageNote("exact-cache", failed ? "unfit:status" : "stored"));
            default -> List.of(new StageNote("exact-cache", "bypass"), deliver);
        };
    }
}
