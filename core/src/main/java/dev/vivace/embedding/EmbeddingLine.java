package dev.vivace.embedding;

import dev.vivace.cache.CacheControl;
import dev.vivace.cache.CacheMode;
import dev.vivace.cache.ExactCache;
import dev.vivace.cache.Fingerprint;
import dev.vivace.cache.Invalidation;
import dev.vivace.cache.SecondLevel;
import dev.vivace.json.JsonException;
import dev.vivace.json.MeaningDigest;
import dev.vivace.ledger.CacheStatus;
import dev.vivace.line.Call;
import dev.vivace.line.Crash;
import dev.vivace.line.Decision;
import dev.vivace.line.Grant;
import dev.vivace.line.Identity;
import dev.vivace.line.Models;
import dev.vivace.line.Quota;
import dev.vivace.line.Route;
import dev.vivace.request.EmbeddingScan;
import dev.vivace.request.RequestScanner;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.BiConsumer;
import java.util.stream.IntStream;

/**
 * What happens to an embedding call, in this order:
 *
 * <pre>
 *   admit         may its key ask now
 *   scan          one pass over the body: is it sound, which inputs, what does each mean
 *   resolve       which upstream, under which model name; may its key ask for it
 *   exact cache   which vectors are at hand
 *   second level  which of the others have replicas stored
 *   reserve       have its key and tenant tokens and money for the others
 *   join          which are on their way
 *   gather        the rest, with what others lack, into one upstream call
 *   deliver       by the door's {@link dev.vivace.line.Delivery}
 *   settle        {@link EmbeddingSettlement}: split the bill, store, ledger
 * </pre>
 *
 * <p>Thread-safe. What is at hand is looked up on the caller's thread; from joining on, the {@link
 * Gatherer} has the call.
 */
public final class EmbeddingLine {
    /**
     * How calls are gathered. The caps bound what is merged: a call that is larger by itself goes
     * alone, and is not split.
     *
     * @param maxItems most inputs of several callers in one upstream call
     * @param maxTokens most tokens, as estimated, of several callers in one upstream call
     * @param maxWait longest time that an input waits for others
     */
    public record Gathering(int maxItems, int maxTokens, Duration maxWait) {}

    private static final String NOT_STORED =
            "Not every input has a stored vector, and Cache-Control: only-if-cached forbids asking for one.";

    private final Models models;
    private final ExactCache cache;
    private final CacheMode mode;
    private final Gatherer gatherer;
    private final byte[] secret;
    private final Optional<Quota> quota;
    private final Optional<SecondLevel> second;

    /**
     * @param timer runs something after a while, on any thread
     */
    public EmbeddingLine(
            Models models,
            ExactCache cache,
            CacheMode mode,
            Gathering gathering,
            EmbeddingSettlement settlement,
            BiConsumer<Duration, Runnable> timer,
            byte[] secret) {
        this(
                models,
                cache,
                mode,
                gathering,
                settlement,
                timer,
                secret,
                Optional.empty(),
                Optional.empty());
    }

    /**
     * @param quota what client keys may use; empty if there are none
     * @param second where replicas store vectors
     */
    public EmbeddingLine(
            Models models,
            ExactCache cache,
            CacheMode mode,
            Gathering gathering,
            EmbeddingSettlement settlement,
            BiConsumer<Duration, Runnable> timer,
            byte[] secret,
            Optional<Quota> quota,
            Optional<SecondLevel> second) {
        this.second = second;
        this.models = models;
        this.cache = cache;
        this.mode = mode;
        this.gatherer = new Gatherer(cache, gathering, settlement, timer);
        this.secret = secret.clone();
        this.quota = quota;
    }

    /**
     * Takes a call; its outcome goes to {@link EmbeddingCall#done}, and all but {@link
     * EmbeddingOutcome.Unsound} have their ledger entry then. If this throws, the call was not
     * taken.
     *
     * @param scanner the calling thread's own
     * @param digest the calling thread's own
     * @return to be run if the caller leaves before the outcome
     */
    public Runnable ask(EmbeddingCall asked, RequestScanner scanner, MeaningDigest digest) {
        Call opened = quota.map(limits -> limits.open(asked.call())).orElse(asked.call());
        CompletionStage<Optional<Decision.Refused>> admitted = opened.grant().admit(opened);
        Optional<Decision.Refused> refused = known(admitted).flatMap(answer -> answer);
        return refused.isPresent()
                ? refuse(asked, refused.get())
                : admitted(asked.of(opened), admitted, scanner, digest);
    }

    /** Reads what is asked for while it may be still unknown whether it may be asked for. */
    private Runnable admitted(
            EmbeddingCall asked,
            CompletionStage<Optional<Decision.Refused>> admitted,
            RequestScanner scanner,
            MeaningDigest digest) {
        EmbeddingScan scan;
        CacheControl control;
        try {
            scan = scanner.scanEmbedding(asked.body());
            control = scan.request().control(asked.control());
        } catch (JsonException e) {
            return refuse(
                    asked, asked.call(), 400, "The request body cannot be read: " + e.getMessage());
        } catch (IllegalArgumentException e) {
            return refuse(asked, asked.call(), 400, String.valueOf(e.getMessage()));
        }
        // Vectors of two models do not compare, so another model never fills in.
        Route route = models.resolve(scan.request().model()).sameModel();
        Call call = asked.call().asking(scan.request().model(), false, route.keyed());
        Optional<String> forbidden = call.forbidden(scan.request());
        if (forbidden.isPresent()) {
            return refuse(asked, call, 403, forbidden.get());
        }
        var caller = new Caller(asked, call, scan, control, route, looked(control));
        Fingerprint group = group(caller, digest);
        Fingerprint[] keys = keys(caller, group, digest);
        lookUp(caller, keys);
        CompletionStage<Optional<Decision.Refused>> allowed =
                second.isPresent() && caller.looked == CacheStatus.MISS && !caller.complete()
                        ? fetch(second.get(), caller, keys)
                                .thenCompose(lacking -> allowed(caller, lacking, admitted))
                        : allowed(caller, caller.missing(), admitted);
        Optional<Optional<Decision.Refused>> known = known(allowed);
        if (known.isPresent()) {
            enter(caller, group, keys, known.get());
        } else {
            allowed.whenComplete((answer, broken) ->
                    enter(
                            caller,
                            group,
                            keys,
                            broken == null ? answer : Optional.of(broken(call, broken))));
        }
        return () -> gatherer.leave(caller);
    }

