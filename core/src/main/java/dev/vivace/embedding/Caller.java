package dev.vivace.embedding;

import dev.vivace.answer.Head;
import dev.vivace.json.JsonText;
import dev.vivace.ledger.CacheStatus;
import dev.vivace.ledger.Tokens;
import dev.vivace.line.Call;
import dev.vivace.line.Models;
import dev.vivace.request.EmbeddingScan;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** One embedding call while its vectors come together. Guarded by the line's monitor. */
final class Caller {
    final EmbeddingCall asked;
    final Call call;
    final EmbeddingScan scan;
    final Models.Target target;
    final CacheStatus looked;

    /** The inputs that this caller waits for. */
    final List<Item> waiting = new ArrayList<>();

    private final byte[] @Nullable [] vectors;
    private int missing;
    private boolean over;
    private long boughtTokens;
    private boolean estimated;
    private long savedTokens;
    private double cost;
    private double saved;
    private long oldest;
    int fromCache;
    int own;
    int joined;
    boolean gathered;
    private Optional<Head> head = Optional.empty();
    private byte @Nullable [] raw;

    /**
     * @param looked MISS, REFRESH or BYPASS: what the call is called if any of its inputs is bought
     */
    Caller(
            EmbeddingCall asked,
            Call call,
            EmbeddingScan scan,
            Models.Target target,
            CacheStatus looked) {
        this.asked = asked;
        this.call = call;
        this.scan = scan;
        this.target = target;
        this.looked = looked;
        this.vectors = new byte[scan.inputs().size()] @Nullable [];
        this.missing = vectors.length;
    }

    /** A vector that was not bought for this caller. */
    void gift(int index, byte[] vector, long tokens, double worth, long ageSeconds) {
        savedTokens += tokens;
        saved += worth;
        oldest = Math.max(oldest, ageSeconds);
        fill(index, vector);
    }

    /** A vector that this caller's call brought. */
    void bought(int index, byte[] vector, long tokens, double price, boolean guessed) {
        boughtTokens += tokens;
        cost += price;
        estimated |= guessed;
        fill(index, vector);
    }

    private void fill(int index, byte[] vector) {
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

    boolean complete() {
        return missing == 0 && !over;
    }

    /** Ends it; false if it had ended. */
    boolean end() {
        boolean first = !over;
        over = true;
        return first;
    }

    /**
     * Whether all inputs, and nothing else, are to be bought, so that the body can go upstream as
     * it is.
     */
    boolean whole() {
        return own == vectors.length;
    }

    CacheStatus status() {
        return own > 0 ? looked : joined > 0 ? CacheStatus.JOINED : CacheStatus.HIT;
    }

    Tokens tokens() {
        return new Tokens(boughtTokens, 0, 0, savedTokens, estimated);
    }

    double costUsd() {
        return cost;
    }

    double savedUsd() {
        return saved;
    }

    EmbeddingOutcome.Vectors outcome() {
        byte[] body = raw;
        return new EmbeddingOutcome.Vectors(
                call,
                status(),
                head,
                body == null ? assemble() : body,
                tokens(),
                cost,
                saved,
                oldest);
    }

    private byte[] assemble() {
        int size = 200;
        for (byte[] vector : vectors) {
            size += 60 + (vector == null ? 0 : vector.length);
        }
        var out = new ByteArrayOutputStream(size);
        out.writeBytes(ascii("{\"object\":\"list\",\"data\":["));
        for (int i = 0; i < vectors.length; i++) {
            byte[] vector = vectors[i];
            if (vector == null) {
                throw new IllegalStateException("input " + i + " has no vector");
            }
            out.writeBytes(
                    ascii(
                            (i == 0 ? "" : ",")
                                    + "{\"object\":\"embedding\",\"index\":"
                                    + i
                                    + ",\"embedding\":"));
            out.writeBytes(vector);
            out.write('}');
        }
        out.writeBytes(ascii("],\"model\":"));
        out.writeBytes(JsonText.quote(target.model()));
        out.writeBytes(
                ascii(
                        ",\"usage\":{\"prompt_tokens\":"
                                + boughtTokens
                                + ",\"total_tokens\":"
                                + boughtTokens
                                + "}}"));
        return out.toByteArray();
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
