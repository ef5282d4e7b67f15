package dev.vivace.embedding;

import dev.vivace.answer.Head;
import dev.vivace.cache.CacheControl;
import dev.vivace.cache.CachedAnswer;
import dev.vivace.ledger.CacheStatus;
import dev.vivace.ledger.Tokens;
import dev.vivace.line.Call;
import dev.vivace.line.Models;
import dev.vivace.line.Route;
import dev.vivace.request.EmbeddingScan;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One embedding call while its vectors come together. Guarded by the gatherer's monitor; once it
 * has ended and owes nothing, nobody changes it any more.
 */
final class Caller {
    final EmbeddingCall asked;
    final Call call;
    final EmbeddingScan scan;
    final CacheControl control;
    final Route route;
    final Models.Target target;

    /** MISS, REFRESH or BYPASS: what the call is called if any of its inputs is bought. */
    final CacheStatus looked;

    /** The inputs that this caller waits for, its own and those that it joined. */
    final Set<Item> waiting = new LinkedHashSet<>();

    /** What came of asking replicas: hit, partial or miss; empty if they were not asked. */
    volatile Optional<String> elsewhere = Optional.empty();

    private final byte[] @Nullable [] vectors;
    private int missing;
    private int status;
    private String error = "";
    private long endedAt;
    private boolean settled;
    private int debts;
    private long boughtTokens;
    private boolean estimated;
    private long savedTokens;
    private double saved;
    private long oldest;
    int fromCache;
    int own;
    int joined;
    int departures;
    boolean gathered;
    private Optional<Head> head = Optional.empty();
    private byte @Nullable [] raw;

    /**
     * @param control what the headers and the body say together
     */
    Caller(
            EmbeddingCall asked,
            Call call,
            EmbeddingScan scan,
            CacheControl control,
            Route route,
            CacheStatus looked) {
        this.asked = asked;
        this.call = call;
        this.scan = scan;
        this.control = control;
        this.route = route;
        this.target = route.first();
        this.looked = looked;
        this.vectors = new byte[scan.inputs().size()] @Nullable [];
        this.missing = vectors.length;
    }

    boolean has(int index) {
        return vectors[index] != null;
    }

    /** Whether the vector of an input under way will do; who refreshes wants one of its own. */
    boolean mayJoin(Item item) {
        return looked != CacheStatus.REFRESH || item.owner == this;
    }

    /** A vector that was at hand. */
    void cached(int index, CachedAnswer answer, long ageSeconds) {
        fromCache++;
        oldest = Math.max(oldest, ageSeconds);
        gift(
                index,
                answer.object().orElseThrow(),
                answer.usage().map(usage -> usage.fresh()).orElse(0L),
                answer.costUsd());
    }

    /** A vector that was not bought for this place. */
    void gift(int index, byte[] vector, long tokens, double worth) {
        savedTokens += tokens;
        saved += worth;
        fill(index, vector);
    }

    void fill(int index, byte[] vector) {
        if (vectors[index] == null) {
            vectors[index] = vector;
            missing--;
        }
    }

    /** The upstream's whole answer was for this caller alone, and can go to it as it came. */
    void raw(Head itsHead, byte[] body) {
        head = Optional.of(itsHead);
        raw = body;
    }

    int inputs() {
        return vectors.length;
    }

    /** How many inputs have no vector yet. */
    int missing() {
        return missing;
    }

    /** Whether it has all that it asked for. */
    boolean complete() {
        return missing == 0;
    }

    /** One of its inputs leaves for the upstream: what that costs is known when it is back. */
    void owes() {
        debts++;
    }

    /** One of its inputs is back. */
    void owesNoMore() {
        debts--;
    }

    /** Tokens that its inputs cost; also after it has ended. */
    void buys(long tokens, boolean guessed) {
        boughtTokens += tokens;
        estimated |= guessed;
    }

    /** Ends it; false if it had ended. */
    boolean end(int withStatus, String withError) {
        if (status != 0) {
            return false;
        }
        status = withStatus;
        error = withError;
        endedAt = System.nanoTime();
        return true;
    }

    /** Whether its ledger entry is due: true once, when it has ended and all costs are known. */
    boolean due() {
        if (status == 0 || debts > 0 || settled) {
            return false;
        }
        settled = true;
        return true;
    }

    /** What it got, 499 if it left; 0 while it waits. */
    int status() {
        return status;
    }

    String error() {
        return error;
    }

    /** By {@link System#nanoTime}. */
    long endedAt() {
        return endedAt;
    }

    CacheStatus cache() {
        return own > 0 ? looked : joined > 0 ? CacheStatus.JOINED : CacheStatus.HIT;
    }

    /** Who does not get vectors has saved nothing, but may have bought. */
    Tokens tokens() {
        return new Tokens(boughtTokens, 0, 0, status == 200 ? savedTokens : 0, estimated);
    }

    double savedUsd() {
        return status == 200 ? saved : 0;
    }

    /**
     * Its answer, when it is complete.
     *
     * @param costUsd of what it bought
     */
    EmbeddingOutcome.Vectors outcome(double costUsd) {
        byte[] body = raw;
        return new EmbeddingOutcome.Vectors(
                call,
                cache(),
                head,
                body == null ? VectorList.of(vectors, target.model(), boughtTokens) : body,
                tokens(),
                costUsd,
                saved,
                oldest);
    }
}
