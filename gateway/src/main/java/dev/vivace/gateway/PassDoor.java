package dev.vivace.gateway;

import dev.vivace.answer.AnswerLog;
import dev.vivace.key.Principal;
import dev.vivace.ledger.CacheStatus;
import dev.vivace.line.Call;
import dev.vivace.line.Crash;
import dev.vivace.line.Decision;
import dev.vivace.line.Flight;
import dev.vivace.line.Route;
import dev.vivace.line.UpstreamRequest;
import io.netty.channel.EventLoop;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * The door for everything else under {@code /v1/}: passed through as it is, streaming both ways,
 * uncached.
 */
final class PassDoor {
    private final Parts parts;
    private final Stragglers stragglers;
    private final HttpDelivery delivery;
    private final EventLoop loop;
    private final ModelList models;

    PassDoor(Parts parts, Stragglers stragglers, HttpDelivery delivery, EventLoop loop) {
        this.parts = parts;
        this.stragglers = stragglers;
        this.delivery = delivery;
        this.loop = loop;
        this.models = new ModelList(parts.config().models().keySet());
    }

    void handle(HttpServerRequest request) {
        parts.inFlight().increment();
        var exchange =
                new Exchange(
                        request,
                        Errors.at(request.path()),
                        stragglers,
                        parts.inFlight()::decrement);
        try {
            asked(exchange);
        } catch (RuntimeException | Error e) {
            Call call = call(Principal.NOBODY);
            if (exchange.crashed(call, e)) {
                parts.settlement().refused(new Decision.Refused(call, Crash.STATUS, Crash.MESSAGE));
            }
        }
    }

    private Call call(Principal principal) {
        return new Call(
                parts.ids().next(),
                System.currentTimeMillis(),
                System.nanoTime(),
                principal,
                "other",
                "",
                false);
    }

    private void asked(Exchange exchange) {
        HttpServerRequest request = exchange.request;
        Access.Admitted admitted;
        switch (parts.access().enter(request.headers(), false)) {
            case Access.Admitted known -> admitted = known;
            case Access.Refused no -> {
                refuse(exchange, no);
                return;
            }
        }
        Optional<String> forbidden = forbidden(admitted.principal());
        if (forbidden.isPresent() && listed(admitted.principal(), request).isEmpty()) {
            String why = forbidden.get();
            refuse(exchange, new Access.Refused(403, admitted.principal(), why, why));
            return;
        }
        RequestHeaders headers = admitted.headers();
        Route route = parts.models().first();
        Call asked = call(admitted.principal()).asking("", false, route.keyed());
        Call call = parts.quota().map(limits -> limits.open(asked)).orElse(asked);
        var allowed = call.grant().admit(call).toCompletableFuture();
        if (allowed.isDone()) {
            admitted(exchange, route, headers, call, allowed.join());
        } else {
            request.pause();
            allowed.whenComplete((refused, broken) ->
                    loop.execute(() -> late(exchange, route, headers, call, allowed)));
        }
    }

    private void late(
            Exchange exchange,
            Route route,
            RequestHeaders headers,
            Call call,
            CompletableFuture<Optional<Decision.Refused>> admitted) {
        try {
            admitted(exchange, route, headers, call, admitted.join());
        } catch (RuntimeException | Error e) {
            if (exchange.crashed(call, e)) {
                parts.settlement().refused(new Decision.Refused(call, Crash.STATUS, Crash.MESSAGE));
            }
        }
    }

    private void admitted(
            Exchange exchange,
            Route route,
            RequestHeaders headers,
            Call call,
            Optional<Decision.Refused> refused) {
        if (refused.isEmpty() && call.grant().metered() && !safe(exchange.request)) {
            refuse(
                    exchange,
                    new Decision.Refused(
                            call,
                            403,
                            "This key or its tenant has a limit on tokens or a budget, and what is asked for at this path the gateway cannot count."));
            return;
        }
        if (refused.isPresent()) {
            refuse(exchange, refused.get());
            return;
        }
        HttpServerRequest request = exchange.request;
        Optional<byte[]> listed = listed(call.principal(), request);
        if (listed.isPresent()) {
            tell(exchange, call, listed.get());
            return;
        }
        var outgoing =
                new UpstreamRequest(
                        route,
                        request.method().name(),
                        Exchange.target(request),
                        headers.forward(),
                        new byte[0],
                        safe(request) ? UpstreamRequest.Kind.SAFE : UpstreamRequest.Kind.UNSAFE);
        var log = new AnswerLog(0, parts.budget());
        var flight = new Flight(call, outgoing, log, CacheStatus.BYPASS);
        log.onEnd(ended -> parts.settlement().passed(flight));
        var follower =
                new Follower(
                        exchange,
                        call,
                        loop,
                        null,
                        false,
                        (head, whole) -> exchange.introduce(flight),
                        flight::callerGot);
        AnswerLog.Reader reader = log.read(follower::wake).orElseThrow();
        delivery.start(flight, Exchange.hasBody(request) ? paused(request) : null);
        follower.follow(reader);
    }

    private void tell(Exchange exchange, Call call, byte[] json) {
        exchange.introduce(call, CacheStatus.BYPASS, System.nanoTime() - call.arrived());
        exchange.headers().set(HttpHeaders.CONTENT_TYPE, "application/json");
        exchange.end(json);
        parts.settlement().told(call);
    }

    private static boolean safe(HttpServerRequest request) {
        return !Exchange.hasBody(request)
                && (request.method() == HttpMethod.GET || request.method() == HttpMethod.HEAD);
    }

    private void refuse(Exchange exchange, Decision.Refused refused) {
        Call call = refused.call();
        exchange.introduce(call, CacheStatus.BYPASS, System.nanoTime() - call.arrived());
        parts.settlement().refused(refused);
        exchange.refuse(refused);
    }

    private Optional<byte[]> listed(Principal who, HttpServerRequest request) {
        String path = request.path();
        boolean asks = request.method() == HttpMethod.GET || request.method() == HttpMethod.HEAD;
        return path != null && asks ? models.answer(path, who) : Optional.empty();
    }

    /**
     * Which model is asked for is not looked for here, so a key for some models only has no
     * business here.
     */
    private static Optional<String> forbidden(Principal who) {
        boolean some = who.key().map(key -> !key.models().isEmpty()).orElse(false);
        return some
                ? Optional.of(
                        "This key is for some models only, and at this path the gateway does not see which is asked for.")
                : Optional.empty();
    }

    private void refuse(Exchange exchange, Access.Refused no) {
        Call call = call(no.who());
        exchange.introduce(call, CacheStatus.BYPASS, System.nanoTime() - call.arrived());
        parts.settlement().refused(new Decision.Refused(call, no.status(), no.reason()));
        exchange.refuse(no.status(), no.message());
    }

    /** Nothing is read from the client before the upstream can take it. */
    private static HttpServerRequest paused(HttpServerRequest request) {
        request.pause();
        return request;
    }
}
