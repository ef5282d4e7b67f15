package dev.vivace.select;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.vivace.select.Evidence.Trials;
import java.util.Collection;

/**
 * What was learned from use: for which words in a request which tool did what was wanted. The words
 * of requests that a tool served become part of what it is found by; a word that led to many
 * different tools, and a tool that failed, count for less.
 *
 * <p>Nothing that is learned makes a tool's score less than half of what its definition gives, so
 * nothing is hidden for ever. One weight, that of a success, was tuned, on MetaTool with 1,000
 * feedbacks.
 *
 * <p>Keeps at most 20,000 words, if not told otherwise, with 64 tools each, and 10,000 tools, in
 * memory. Knows nothing of tenants: where one's use must not tell another anything, each has its
 * own. Thread-safe; nobody waits for learning, which takes some microseconds on the thread that
 * reports.
 */
public final class LearnedRanking {
    /**
     * What is learned beside what is said. Half of it learns 4 points less; twice it is as good
     * while only what is right is reported, and worse as soon as who reports errs.
     */
    private static final double SUCCESS = 1.5;

    /** As good as any between 0 and 1 but where the first tool is always called. */
    private static final double FAILURE = 0.5;

    private static final int LONGEST_NAME = 256;

    /** Of what the definition gives, what is left whatever is learned. */
    private static final float FLOOR = 0.5f;

    private static final int MOST_TERMS = 20_000;
    private static final int MOST_TOOLS = 10_000;

    /** Words of one request; the rest teaches nothing. */
    private static final int MOST_TERMS_OF_REQUEST = 64;

    private final Cache<String, Evidence> terms;
    private final Cache<String, Trials> tools = bounded(MOST_TOOLS);

    public LearnedRanking() {
        this(MOST_TERMS);
    }

    /**
     * @param words that are kept at most, those that are in use: 1 or more
     */
    public LearnedRanking(int words) {
        if (words < 1) {
            throw new IllegalArgumentException("words is " + words + ", but must be at least 1");
        }
        terms = bounded(words);
    }

    private static <V> Cache<String, V> bounded(int most) {
        return Caffeine.newBuilder().maximumSize(most).executor(Runnable::run).build();
    }

    /**
     * Tells what became of a tool that was called for a request.
     *
     * @param success whether it did what was wanted, which is more than that it did not fail
     * @throws IllegalArgumentException if the name is longer than that of any tool
     */
    public void feedback(String request, String tool, boolean success) {
        if (tool.length() > LONGEST_NAME) {
            throw new IllegalArgumentException(
                    "a tool's name has at most " + LONGEST_NAME + " characters");
        }
        tools.asMap()
                .merge(
                        tool,
                        Trials.NONE.with(success),
                        (known, one) -> bounded(known.with(success)));
        ToolIndex.terms(request).stream()
                .limit(MOST_TERMS_OF_REQUEST)
                .forEach(term ->
                        terms.asMap()
                                .compute(
                                        term,
                                        (key, known) ->
                                                (known == null ? Evidence.NONE : known)
                                                        .with(tool, success)));
    }

    private static Trials bounded(Trials trials) {
        return trials.count() > 1_000_000 ? trials.half() : trials;
    }

    /** Changes what the definitions give into what they and experience give. */
    void blend(Collection<String> request, ToolIndex index, float[] scores) {
        float[] floor = scores.clone();
        for (String term : request) {
            var evidence = terms.getIfPresent(term);
            if (evidence != null) {
                blend(evidence, index, scores);
            }
        }
        for (int i = 0; i < scores.length; i++) {
            scores[i] = Math.max(scores[i], FLOOR * floor[i]);
        }
    }

    private static void blend(Evidence evidence, ToolIndex index, float[] scores) {
        double rarity = Bm25f.rarity(scores.length, evidence.tools().size());
        evidence.tools()
                .forEach((name, trials) -> {
                    int tool = index.number(name);
                    if (tool >= 0) {
                        double more =
                                SUCCESS * evidence.share(trials) - FAILURE * Evidence.risk(trials);
                        scores[tool] += (float) (rarity * more);
                    }
                });
    }

    /** How little is known of each tool: 1 if nothing, falling with the root of its trials. */
    float[] doubts(ToolIndex index) {
        float[] doubts = new float[index.tools().size()];
        for (int i = 0; i < doubts.length; i++) {
            var trials = tools.getIfPresent(index.tools().get(i).name());
            doubts[i] = trials == null ? 1 : (float) (1 / Math.sqrt(1.0 + trials.count()));
        }
        return doubts;
    }
}
