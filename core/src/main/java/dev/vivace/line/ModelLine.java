package dev.vivace.line;

import dev.vivace.answer.AnswerLog;
import dev.vivace.cache.CacheControl;
import dev.vivace.cache.CacheMode;
import dev.vivace.cache.CachedAnswer;
import dev.vivace.cache.ExactCache;
import dev.vivace.cache.Fingerprint;
import dev.vivace.cache.Invalidation;
import dev.vivace.cache.SecondLevel;
import dev.vivace.json.JsonException;
import dev.vivace.json.MeaningDigest;
import dev.vivace.ledger.CacheStatus;
import dev.vivace.limit.ByteBudget;
import dev.vivace.request.RequestScan;
import dev.vivace.request.RequestScanner;
import dev.vivace.request.TooManyMessages;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;

/**
 * What happens to a model call, in this order:
 *
 * <pre>
 *   admit         may its key ask now
 *   scan          one pass over the body: is it sound, what does it ask for, what does it mean
 *   resolve       which upstream, under which model name; may its key ask for it
 *   exact cache   is the answer at hand
 *   join          is it on its way
 *   second level  have replicas stored it
 *   reserve       have its key and tenant tokens and money for it
 *   transform     the bytes for the upstream
 *   deliver       by the door's {@link Delivery}
 *   settle        {@link Settlement}: examine, store, ledger
 * </pre>
 *
 * <p>Thread-safe; {@link #decide} is pure computation and runs on the caller's thread.
 */
public final class ModelLine {
    private final Models models;
    private final ExactCache cache;
    private final CacheMode mode;
    private final InFlight inFlight;
    private final Settlement settlement;
    private final byte[] secret;
    private final ByteBudget room;
    private final Optional<Quota> quota;
    private final Optional<SecondLevel> second;

    /**
     * @param mode which requests are cached and joined unless they say otherwise; {@code off} is
     *     final
     * @param secret goes into every fingerprint
     * @param room for what answers keep beyond their first 64 kB
     */
    public ModelLine(
            Models models,
            ExactCache cache,
            CacheMode mode,
            InFlight inFlight,
            Settlement settlement,
            byte[] secret,
            ByteBudget room) {
        this(
                models,
                cache,
                mode,
                inFlight,
                settlement,
                secret,
                room,
                Optional.empty(),
                Optional.empty());
    }

    /**
     * @param quota what client keys may use; empty if there are none
     */
    public ModelLine(
            Models models,
            ExactCache cache,
            CacheMode mode,
            InFlight inFlight,
            Settlement settlement,
            byte[] secret,
            ByteBudget room,
            Optional<Quota> quota,
            Optional<SecondLevel> second) {
        this.models = models;
        this.cache = cache;
        this.mode = mode;
        this.inFlight = inFlight;
        this.settlement = settlement;
        this.secret = secret.clone();
        this.room = room;
        this.quota = quota;
        this.second = second;
    }

    /**
     * Decides.
     *
     * @param scanner the calling thread's own
     * @param digest the calling thread's own
     * @param wake runs whenever a reader of the answer's log has something to read
     */
    public Decision decide(
            ModelCall asked, RequestScanner scanner, MeaningDigest digest, Runnable wake) {
        if (quota.isEmpty()) {
            return admitted(asked, scanner, digest, wake);
        }
        Call call = quota.get().open(asked.call());
        return Decision.once(
                call,
                call.grant().admit(call),
                () -> admitted(asked.of(call), scanner, digest, wake));
    }

