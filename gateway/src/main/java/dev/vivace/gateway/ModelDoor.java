package dev.vivace.gateway;

import dev.vivace.answer.Head;
import dev.vivace.answer.Protocol;
import dev.vivace.json.MeaningDigest;
import dev.vivace.key.Principal;
import dev.vivace.ledger.CacheStatus;
import dev.vivace.line.Call;
import dev.vivace.line.Crash;
import dev.vivace.line.Decision;
import dev.vivace.line.Flight;
import dev.vivace.line.ModelCall;
import dev.vivace.request.RequestScanner;
import io.netty.channel.EventLoop;
import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;

/** The door for model calls, in any of the three protocols. One per event loop. */
final class ModelDoor {
    private final Parts parts;
    private final BodyReader.Desk bodies;
    private final Stragglers stragglers;
    private final HttpDelivery delivery;
    private final EventLoop loop;
    private final RequestScanner scanner;
    private final MeaningDigest digest = new MeaningDigest();

    ModelDoor(
            Parts parts,
            BodyReader.Desk bodies,
            Stragglers stragglers,
            HttpDelivery delivery,
            EventLoop loop) {
        this.parts = parts;
        this.scanner = new RequestScanner(() -> parts.config().limits().messages());
        this.bodies = bodies;
        this.stragglers = stragglers;
        this.delivery = delivery;
        this.loop = loop;
    }

    void handle(HttpServerRequest request, Protocol protocol) {
        long at = System.currentTimeMillis();
        Errors errors = Errors.at(request.path());
        Access.Admitted admitted;
        switch (parts.access().enter(request.headers(), true)) {
            case Access.Admitted known -> admitted = known;
            case Access.Refused no -> {
                refuse(
                        new Exchange(request, errors, stragglers, () -> {}),
                        new Decision.Refused(
                                call(protocol, no.who(), at), no.status(), no.reason()),
                        no.message());
                return;
            }
        }
        bodies.read(
                request,
                admitted.principal(),
                parts.config().limits().bodyBytes(),
                new BodyReader.Wanting() {
                    @Override
                    public void body(byte[] body, Runnable release) {
                        parts.inFlight().increment();
                        var exchange =
                                new Exchange(
                                        request,
                                        errors,
                                        stragglers,
                                        () -> {
                                            release.run();
                                            parts.inFlight().decrement();
                                        });
                        try {
                            asked(exchange, protocol, admitted, body, at);
                        } catch (RuntimeException | Error e) {
                            crashed(exchange, call(protocol, Principal.NOBODY, at), e);
                        }
                    }

                    @Override
                    public void refused(int status, String message) {
                        var call = call(protocol, Principal.NOBODY, at);
                        refuse(
                                new Exchange(request, errors, stragglers, () -> {}),
                                new Decision.Refused(call, status, message));
                    }
                });
    }

    private Call call(Protocol protocol, Principal principal, long at) {
        return new Call(
                parts.ids().next(), at, System.nanoTime(), principal, protocol.door(), "", false);
    }

    private void asked(
            Exchange exchange, Protocol protocol, Access.Admitted admitted, byte[] body, long at) {
        Call call = call(protocol, admitted.principal(), at);
        RequestHeaders headers = admitted.headers();
        var asked =
                new ModelCall(
                        call,
                        protocol,
                        Exchange.target(exchange.request),
                        headers.forward(),
                        body,
                        headers.control());
        var waking = new Waking();
        decided(exchange, protocol, parts.line().decide(asked, scanner, digest, waking), waking);
    }

    /** Goes on with a call when those have answered who keep its limits. */
    private void resume(
            Exchange exchange, Protocol protocol, Decision.Pending pending, Waking waking) {
        try {
            Decision decision = pending.resume(exchange.response.closed());
            decided(exchange, protocol, decision, waking);
        } catch (RuntimeException | Error e) {
            crashed(exchange, pending.call(), e);
        }
    }

