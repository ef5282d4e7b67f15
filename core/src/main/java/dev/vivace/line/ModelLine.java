package dev.vivace.line;

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
import dev.vivace.ledger.StageNote;
import dev.vivace.limit.ByteBudget;
import dev.vivace.request.RequestScan;
import dev.vivace.request.RequestScanner;
import dev.vivace.request.TooManyMessages;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;

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
    private final StoredAnswers stored;
    private final CacheMode mode;
    private final InFlight inFlight;
    private final Flights flights;
    private final byte[] secret;
    private final Optional<Quota> quota;

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
        this.stored = new StoredAnswers(cache, second);
        this.mode = mode;
        this.inFlight = inFlight;
        this.flights = new Flights(inFlight, settlement, room);
        this.secret = secret.clone();
        this.quota = quota;
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
                            flights.make(
                                    asked, call, scan, route, Optional.empty(), CacheStatus.BYPASS),
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
        Optional<CachedAnswer> hit =
                control.refresh() ? Optional.empty() : stored.find(key, control, scan);
        if (hit.isPresent()) {
            return stored.answer(asked, call, scan, key, hit.get(), false);
        }
        if (stored.shared() && !control.refresh() && !inFlight.has(key)) {
            return stored.fetch(
                    key, call, () -> missed(asked, call, scan, control, route, key, wake));
        }
        return missed(asked, call, scan, control, route, key, wake);
    }

    private Decision missed(
            ModelCall asked,
            Call call,
            RequestScan scan,
            CacheControl control,
            Route route,
            Fingerprint key,
            Runnable wake) {
        Optional<CachedAnswer> fetched =
                stored.shared() && !control.refresh()
                        ? stored.peek(key, control, scan)
                        : Optional.empty();
        if (fetched.isPresent()) {
            return stored.answer(asked, call, scan, key, fetched.get(), true);
        }
        if (control.onlyIfCached()) {
            return notCached(call);
        }
        CacheStatus status = control.refresh() ? CacheStatus.REFRESH : CacheStatus.MISS;
        var storing = new Storing(key, route.first().model(), control, asked.body());
        Flight own = flights.make(asked, call, scan, route, Optional.of(storing), status);
        if (stored.shared() && !control.refresh()) {
            own.note(StageNote.of("second-level", "miss"));
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
                : reserved(own, scan, flight -> lead(asked, flight, scan, control, key, wake));
    }

    /** Delivers the answer to all who ask the same, unless it has come or is on its way by now. */
    private Decision lead(
            ModelCall asked,
            Flight own,
            RequestScan scan,
            CacheControl control,
            Fingerprint key,
            Runnable wake) {
        // As above, the reader first.
        Decision.Deliver first = deliver(own, wake);
        while (true) {
            if (inFlight.lead(key, own, () -> stored.peek(key, control, scan).isPresent())) {
                return first;
            }
            Optional<CachedAnswer> hit = stored.peek(key, control, scan);
            if (hit.isPresent()) {
                own.call().grant().release();
                return stored.answer(asked, own.call(), scan, key, hit.get(), false);
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
        stored.invalidateShared(models.named(which));
        return forget(models.meant(which));
    }

    /** The same for this replica only, and of what is stored by these conditions as they are. */
    public long forget(Predicate<CachedAnswer> which) {
        inFlight.forget(which);
        return stored.forget(which);
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
}
