package dev.vivace.select;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Weigher;
import dev.vivace.tool.ToolDefinition;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Ranks by what is said, by what is near, and by what was learned, and keeps each as long as it
 * holds: an index as long as no definition changes, a request's scores as long as the index, what
 * was learned for a few minutes. What is drawn is never kept, or exploration would stand still.
 */
final class Ranker {
    private static final Logger LOG = LoggerFactory.getLogger(Ranker.class);

    /** The size up to which an entry counts as one. */
    private static final int SCORES = 1_000;

    private static final int TOOLS = 100;

    /** How long an embedder that failed is left alone. */
    private static final long REST_NANOS = Duration.ofSeconds(30).toNanos();

    private final Optional<Embedder> embedder;
    private final LearnedRanking learned;
    private final Exploration exploration;
    private final Cache<List<ToolDefinition>, Tools> same;
    private final Cache<String, Tools> indexes;
    private final Cache<String, Vectors> vectors;
    private final LongSupplier nanos;
    private volatile boolean failed;
    private volatile long failedAt;
    private final Cache<Question, Cold> cold;
    private final Cache<Question, Warm> warm;

    Ranker(
            SelectorOptions options,
            Optional<Embedder> embedder,
            LearnedRanking learned,
            LongSupplier nanos) {
        this.embedder = embedder;
        this.nanos = nanos;
        this.learned = learned;
        this.exploration = new Exploration(options.exploration(), options.seed());
        this.same =
                Caffeine.newBuilder()
                        .weakKeys()
                        .weakValues()
                        .maximumSize(options.entries())
                        .executor(Runnable::run)
                        .build();
        int entries = options.entries();
        this.indexes =
                cache(entries, options.rankingTtl(), nanos, TOOLS, (key, each) -> each.size());
        this.vectors =
                cache(entries, options.rankingTtl(), nanos, TOOLS, (key, each) -> each.size());
        this.cold = cache(entries, options.queryTtl(), nanos, SCORES, (key, each) -> each.size());
        this.warm = cache(entries, options.contextTtl(), nanos, SCORES, (key, each) -> each.size());
    }

    private static <K, V> Cache<K, V> cache(
            int entries, Duration ttl, LongSupplier nanos, int unit, Weigher<K, V> size) {
        return Caffeine.newBuilder()
                .maximumWeight((long) entries * unit)
                .weigher((K key, V value) -> Math.max(unit, size.weigh(key, value)))
                .expireAfterWrite(ttl)
                .ticker(nanos::getAsLong)
                .executor(Runnable::run)
                .build();
    }

    /** An index, and what is the same for it and no other. */
    record Tools(String digest, ToolIndex index) {
        int size() {
            return index.tools().size();
        }
    }

    private record Question(String digest, String request) {}

    /** What does not change while the definitions do not; no similarities without an embedder. */
    private record Cold(float[] lexical, float @Nullable [] similarities, Named named) {
        int size() {
            return lexical.length;
        }
    }

    /** With what was learned. */
    private record Warm(float[] scores, float[] doubts, Named named) {
        int size() {
            return scores.length;
        }
    }

    /**
     * The tools, indexed. At once for a list that cannot change and was seen before; else every
     * definition is read.
     *
     * @throws IllegalArgumentException if two have the same name
     */
    Tools tools(List<ToolDefinition> definitions) {
        // Returns the list itself if it cannot change, and only then is it enough that it is the
        // same.
        var fixed = List.copyOf(definitions);
        var known = same.getIfPresent(fixed);
        if (known != null && indexes.getIfPresent(known.digest()) == known) {
            return known;
        }
        var tools = indexes.get(digest(fixed), digest -> new Tools(digest, ToolIndex.of(fixed)));
        same.put(fixed, tools);
        return tools;
    }

    static String digest(List<ToolDefinition> definitions) {
        try {
            var digest = MessageDigest.getInstance("SHA-256");
            for (ToolDefinition each : definitions) {
                add(digest, each.name());
                add(digest, each.description());
                add(digest, each.schema().toString());
            }
            return HexFormat.of().formatHex(digest.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e); // Every JDK has it.
        }
    }

    /** With its length, so that no two lists look the same. */
    private static void add(MessageDigest digest, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        digest.update(ByteBuffer.allocate(4).putInt(bytes.length).flip());
        digest.update(bytes);
    }

    /** Numbers of tools, best first, as they are to be shown. */
    int[] explore(Tools tools, String request, int most) {
        var warm = warm(tools, request);
        int[] top = exploration.top(warm.scores().clone(), warm.doubts(), most);
        return warm.named().keepPlaces(top);
    }

    /** Numbers of tools, best first, as far as is known. */
    int[] rank(Tools tools, String request, int most) {
        var warm = warm(tools, request);
        return warm.named().keepPlaces(Top.of(warm.scores(), most));
    }

    private Warm warm(Tools tools, String request) {
        var bounded = request.substring(0, Math.min(request.length(), ToolIndex.LONGEST_REQUEST));
        var question = new Question(tools.digest(), bounded);
        var known = warm.getIfPresent(question);
        if (known != null) {
            return known;
        }
        var kept = cold.getIfPresent(question);
        var base = kept == null ? cold(tools, question.request()) : kept;
        var fresh = warmUp(tools, question, base);
        // What is missing because the embedder failed is asked for again.
        if (embedder.isEmpty() || base.similarities() != null) {
            if (kept == null) {
                cold.put(question, base);
            }
            warm.put(question, fresh);
        }
        return fresh;
    }

    private Warm warmUp(Tools tools, Question question, Cold base) {
        float[] scores = base.lexical().clone();
        learned.blend(ToolIndex.terms(question.request()), tools.index(), scores);
        if (base.similarities() != null) {
            scores = Vectors.fuse(scores, base.similarities());
        }
        return new Warm(scores, learned.doubts(tools.index()), base.named());
    }

    private Cold cold(Tools tools, String request) {
        float[] lexical = tools.index().scores(ToolIndex.terms(request));
        var named = Named.in(request, tools.index(), lexical);
        return new Cold(lexical, similarities(tools, request), named);
    }

    private float @Nullable [] similarities(Tools tools, String request) {
        if (embedder.isEmpty() || (failed && nanos.getAsLong() - failedAt < REST_NANOS)) {
            return null;
        }
        try {
            var near =
                    vectors.get(
                            tools.digest(),
                            digest -> new Vectors(embedder.get(), tools.index().tools()));
            float[] similarities = near.similarities(request);
            failed = false;
            return similarities;
        } catch (RuntimeException e) {
            LOG.warn("Tools are ranked by their words alone for a while: {}", e.toString());
            failedAt = nanos.getAsLong();
            failed = true;
            return null;
        }
    }
}