    /**
     * What replicas have stored is taken over, if it is still good here; the caller finds it when
     * it comes in.
     *
     * @return how many inputs still have no vector
     */
    private CompletionStage<Integer> fetch(SecondLevel level, Caller caller, Fingerprint[] keys) {
        List<Fingerprint> missing =
                IntStream.range(0, keys.length)
                        .filter(i -> !caller.has(i))
                        .mapToObj(i -> keys[i])
                        .toList();
        return level.getAll(missing)
                .thenApply(found -> {
                    found.forEach((key, answer) -> cache.store(key, answer, caller.call.arrived()));
                    int lacking =
                            (int)
                                    missing.stream()
                                            .filter(key ->
                                                    cache.peek(key, caller.control.maxAge())
                                                            .isEmpty())
                                            .count();
                    caller.elsewhere =
                            Optional.of(
                                    lacking == 0
                                            ? "hit"
                                            : lacking < missing.size() ? "partial" : "miss");
                    return lacking;
                });
    }

    /**
     * Whether a caller may come in.
     *
     * @param lacking how many of its inputs have no vector
     */
    private static CompletionStage<Optional<Decision.Refused>> allowed(
            Caller caller, int lacking, CompletionStage<Optional<Decision.Refused>> admitted) {
        if (caller.control.onlyIfCached() && lacking > 0) {
            return CompletableFuture.completedFuture(
                    Optional.of(new Decision.Refused(caller.call, 504, NOT_STORED)));
        }
        return caller.call.grant() == Grant.NONE || lacking == 0
                ? admitted
                : admitted.thenCompose(no -> no.isPresent() ? admitted : reserve(caller, lacking));
    }

    /** A body's share for the inputs that are not at hand; of those that are joined it is back. */
    private static CompletionStage<Optional<Decision.Refused>> reserve(Caller caller, int lacking) {
        long bytes = (long) caller.asked.body().length * lacking / caller.inputs();
        return caller.call
                .grant()
                .reserve(caller.call, caller.route.chain(), bytes, OptionalLong.of(0));
    }

    private void enter(
            Caller caller,
            Fingerprint group,
            Fingerprint[] keys,
            Optional<Decision.Refused> refused) {
        if (refused.isEmpty()) {
            gatherer.enter(caller, group, keys);
        } else if (gatherer.turnAway(caller, refused.get())) {
            caller.asked.done().accept(new EmbeddingOutcome.Unsound(refused.get()));
        }
    }

    private static Decision.Refused broken(Call call, Throwable cause) {
        Crash.log(call.id(), "asking whether an embedding call may go on", cause);
        call.grant().release();
        return new Decision.Refused(call, Crash.STATUS, Crash.MESSAGE);
    }

    private static Optional<Optional<Decision.Refused>> known(
            CompletionStage<Optional<Decision.Refused>> answer) {
        var future = answer.toCompletableFuture();
        return future.isDone() ? Optional.of(future.join()) : Optional.empty();
    }

    /**
     * Has the vectors that are on their way reach nobody but who waits for them. To be called
     * before {@link dev.vivace.line.ModelLine#invalidate}, which forgets those that are stored.
     */
    public void forget(Invalidation which) {
        gatherer.forget(models.meant(which));
    }

    private static Runnable refuse(EmbeddingCall asked, Call call, int status, String message) {
        return refuse(asked, new Decision.Refused(call, status, message));
    }

    private static Runnable refuse(EmbeddingCall asked, Decision.Refused refused) {
        asked.done().accept(new EmbeddingOutcome.Unsound(refused));
        return () -> {};
    }

    private CacheStatus looked(CacheControl control) {
        if (control.noStore()
                || mode == CacheMode.OFF
                || control.mode().orElse(mode) == CacheMode.OFF) {
            return CacheStatus.BYPASS;
        }
        return control.refresh() ? CacheStatus.REFRESH : CacheStatus.MISS;
    }

    private void lookUp(Caller caller, Fingerprint[] keys) {
        for (int i = 0; i < keys.length && caller.looked == CacheStatus.MISS; i++) {
            int index = i;
            cache.find(keys[i], caller.control.maxAge())
                    .ifPresent(found -> caller.cached(index, found, cache.ageSeconds(found)));
        }
    }

    private Fingerprint group(Caller caller, MeaningDigest digest) {
        return new Identity(
                        caller.asked.path(),
                        caller.call.principal().sharing(),
                        caller.target,
                        caller.control.scope(),
                        caller.asked.headers())
                .key(caller.scan.request().digest().orElseThrow(), digest, secret);
    }

    private Fingerprint[] keys(Caller caller, Fingerprint group, MeaningDigest digest) {
        List<EmbeddingScan.Input> inputs = caller.scan.inputs();
        var keys = new Fingerprint[inputs.size()];
        for (int i = 0; i < keys.length; i++) {
            digest.reset();
            digest.text(group.bytes());
            digest.text(inputs.get(i).digest());
            keys[i] = Fingerprint.of(digest.finish(secret));
        }
        return keys;
    }
}
