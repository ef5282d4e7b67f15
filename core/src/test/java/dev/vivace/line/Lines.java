package dev.vivace.line;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.vivace.answer.Head;
import dev.vivace.answer.Header;
import dev.vivace.answer.Protocol;
import dev.vivace.cache.CacheControl;
import dev.vivace.cache.CacheMode;
import dev.vivace.cache.CacheStore;
import dev.vivace.cache.ExactCache;
import dev.vivace.deliver.Balance;
import dev.vivace.json.MeaningDigest;
import dev.vivace.key.Principal;
import dev.vivace.ledger.LedgerEntry;
import dev.vivace.ledger.Price;
import dev.vivace.limit.ByteBudget;
import dev.vivace.request.RequestScanner;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;

/** A whole line with a clock that a test moves, an upstream that it plays, and a ledger to read. */
final class Lines {
    static final String BODY =
            "{'model':'m','temperature':0,'messages':[{'role':'user','content':'hi'}]}"
                    .replace('\'', '"');
    static final byte[] ANSWER =
            """
            {"id":"c","object":"chat.completion","created":1,"model":"m","choices":[{"index":0,\
            "message":{"role":"assistant","content":"hello"},"finish_reason":"stop"}],\
            "usage":{"prompt_tokens":7,"completion_tokens":3,"total_tokens":10}}\
            """
                    .getBytes(UTF_8);
    static final Duration TTL = Duration.ofHours(1);

    final AtomicLong now = new AtomicLong(1_700_000_000_000L);
    final Queue<LedgerEntry> ledger = new ConcurrentLinkedQueue<>();
    final ExactCache cache;
    final ModelLine line;
    private final CacheMode mode;
    private final Optional<Quota> quota;
    private final InFlight inFlight = new InFlight();
    private final Settlement settlement;
    private final CallIds ids = new CallIds();

    Lines() {
        this(CacheMode.DETERMINISTIC);
    }

    Lines(CacheMode mode) {
        this(mode, Optional.empty());
    }

    Lines(CacheMode mode, Optional<Quota> quota) {
        this.mode = mode;
        this.quota = quota;
        InstantSource clock = () -> java.time.Instant.ofEpochMilli(now.get());
        cache = new ExactCache(1 << 20, CacheStore.none(), clock);
        settlement =
                new Settlement(
                        cache,
                        TTL,
                        inFlight,
                        model -> Optional.of(new Price(1, 0.5, 2)),
                        ledger::add,
                        clock,
                        Optional.empty());
        line = line(Map.of("alias", "keyed/real"));
    }

    /** Another line over the same cache, as after the configuration has changed. */
    ModelLine line(Map<String, String> aliases) {
        var named = new HashMap<String, Models.Named>();
        aliases.forEach((name, target) -> named.put(name, chain(target)));
        return routed(named);
    }

    static Models.Named chain(String... targets) {
        return new Models.Named(List.of(targets), Balance.ORDER, Optional.empty());
    }

    ModelLine routed(Map<String, Models.Named> named) {
        var models = new Models(List.of("first", "keyed", "own"), Set.of("keyed"), named);
        return new ModelLine(
                models,
                cache,
                mode,
                inFlight,
                settlement,
                new byte[32],
                new ByteBudget(Long.MAX_VALUE),
                quota,
                Optional.empty());
    }

    /** A call to the chat door with one thing different, perhaps. */
    record Asking(
            String body,
            Protocol protocol,
            String path,
            String tenant,
            CacheControl control,
            List<Header> headers) {
        static final Asking PLAIN =
                new Asking(
                        BODY,
                        Protocol.CHAT,
                        "/v1/chat/completions",
                        "t",
                        CacheControl.NONE,
                        List.of());

        Asking body(String quoted) {
            return new Asking(quoted.replace('\'', '"'), protocol, path, tenant, control, headers);
        }

        Asking with(String member) {
            return body(body.substring(0, body.length() - 1) + "," + member + "}");
        }

        Asking header(String name, String value) {
            return new Asking(body, protocol, path, tenant, control.header(name, value), headers);
        }

        Asking sending(String name, String value) {
            return new Asking(
                    body, protocol, path, tenant, control, List.of(new Header(name, value)));
        }

        Asking of(String otherTenant) {
            return new Asking(body, protocol, path, otherTenant, control, headers);
        }

        Asking at(Protocol other, String otherPath) {
            return new Asking(body, other, otherPath, tenant, control, headers);
        }
    }

    Decision decide(Asking asking) {
        return decide(line, asking);
    }

    Decision decide(ModelLine by, Asking asking) {
        return decide(by, asking, Principal.named(asking.tenant()));
    }

    Decision decide(ModelLine by, Asking asking, Principal principal) {
        var call = new Call(ids.next(), now.get(), System.nanoTime(), principal, "chat", "", false);
        var asked =
                new ModelCall(
                        call,
                        asking.protocol(),
                        asking.path(),
                        asking.headers(),
                        asking.body().getBytes(UTF_8),
                        asking.control());
        return by.decide(asked, new RequestScanner(), new MeaningDigest(), () -> {});
    }

    /** The body that a flight sends. */
    static String sent(Flight flight) {
        var text = new StringBuilder();
        for (ByteBuffer part : flight.request().parts(flight.target())) {
            text.append(UTF_8.decode(part));
        }
        return text.toString();
    }

    /** Plays the upstream: answers what is to be delivered, whole and good. */
    static void answer(Flight flight) {
        answer(flight, 200, "application/json", ANSWER);
    }

    static void answer(Flight flight, int status, String type, byte[] body) {
        flight.departs();
        flight.log().head(new Head(status, List.of(new Header("Content-Type", type))));
        flight.log().append(body);
        flight.lastByteCame();
        flight.log().complete();
    }

    /** Asks, and answers if it must be delivered; what was decided. */
    Decision ask(Asking asking) {
        Decision decision = decide(asking);
        if (decision instanceof Decision.Deliver deliver) {
            answer(deliver.flight());
            deliver.reader().close();
        }
        return decision;
    }
}