    private Decision admitted(
            ModelCall asked, RequestScanner scanner, MeaningDigest digest, Runnable wake) {
        RequestScan scan;
        CacheControl control;
        try {
            scan = scanner.scan(asked.body(), asked.protocol());
            control = scan.control(asked.control());
        } catch (JsonException e) {
            return new Decision.Refused(
                    asked.call(), 400, "The request body cannot be read: " + e.getMessage());
        } catch (TooManyMessages e) {
            return new Decision.Refused(asked.call(), 413, String.valueOf(e.getMessage()));
        } catch (IllegalArgumentException e) {
            return new Decision.Refused(asked.call(), 400, String.valueOf(e.getMessage()));
        }
        Route route = models.resolve(scan.model());
        Models.Target target = route.first();
        Call call = asked.call().asking(scan.model(), scan.stream(), route.keyed());
        Optional<String> forbidden = call.forbidden(scan);
        if (forbidden.isPresent()) {
            return new Decision.Refused(call, 403, forbidden.get());
        }
        if (!eligible(scan, control, target)) {
            return control.onlyIfCached()
                    ? notCached(call)
                    : reserved(
                            flight(asked, call, scan, route, Optional.empty(), CacheStatus.BYPASS),
                            scan,
                            flight -> deliver(flight, wake));
        }
        Fingerprint key =
                new Identity(
                                asked.path(),
                                call.principal().sharing(),
                                target,
                                control.scope(),
                                asked.headers())
                        .key(scanner.digest(scan, asked.body(), asked.protocol()), digest, secret);
        Supplier<Optional<CachedAnswer>> atHand =
                () -> cache.peek(key, control.maxAge()).filter(found -> saysEnough(found, scan));
        Optional<CachedAnswer> hit =
                control.refresh() ? Optional.empty() : cache.counted(atHand.get());
        if (hit.isPresent()) {
            return answered(asked, call, scan, key, hit.get(), false);
        }
        if (second.isPresent() && !control.refresh() && !inFlight.has(key)) {
            return Decision.once(
                    call,
                    fetch(second.get(), key, call),
                    () -> missed(asked, call, scan, control, route, key, atHand, wake));
        }
        return missed(asked, call, scan, control, route, key, atHand, wake);
    }

    /** What a replica has stored is taken over, if it is still good here. */
    private CompletionStage<Optional<Decision.Refused>> fetch(
            SecondLevel level, Fingerprint key, Call call) {
        return level.get(key)
                .thenApply(found -> {
                    found.ifPresent(answer -> cache.store(key, answer, call.arrived()));
                    return Optional.empty();
                });
    }

    private Decision missed(
            ModelCall asked,
            Call call,
            RequestScan scan,
            CacheControl control,
            Route route,
            Fingerprint key,
            Supplier<Optional<CachedAnswer>> atHand,
            Runnable wake) {
        Optional<CachedAnswer> fetched =
                second.isEmpty() || control.refresh() ? Optional.empty() : atHand.get();
        if (fetched.isPresent()) {
            return answered(asked, call, scan, key, fetched.get(), true);
        }
        if (control.onlyIfCached()) {
            return notCached(call);
        }
        CacheStatus status = control.refresh() ? CacheStatus.REFRESH : CacheStatus.MISS;
        var storing = new Storing(key, route.first().model(), control, asked.body());
        Flight own = flight(asked, call, scan, route, Optional.of(storing), status);
        if (second.isPresent() && !control.refresh()) {
            own.note("second-level", "miss");
        }
        if (control.refresh()) {
            return reserved(
                    own,
                    scan,
                    flight -> {
                        // Its reader comes first: once others can join, they can also leave.
                        Decision.Deliver first = deliver(flight, wake);
                        inFlight.supersede(key, flight);
                        return first;
                    });
        }
        Optional<InFlight.Joined> joined = inFlight.join(key, own, wake);
        return joined.isPresent()
                ? join(call, scan, joined.get())
                : reserved(own, scan, flight -> lead(asked, flight, scan, key, atHand, wake));
    }

    /** Delivers the answer to all who ask the same, unless it has come or is on its way by now. */
    private Decision lead(
            ModelCall asked,
            Flight own,
            RequestScan scan,
            Fingerprint key,
            Supplier<Optional<CachedAnswer>> atHand,
            Runnable wake) {
        // As above, the reader first.
        Decision.Deliver first = deliver(own, wake);
        while (true) {
            if (inFlight.lead(key, own, () -> atHand.get().isPresent())) {
                return first;
            }
            Optional<CachedAnswer> hit = atHand.get();
            if (hit.isPresent()) {
                own.call().grant().release();
                return answered(asked, own.call(), scan, key, hit.get(), false);
            }
            Optional<InFlight.Joined> joined = inFlight.join(key, own, wake);
            if (joined.isPresent()) {
                own.call().grant().release();
                return join(own.call(), scan, joined.get());
            }
        }
    }