    private void decided(Exchange exchange, Protocol protocol, Decision decision, Waking waking) {
        switch (decision) {
            case Decision.Pending pending ->
                    pending.until()
                            .whenComplete((answer, broken) ->
                                    loop.execute(
                                            () -> resume(exchange, protocol, pending, waking)));
            case Decision.Refused refused -> refuse(exchange, refused);
            case Decision.Answered answered -> replay(exchange, answered);
            case Decision.Joined joined -> {
                var translation =
                        Translations.of(protocol, joined.call().streamed(), joined.wantsUsage());
                Follower follower =
                        new Follower(
                                exchange,
                                joined.call(),
                                loop,
                                translation,
                                true,
                                (head, whole) -> joining(exchange, joined, whole),
                                (status, error) ->
                                        parts.settlement().joined(joined, status, error));
                waking.follower = follower;
                follower.follow(joined.reader());
            }
            case Decision.Deliver deliver -> {
                Flight flight = deliver.flight();
                Follower follower =
                        new Follower(
                                exchange,
                                flight.call(),
                                loop,
                                null,
                                true,
                                (head, whole) -> leading(exchange, flight, head, whole),
                                flight::callerGot);
                waking.follower = follower;
                delivery.start(flight);
                follower.follow(deliver.reader());
            }
        }
    }

    /** The line wants to know whom to wake before it is known whether anybody will follow. */
    private static final class Waking implements Runnable {
        private volatile @org.jspecify.annotations.Nullable Follower follower;

        @Override
        public void run() {
            Follower known = follower;
            if (known != null) {
                known.wake();
            }
        }
    }

    /** Nothing went upstream: what did has its own end, and nets of its own. */
    private void crashed(Exchange exchange, Call call, Throwable cause) {
        if (exchange.crashed(call, cause)) {
            parts.settlement().refused(new Decision.Refused(call, Crash.STATUS, Crash.MESSAGE));
        }
    }

    private void refuse(Exchange exchange, Decision.Refused refused) {
        refuse(exchange, refused, refused.message());
    }

    /**
     * @param message for the client, where the ledger is told more
     */
    private void refuse(Exchange exchange, Decision.Refused refused, String message) {
        exchange.introduce(
                refused.call(), CacheStatus.BYPASS, System.nanoTime() - refused.call().arrived());
        parts.settlement().refused(refused);
        exchange.refuse(refused.saying(message));
    }

    private void replay(Exchange exchange, Decision.Answered answered) {
        exchange.introduce(
                answered.call(), answered.cache(), System.nanoTime() - answered.call().arrived());
        MultiMap headers = exchange.headers();
        headers.set(HttpHeaders.CONTENT_TYPE, answered.contentType());
        headers.set(HttpHeaders.AGE, Long.toString(answered.ageSeconds()));
        headers.set(OurHeaders.COST, "0");
        headers.set(OurHeaders.SAVED, Money.usd(answered.savedUsd()));
        answered.usage()
                .ifPresent(usage ->
                        headers.set(
                                OurHeaders.TOKENS_SAVED,
                                Long.toString(usage.fresh() + usage.cached() + usage.output())));
        exchange.end(answered.body());
        parts.settlement().served(answered, 200);
    }

    private static void leading(Exchange exchange, Flight flight, Head head, boolean whole) {
        exchange.introduce(flight);
        MultiMap headers = exchange.headers();
        headers.set(OurHeaders.MODEL, OurHeaders.legible(flight.target().model()));
        if (flight.hasChoice()) {
            headers.set(OurHeaders.UPSTREAM, flight.target().upstream());
        }
        headers.set(OurHeaders.ATTEMPTS, Integer.toString(flight.attempts()));
        if (whole && head.status() == 200) {
            headers.set(OurHeaders.COST, Money.usd(flight.costUsd()));
        }
    }

    /** Of somebody else's answer the type goes on, and nothing that is about that somebody. */
    private static void joining(Exchange exchange, Decision.Joined joined, boolean whole) {
        MultiMap headers = exchange.headers();
        String type = headers.get(HttpHeaders.CONTENT_TYPE);
        String encoding = headers.get(HttpHeaders.CONTENT_ENCODING);
        headers.clear();
        if (type != null) {
            headers.set(HttpHeaders.CONTENT_TYPE, type);
        }
        if (encoding != null) {
            headers.set(HttpHeaders.CONTENT_ENCODING, encoding);
        }
        exchange.introduce(joined.call(), CacheStatus.JOINED, 0);
        if (whole) {
            headers.set(OurHeaders.COST, "0");
            headers.set(OurHeaders.SAVED, Money.usd(joined.flight().costUsd()));
        }
    }
}