    private static Decision reserved(
            Flight own, RequestScan scan, Function<Flight, Decision> then) {
        Call call = own.call();
        if (call.grant() == Grant.NONE) {
            return then.apply(own);
        }
        return Decision.once(
                call,
                call.grant()
                        .reserve(
                                call,
                                own.request().route().all(),
                                own.request().body().length,
                                Quota.output(scan)),
                () -> {
                    try {
                        return then.apply(own);
                    } catch (RuntimeException | Error e) {
                        call.grant().release();
                        throw e;
                    }
                });
    }

    /**
     * Forgets stored answers, and has those that are on their way reach nobody but who waits for
     * them; of embeddings only what is stored.
     *
     * @param which a model may go by its alias, or with its upstream in front
     * @return how many stored answers were forgotten
     */
    public long invalidate(Invalidation which) {
        second.ifPresent(level -> models.named(which).forEach(level::invalidate));
        return forget(models.meant(which));
    }

    /** The same for this replica only, and of what is stored by these conditions as they are. */
    public long forget(Predicate<CachedAnswer> which) {
        inFlight.forget(which);
        return cache.invalidate(which);
    }

    private boolean eligible(RequestScan scan, CacheControl control, Models.Target target) {
        CacheMode wanted = mode == CacheMode.OFF ? CacheMode.OFF : control.mode().orElse(mode);
        return scan.cacheable()
                && !control.noStore()
                && (wanted == CacheMode.ALL
                        || wanted == CacheMode.DETERMINISTIC
                                && scan.deterministic()
                                && !target.looksUp());
    }

    /** Usage that was asked for cannot be made up from a stream that was stored without. */
    private static boolean saysEnough(CachedAnswer answer, RequestScan scan) {
        return !scan.stream() || !scan.wantsUsage() || answer.usage().isPresent();
    }

    private Decision answered(
            ModelCall asked,
            Call call,
            RequestScan scan,
            Fingerprint key,
            CachedAnswer hit,
            boolean fetched) {
        Replay.Form form = Replay.of(hit, asked.protocol(), scan.stream(), scan.wantsUsage());
        form.converted().ifPresent(kept -> cache.keepForm(key, hit, kept));
        return new Decision.Answered(
                call,
                form.contentType(),
                form.body(),
                cache.ageSeconds(hit),
                hit.usage(),
                hit.costUsd(),
                CacheStatus.HIT,
                fetched);
    }

    private static Decision join(Call call, RequestScan scan, InFlight.Joined joined) {
        return new Decision.Joined(call, joined.flight(), joined.reader(), scan.wantsUsage());
    }

    private static Decision notCached(Call call) {
        return new Decision.Refused(
                call,
                504,
                "No stored answer for this request, and Cache-Control: only-if-cached forbids asking for one.");
    }

    private static Decision.Deliver deliver(Flight flight, Runnable wake) {
        return new Decision.Deliver(
                flight,
                flight.log()
                        .read(wake)
                        .orElseThrow(() -> new IllegalStateException("a new log can be read")));
    }

    private Flight flight(
            ModelCall asked,
            Call call,
            RequestScan scan,
            Route route,
            Optional<Storing> storing,
            CacheStatus status) {
        var request =
                new UpstreamRequest(
                        route,
                        "POST",
                        asked.path(),
                        asked.headers(),
                        asked.body(),
                        UpstreamRequest.Kind.MODEL,
                        target -> Splice.forUpstream(scan, target.model()));
        var flight =
                new Flight(
                        call,
                        request,
                        Optional.of(asked.protocol().form()),
                        new AnswerLog(Settlement.keepBytes(storing.isPresent()), room),
                        status,
                        !scan.stream() || scan.wantsUsage(),
                        storing);
        flight.note("exact-cache", status.name().toLowerCase(Locale.ROOT));
        if (status == CacheStatus.MISS) {
            flight.note("join", "led");
        }
        flight.log()
                .onEnd(log -> {
                    try {
                        settlement.settle(flight, asked.protocol().form());
                    } finally {
                        call.grant().release();
                        storing.ifPresent(known -> inFlight.landed(known.key(), flight));
                    }
                });
        return flight;
    }
}
